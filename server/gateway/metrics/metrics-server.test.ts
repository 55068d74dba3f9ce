import { request } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { createLogger } from '../../log'
import { startMetricsServer } from './metrics-server'

async function statusFor(
  host: string,
  path = '/metrics',
  authorization = '',
): Promise<number | undefined> {
  const texts = { metrics: async () => 'up 1\n', exchanges: async () => '{}\n' }
  const place = { host: '127.0.0.1', port: 0, secret: 'shared' }
  const server = await startMetricsServer(
    texts,
    place,
    createLogger('test', () => {}),
  )
  onTestFinished(() => server.close())
  const url = new URL(server.url)
  return new Promise((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port: url.port,
      path,
      headers: { host, authorization },
    })
    asked.on('response', (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    asked.on('error', reject)
    asked.end()
  })
}

it.each(['127.0.0.1:19001', 'localhost', '[::1]:80'])(
  'answers a scraper that asks %s',
  async (host) => {
    expect(await statusFor(host)).toBe(200)
  },
)

it.each(['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:19001'])(
  'refuses the host %j, which a rebound name would bring',
  async (host) => {
    expect(await statusFor(host)).toBe(421)
  },
)

it('has nothing but the metrics and the captured exchanges', async () => {
  expect(await statusFor('localhost', '/', 'Bearer shared')).toBe(404)
  expect(await statusFor('localhost', '/exchanges', 'Bearer shared')).toBe(200)
  expect(await statusFor('evil.example', '/exchanges')).toBe(421)
})

it('hands exchanges to its own observer only, and metrics to any scraper', async () => {
  expect(await statusFor('localhost', '/metrics')).toBe(200)
  expect(await statusFor('localhost', '/exchanges')).toBe(401)
  expect(await statusFor('localhost', '/exchanges', 'Bearer other')).toBe(401)
})
