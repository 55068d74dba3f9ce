/** The proxy subresource of Services and Pods, over real sockets to real Pods and to a backend of the test's own. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { startTestSandbox, type TestSandbox } from '../../testing/start-sandbox'
import type { PodAccess } from '../api/contracts'

const DEFAULT = '/api/v1/namespaces/default'
const HTTP = `${DEFAULT}/services/web:80/proxy`

let sandbox: TestSandbox
let answer: (request: IncomingMessage, response: ServerResponse) => void
const backend = createServer((request, response) => answer(request, response))
backend.on('upgrade', (_request, socket: Duplex, head: Buffer) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
  socket.write(head)
  socket.pipe(socket)
  socket.on('error', () => socket.destroy())
})

/** Says what it was sent. */
const echo: typeof answer = (request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { method, url, headers } = request
    const body = Buffer.concat(chunks).toString()
    response.writeHead(201, { 'x-from': 'pod', 'content-type': 'application/json' })
    response.end(JSON.stringify({ method, url, headers, body }))
  })
}

beforeAll(async () => {
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve))
  const { port } = backend.address() as AddressInfo
  const pods: PodAccess = {
    logs: () => undefined,
    followLogs: () => () => undefined,
    addressOf: (_uid, containerPort) =>
      containerPort === 8080 ? { host: '127.0.0.1', port } : undefined,
  }
  sandbox = await startTestSandbox({ pods })
  const pod = await sandbox.json('POST', `${DEFAULT}/pods`, {
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'x', ports: [{ containerPort: 8080 }] }] },
  })
  const service = (name: string, ports: object[]) =>
    sandbox.json('POST', `${DEFAULT}/services`, { metadata: { name }, spec: { ports } })
  await service('web', [
    { name: 'http', port: 80, targetPort: 8080 },
    { name: 'dead', port: 81, targetPort: 9 },
  ])
  await service('plain', [{ port: 80, targetPort: 8080 }])
  await service('empty', [{ port: 80 }])
  const slice = (name: string, ports: object[]) =>
    sandbox.json('POST', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
      metadata: { name, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      endpoints: [
        {
          addresses: ['10.0.0.1'],
          targetRef: { kind: 'Pod', name: 'p', namespace: 'default', uid: pod.body.metadata.uid },
        },
        // Not a Pod, so never sent to.
        { addresses: ['169.254.169.254'] },
      ],
      ports,
    })
  await slice('web', [
    { name: 'http', port: 8080 },
    { name: 'dead', port: 9 },
  ])
  await slice('plain', [{ port: 8080 }])
})
beforeEach(() => {
  answer = echo
})
afterAll(async () => {
  await sandbox.stop()
  backend.closeAllConnections()
  backend.close()
})

test.each([
  ['a Service by the number of its port', `${DEFAULT}/services/web:80/proxy/a%2Fb?x=1&y=%20`],
  ['a Service by the name of its port', `${DEFAULT}/services/web:http/proxy/a%2Fb?x=1&y=%20`],
  ['a scheme', `${DEFAULT}/services/http:web:80/proxy/a%2Fb?x=1&y=%20`],
  ['an unnamed port', `${DEFAULT}/services/plain/proxy/a%2Fb?x=1&y=%20`],
  ['a Pod by its first port', `${DEFAULT}/pods/p/proxy/a%2Fb?x=1&y=%20`],
  ['a Pod by its port', `${DEFAULT}/pods/p:8080/proxy/a%2Fb?x=1&y=%20`],
])('reaches %s, path and query unchanged', async (_name, path) => {
  const { status, headers, body } = await sandbox.json('GET', path)
  expect([status, headers['x-from'], body.url]).toEqual([201, 'pod', '/a%2Fb?x=1&y=%20'])
})

test('passes method, body and headers on, and no credentials', async () => {
  const { text } = await sandbox.send(`${HTTP}/post`, {
    method: 'PATCH',
    body: 'x'.repeat(5_000_000),
    headers: { 'x-mine': 'a', 'impersonate-user': 'somebody', connection: 'x-hop', 'x-hop': '1' },
  })
  const seen = JSON.parse(text)
  expect([seen.method, seen.body.length]).toEqual(['PATCH', 5_000_000])
  expect(seen.headers).toMatchObject({ 'x-mine': 'a', 'x-forwarded-uri': `${HTTP}/post` })
  for (const name of ['authorization', 'impersonate-user', 'x-hop']) {
    expect(seen.headers).not.toHaveProperty(name)
  }
})

test.each([
  [`${DEFAULT}/services/a:b:c:d/proxy/`, 400, 'invalid service request "a:b:c:d"'],
  [`${DEFAULT}/services/ftp:web:80/proxy/`, 400, 'invalid service request "ftp:web:80"'],
  [`${DEFAULT}/pods/a:b:c:d/proxy/`, 400, 'invalid pod request "a:b:c:d"'],
  [`${DEFAULT}/services/none/proxy/`, 404, 'services "none" not found'],
  [`${DEFAULT}/pods/none/proxy/`, 404, 'pods "none" not found'],
  [`${DEFAULT}/services/web:99/proxy/`, 503, 'no service port 99 found for service "web"'],
  [`${DEFAULT}/services/web/proxy/`, 503, 'no endpoints available for service "web"'],
  [`${DEFAULT}/services/empty:80/proxy/`, 503, 'no endpoints available for service "empty:80"'],
  [`${DEFAULT}/services/web:dead/proxy/`, 503, 'error trying to reach service: dial tcp'],
  [`${DEFAULT}/pods/p:9/proxy/`, 503, 'error trying to reach service: dial tcp'],
])('answers a Status for %s', async (path, code, message) => {
  const { body } = await sandbox.json('GET', path)
  expect(body).toMatchObject({ kind: 'Status', code, message: expect.stringContaining(message) })
})

test('redirects stay within the proxy', async () => {
  const bare = await sandbox.send(`${HTTP}?a=1`)
  expect([bare.status, bare.headers['location']]).toEqual([301, `${HTTP}/?a=1`])
  const redirectTo = async (location: string) => {
    answer = (_request, response) => response.writeHead(302, { location }).end()
    return (await sandbox.send(`${HTTP}/`)).headers['location']
  }
  expect(await redirectTo('/next?b=1')).toBe(`${HTTP}/next?b=1`)
  expect(await redirectTo('next')).toBe('next')
  expect(await redirectTo('https://example.com/x')).toBe('https://example.com/x')
})

test('a backend that hangs up before its answer is a Status, after it an end', async () => {
  answer = (request) => request.socket.destroy()
  expect((await sandbox.json('GET', `${HTTP}/`)).body).toMatchObject({
    code: 503,
    reason: 'ServiceUnavailable',
  })
  answer = (_request, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half', () => response.destroy())
  }
  await expect(sandbox.send(`${HTTP}/`)).rejects.toThrow()
})

test('what is sent bit by bit arrives bit by bit', async () => {
  const parts: ServerResponse[] = []
  answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    parts.push(response)
  }
  const answered = sandbox.send(`${HTTP}/events`)
  await vi.waitUntil(() => parts.length === 1)
  parts[0]?.write('one ')
  parts[0]?.end('two')
  expect((await answered).text).toBe('one two')
})

test('another protocol goes through, and the connection ends with the client', async () => {
  const headers = {
    authorization: `Bearer ${sandbox.token}`,
    connection: 'Upgrade',
    upgrade: 'echo',
  }
  const outgoing = httpsRequest(`${sandbox.url}${HTTP}/ws`, { headers, rejectUnauthorized: false })
  const opened = new Promise<Duplex>((resolve, reject) => {
    outgoing.on('upgrade', (response, socket) => {
      expect([response.statusCode, response.headers.upgrade]).toEqual([101, 'echo'])
      resolve(socket)
    })
    outgoing.on('error', reject)
  })
  const upgraded = new Promise<Duplex>((resolve) =>
    backend.once('upgrade', (_request, socket) => resolve(socket)),
  )
  outgoing.end()
  const [client, pod] = await Promise.all([opened, upgraded])
  client.write('there and back')
  const [chunk] = await once(client, 'data')
  expect(String(chunk)).toBe('there and back')
  const closed = once(pod, 'close')
  client.destroy()
  await closed
})

test('a refused upgrade arrives as the answer it is', async () => {
  const socket = new WebSocket(`${sandbox.url.replace('https', 'wss')}${HTTP}9/ws`, {
    headers: { authorization: `Bearer ${sandbox.token}` },
    rejectUnauthorized: false,
  })
  onTestFinished(() => socket.terminate())
  const error = await new Promise<Error>((resolve) => socket.on('error', resolve))
  expect(error.message).toContain('404')
})

test('without a token nothing goes through', async () => {
  const { status } = await sandbox.send(`${HTTP}/`, { headers: { authorization: '' } })
  expect(status).toBe(401)
})
