/** A sandbox API server for one test: free port, own data directory, stopped when the test ends. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type { JsonObject } from '@/lib/shared/json'
import { createLogger } from '@/server/log'
import { BUILTIN_KINDS } from '@/server/sandbox/core-kinds/builtin-kinds'
import {
  type SandboxServer,
  type SandboxServerOptions,
  startSandboxServer,
} from '@/server/sandbox/sandbox-server'

export const TEST_TOKEN = 'test-token'

export interface TestSandbox extends SandboxServer {
  readonly dataDirectory: string
  readonly token: string
  /** A kubeconfig for this server, with a HOME for kubectl's cache beside it. */
  readonly kubeconfig: string
  readonly home: string
  /** An authenticated request; the path begins with `/`. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** A JSON request and its parsed answer. */
  json(method: string, path: string, body?: unknown, contentType?: string): Promise<TestAnswer>
}

export interface TestAnswer {
  readonly status: number
  readonly headers: Headers
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

/** Starts a server with all built-in kinds. Pass a `dataDirectory` to reopen one; it is then not removed. */
export async function startTestSandbox(
  options: Partial<SandboxServerOptions> = {},
): Promise<TestSandbox> {
  const base = await mkdtemp(join(tmpdir(), 'mirrorboard-sandbox-'))
  const dataDirectory = options.dataDirectory ?? join(base, 'data')
  const token = options.token ?? TEST_TOKEN
  const server = await startSandboxServer({
    port: 0,
    builtinKinds: BUILTIN_KINDS,
    logger: createLogger('sandbox'),
    ...options,
    dataDirectory,
    token,
  })
  const kubeconfig = join(base, 'kubeconfig')
  await writeFile(kubeconfig, kubeconfigFor(server.url, token), { mode: 0o600 })
  const request = (path: string, init: RequestInit = {}) =>
    fetch(`${server.url}${path}`, {
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
    fetch: request,
    json: async (method, path, body, contentType = 'application/json') => {
      const response = await request(path, {
        method,
        headers: body === undefined ? {} : { 'content-type': contentType },
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, headers: response.headers, body: parseAnswer(text) }
    },
    async stop() {
      await server.stop()
      await rm(base, { recursive: true, force: true })
    },
  }
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function kubeconfigFor(url: string, token: string): string {
  const name = 'mirrorboard-sandbox'
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    // client-go sends a token over TLS only; the password in the URL goes over plain HTTP too.
    clusters: [{ name, cluster: { server: url.replace('://', `://sandbox:${token}@`) } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
  })
}
