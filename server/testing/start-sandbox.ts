/** A sandbox API server for one test: free port, own data directory, stopped when the test ends. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type { JsonObject } from '@/lib/shared/json'
import { createCertificate, type ServerCertificate } from '@/server/compose/certificate'
import { createLogger } from '@/server/log'
import { type Sandbox, type SandboxOptions, startSandbox } from '@/server/sandbox/sandbox'

export const TEST_TOKEN = 'test-token'

export interface TestSandbox extends Sandbox {
  readonly dataDirectory: string
  readonly token: string
  /** A kubeconfig for this server, with a HOME for kubectl's cache beside it. */
  readonly kubeconfig: string
  readonly home: string
  /** An authenticated request; the path begins with `/`. */
  send(path: string, init?: TestRequest): Promise<TestResponse>
  /** A JSON request and its parsed answer. */
  json(method: string, path: string, body?: unknown, contentType?: string): Promise<TestAnswer>
}

export interface TestRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

export interface TestResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export interface TestAnswer extends TestResponse {
  // Tests read deep into answers; typing every step would hide what they assert.
  // biome-ignore lint/suspicious/noExplicitAny: test helper
  readonly body: any
}

/** The Gateway API definitions of the standard channel. */
export async function gatewayApiDefinitions(): Promise<JsonObject[]> {
  const directory = fileURLToPath(
    new URL('../../lib/gateway-api/schema/standard/', import.meta.url),
  )
  const names = (await readdir(directory)).filter((name) => name.endsWith('.yaml'))
  return Promise.all(
    names.map(async (name) => parse(await readFile(join(directory, name), 'utf8')) as JsonObject),
  )
}

let certificate: Promise<ServerCertificate> | undefined

/** One for all tests of a process: kubectl sends a token over TLS only. */
function testCertificate(): Promise<ServerCertificate> {
  certificate ??= createCertificate(Date.now())
  return certificate
}

/** Starts a server with all built-in kinds. Pass a `dataDirectory` to reopen one; it is then not removed. */
export async function startTestSandbox(
  options: Partial<SandboxOptions> = {},
): Promise<TestSandbox> {
  const base = await mkdtemp(join(tmpdir(), 'mirrorboard-sandbox-'))
  const dataDirectory = options.dataDirectory ?? join(base, 'data')
  const token = options.token ?? TEST_TOKEN
  const tls = options.tls ?? (await testCertificate())
  const server = await startSandbox({
    port: 0,
    logger: createLogger('sandbox'),
    ...options,
    dataDirectory,
    token,
    tls,
  })
  const kubeconfig = join(base, 'kubeconfig')
  await writeFile(kubeconfig, kubeconfigFor(server.url, token, tls.cert), { mode: 0o600 })
  const request = (path: string, init: TestRequest = {}) =>
    send(`${server.url}${path}`, tls.cert, {
      ...init,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        'user-agent': 'test/1.0',
        ...init.headers,
      },
    })
  return {
    ...server,
    dataDirectory,
    token,
    kubeconfig,
    home: base,
    send: request,
    json: async (method, path, body, contentType = 'application/json') => {
      const response = await request(path, {
        method,
        headers: body === undefined ? {} : { 'content-type': contentType },
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      return { ...response, body: parseAnswer(response.text) }
    },
    async stop() {
      await server.stop()
      await rm(base, { recursive: true, force: true })
    },
  }
}

/** One request on a connection of its own; also HTTPS with our own authority, which fetch cannot do. */
function send(url: string, certificate: string, init: TestRequest): Promise<TestResponse> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = init
    // A Host header that a test forges must not change whose certificate is expected.
    const settings = { method, headers, agent: false as const, servername: 'localhost' }
    const onResponse = (response: IncomingMessage) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      })
    }
    const outgoing = https.request(url, { ...settings, ca: certificate }, onResponse)
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** JSON, or the text itself. */
// biome-ignore lint/suspicious/noExplicitAny: as TestAnswer.body
export function parseAnswer(text: string): any {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function kubeconfigFor(url: string, token: string, certificate: string): string {
  const name = 'mirrorboard-sandbox'
  const authority = {
    'certificate-authority-data': Buffer.from(certificate).toString('base64'),
  }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: url, ...authority } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
  })
}
