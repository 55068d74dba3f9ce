import { request } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { MetricsServer } from './metrics-server'

async function statusFor(host: string, path = '/metrics'): Promise<number | undefined> {
  const server = new MetricsServer({
    metrics: async () => 'up 1\n',
    exchanges: async () => '{}\n',
  })
  onTestFinished(() => server.close())
  const url = new URL(await server.listen('127.0.0.1', 0))
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: url.port, path, headers: { host } })
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
  expect(await statusFor('localhost', '/')).toBe(404)
  expect(await statusFor('localhost', '/exchanges')).toBe(200)
  expect(await statusFor('evil.example', '/exchanges')).toBe(421)
})
