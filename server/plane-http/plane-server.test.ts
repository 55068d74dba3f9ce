import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createLogger } from '../log'
import { ok, type PlaneAnswer } from './plane-answer'
import { keptPlaneSecret, planeHeaders, renewPlaneSecret } from './plane-secret'
import { type PlaneServerOptions, startPlaneServer } from './plane-server'
import { readJson } from './read-json'

async function start(options: Partial<PlaneServerOptions> = {}) {
  const logged: string[] = []
  const door = await startPlaneServer({
    open: ['/healthz'],
    answer: ({ url }) => ok({ path: url.pathname }),
    logger: createLogger('test', (line) => logged.push(line)),
    ...options,
  })
  onTestFinished(() => door.close())
  return { door, logged }
}

function ask(
  url: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers, method: body === undefined ? 'GET' : 'POST' })
    asked.on('error', reject)
    asked.on('response', async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve({ status: response.statusCode, text })
    })
    asked.end(body)
  })
}

it.each([
  ['no secret', {}, 401],
  ['another secret', { authorization: 'Bearer other' }, 401],
  ['the secret without its scheme', { authorization: 'shared' }, 401],
  ['the secret', { authorization: 'Bearer shared' }, 200],
  ['the secret, from a web page', { authorization: 'Bearer shared', origin: 'null' }, 403],
  [
    'the secret, under a foreign name',
    { authorization: 'Bearer shared', host: 'evil.example' },
    421,
  ],
])('answers who shows %s with %3$s', async (_, headers, status) => {
  const { door } = await start({ secret: 'shared' })
  const answer = await ask(`${door.url}/series`, headers)
  expect(answer.status).toBe(status)
  if (status === 200) expect(JSON.parse(answer.text)).toEqual({ path: '/series' })
})

it('lets probes in without the secret, and no other path by its spelling', async () => {
  const { door } = await start({ secret: 'shared' })
  expect((await ask(`${door.url}/healthz`)).status).toBe(200)
  for (const path of ['/healthz/', '//healthz', '/healthz%2f', '/series?/healthz'])
    expect((await ask(`${door.url}${path}`)).status).not.toBe(200)
})

it('answers a failure with a sentence that tells nothing of it, and logs it', async () => {
  const answer = (): PlaneAnswer => {
    throw new Error('the inner reason')
  }
  const { door, logged } = await start({ answer })
  const { status, text } = await ask(`${door.url}/`)
  expect(status).toBe(500)
  expect(text).not.toContain('inner reason')
  expect(logged.join()).toContain('the inner reason')
})

it('reads JSON up to its limit, and says what is wrong with the rest', async () => {
  const { door } = await start({
    answer: async ({ message }) => {
      const body = await readJson(message, 16)
      return body.ok ? ok(body.value) : body.refusal
    },
  })
  expect(await ask(door.url, {}, '{"a":1}')).toEqual({ status: 200, text: '{"a":1}' })
  expect((await ask(door.url, {}, '{"a":')).text).toContain('not JSON')
  expect((await ask(door.url, {}, `"${'x'.repeat(100_000)}"`)).status).toBe(413)
})

it('closes twice without harm, with a stream still open', async () => {
  const { door } = await start({
    answer: () => ({ stream: (response) => void response.writeHead(200).write('x') }),
  })
  const cut = ask(door.url).catch(() => 'cut')
  await expect.poll(() => door.close().then(() => true)).toBe(true)
  await door.close()
  expect(await cut).toBe('cut')
})

it('keeps one secret for a data directory, readable by its owner, until a start makes a new one', () => {
  const directory = mkdtempSync(join(tmpdir(), 'mirrorboard-secret-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const first = keptPlaneSecret(directory)
  expect(keptPlaneSecret(directory)).toBe(first)
  expect(statSync(join(directory, 'plane-secret')).mode & 0o777).toBe(0o600)
  const second = renewPlaneSecret(directory)
  expect(second).not.toBe(first)
  expect(keptPlaneSecret(directory)).toBe(second)
})

it('sends a secret made here to this machine only, and a configured one wherever it was told to', () => {
  const directory = mkdtempSync(join(tmpdir(), 'mirrorboard-secret-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const made = keptPlaneSecret(directory)
  expect(planeHeaders(made, 'http://127.0.0.1:1/x')).toEqual({ authorization: `Bearer ${made}` })
  expect(planeHeaders(made, 'http://gateway.example/exchanges')).toEqual({})
  expect(planeHeaders('configured', 'http://gateway.example/exchanges')).toEqual({
    authorization: 'Bearer configured',
  })
  expect(planeHeaders(undefined, 'http://127.0.0.1:1/')).toEqual({})
})
