import http from 'node:http'
import https from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node'
import { KubeError, toKubernetesStatus } from './kube-error'
import {
  CONNECTIONS_MAX,
  IDLE_CONNECTIONS_MAX,
  KEEP_ALIVE_MS,
  REQUEST_TIMEOUT_MS,
  RESPONSE_BYTES_MAX,
} from './limits'

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** From the server's root: `/api/v1/namespaces`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  /** Sent as JSON; a Buffer as it is. */
  readonly body?: unknown
  readonly contentType?: string
  readonly accept?: string
  readonly signal?: AbortSignal | undefined
  /** Milliseconds until the whole answer must be there. Streams: until its head is. */
  readonly timeoutMs?: number
  /** The longest answer that is read, where it is not an object: `RESPONSE_BYTES_MAX` else. */
  readonly bytesMax?: number
}

export interface KubeResponse {
  readonly status: number
  readonly body: string
  /** Texts of the Warning headers. */
  readonly warnings: readonly string[]
}

/** HTTP to one API server with the kubeconfig's credentials. Rejects with `KubeError` only. */
export interface Transport {
  /** The whole answer. Codes of 400 and above reject with code `status`, unless they are among `accepted`. */
  send(request: KubeRequest, accepted?: readonly number[]): Promise<KubeResponse>
  /** The answer's body as it arrives; the caller must read or destroy it. */
  open(request: KubeRequest): Promise<http.IncomingMessage>
  close(): void
}

/**
 * client-node prepares credentials and TLS; sending is our own, because its clients keep no connections, and its
 * watch drops what it cannot parse.
 */
export function createTransport(config: KubeConfig, server: string): Transport {
  const agents = createAgentCache(server)
  const base = server.replace(/\/+$/, '')
  const open = async (request: KubeRequest) => {
    const options = await prepare(config, request)
    options.agent = agents.get(options)
    return openRequest(
      new URL(`${base}${request.path}${toSearch(request.query)}`),
      request,
      options,
    )
  }
  return {
    open,
    async send(request, accepted = []) {
      const deadline = withDeadline(request)
      try {
        const response = await open({ ...request, signal: deadline.signal })
        return await readResponse(response, accepted, request.bytesMax)
      } catch (error) {
        throw deadline.explain(error)
      } finally {
        deadline.end()
      }
    },
    close: () => agents.close(),
  }
}

async function prepare(config: KubeConfig, request: KubeRequest): Promise<https.RequestOptions> {
  const headers: Record<string, string> = {
    accept: request.accept ?? 'application/json',
    'user-agent': 'mirrorboard',
  }
  if (request.body !== undefined) {
    headers['content-type'] = request.contentType ?? 'application/json'
  }
  const options: https.RequestOptions = { method: request.method, headers }
  try {
    await config.applyToHTTPSOptions(options)
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown reason'
    throw new KubeError('credentials', `The kubeconfig's credentials cannot be used: ${reason}`, {
      cause: error,
    })
  }
  return options
}

/** One pool of connections for as long as the TLS material stays the same; rotated certificates start another. */
function createAgentCache(server: string) {
  let current: { key: string; agent: http.Agent } | undefined
  return {
    get(options: https.RequestOptions): http.Agent | boolean {
      const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options
      const material = { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized }
      const identity = JSON.stringify(material)
      if (current?.key === identity) return current.agent
      const pool = {
        keepAlive: true,
        keepAliveMsecs: KEEP_ALIVE_MS,
        maxSockets: CONNECTIONS_MAX,
        maxFreeSockets: IDLE_CONNECTIONS_MAX,
      }
      const made = options.agent
      const proxied = made instanceof http.Agent && !isPlainAgent(made)
      const agent = proxied
        ? made
        : server.startsWith('https:')
          ? new https.Agent({ ...pool, ...material })
          : new http.Agent(pool)
      current?.agent.destroy()
      current = { key: identity, agent }
      return agent
    },
    close() {
      current?.agent.destroy()
      current = undefined
    },
  }
}

/** client-node returns a subclass only when the kubeconfig names a proxy. */
function isPlainAgent(agent: http.Agent): boolean {
  return agent.constructor === http.Agent || agent.constructor === https.Agent
}

function openRequest(
  url: URL,
  request: KubeRequest,
  options: https.RequestOptions,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { signal } = request
    if (signal?.aborted) {
      reject(new KubeError('aborted', 'The call was given up before it was sent.'))
      return
    }
    const library = url.protocol === 'https:' ? https : http
    const outgoing = library.request(url, options)
    const abort = () => outgoing.destroy(new KubeError('aborted', 'The call was given up.'))
    signal?.addEventListener('abort', abort, { once: true })
    outgoing.on('close', () => signal?.removeEventListener('abort', abort))
    outgoing.on('socket', (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS))
    outgoing.on('response', resolve)
    outgoing.on('error', (error) => reject(toKubeError(error, url)))
    if (request.body === undefined) {
      outgoing.end()
      return
    }
    const { body: given } = request
    const body = Buffer.isBuffer(given) ? given : Buffer.from(JSON.stringify(given))
    // Node frames no DELETE body by itself: without a length the server reads it as the next request.
    outgoing.setHeader('content-length', body.length)
    outgoing.end(body)
  })
}

function toKubeError(error: Error, url: URL): KubeError {
  if (error instanceof KubeError) return error
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
  return new KubeError('unreachable', `The API server at ${url.origin} cannot be reached${code}.`, {
    cause: error,
  })
}

/** Gives a call one deadline for connecting, waiting and reading. */
function withDeadline(request: KubeRequest) {
  const controller = new AbortController()
  const milliseconds = request.timeoutMs ?? REQUEST_TIMEOUT_MS
  let late = false
  const timer = setTimeout(() => {
    late = true
    controller.abort()
  }, milliseconds)
  const follow = () => controller.abort()
  if (request.signal?.aborted) controller.abort()
  request.signal?.addEventListener('abort', follow, { once: true })
  return {
    signal: controller.signal,
    explain: (error: unknown) =>
      late
        ? new KubeError('timeout', `The API server did not answer within ${milliseconds} ms.`, {
            cause: error,
          })
        : error,
    end() {
      clearTimeout(timer)
      request.signal?.removeEventListener('abort', follow)
    },
  }
}

async function readResponse(
  response: http.IncomingMessage,
  accepted: readonly number[],
  bytesMax?: number,
): Promise<KubeResponse> {
  const body = await readText(response, bytesMax)
  const status = response.statusCode ?? 0
  if (status >= 400 && !accepted.includes(status)) throw toStatusError(status, body)
  return { status, body, warnings: readWarnings(response.rawHeaders) }
}

/** The error for a refused call. */
export function toStatusError(httpStatus: number, body: string): KubeError {
  const status = toKubernetesStatus(httpStatus, body)
  return new KubeError('status', status.message, { status })
}

/** Reads a body up to `bytesMax`; rejects with `too-large` over it, `unreachable` when it breaks off. */
export async function readText(
  response: http.IncomingMessage,
  bytesMax = RESPONSE_BYTES_MAX,
): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of response) {
      const buffer = Buffer.from(chunk)
      bytes += buffer.length
      if (bytes > bytesMax) {
        throw new KubeError('too-large', `The answer is larger than ${bytesMax} bytes.`)
      }
      chunks.push(buffer)
    }
  } catch (error) {
    if (error instanceof KubeError) throw error
    throw new KubeError('unreachable', 'The connection broke off in the middle of the answer.', {
      cause: error,
    })
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Texts of `Warning: 299 - "text"` headers (RFC 7234 section 5.5), unescaped. */
export function readWarnings(rawHeaders: readonly string[]): readonly string[] {
  const warnings: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() !== 'warning') continue
    for (const found of (rawHeaders[index + 1] ?? '').matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)) {
      warnings.push((found[1] ?? '').replace(/\\(.)/g, '$1'))
    }
  }
  return warnings
}

function toSearch(query: KubeRequest['query']): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) search.set(name, String(value))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}
