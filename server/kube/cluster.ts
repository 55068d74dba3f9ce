/** One cluster as a kubeconfig describes it: signed requests and streams, with a bound on time and size. */
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node'
import { KubeError, toKubernetesStatus } from './kube-error'
import { REQUEST_TIMEOUT_MS, RESPONSE_BYTES_MAX } from './limits'

export interface KubeRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Absolute path of the API, without a query. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Defaults to application/json; a string body is sent as it is. */
  readonly contentType?: string
  readonly accept?: string
  readonly signal?: AbortSignal
}

export interface KubeResponse {
  readonly body: unknown
  /** Warning headers, unquoted. */
  readonly warnings: readonly string[]
}

export interface Cluster {
  readonly context: string
  readonly server: string
  /** The namespace manifests without one go to. */
  readonly defaultNamespace: string
  /** The parsed answer of a 2xx; throws a KubeError otherwise. */
  request(request: KubeRequest): Promise<KubeResponse>
  /** The body of a 2xx as it arrives; the caller ends it by the signal. Throws a KubeError otherwise. */
  stream(request: KubeRequest): Promise<AsyncIterable<Buffer>>
}

/** Wraps a kubeconfig whose current context is set. Connections are kept open between requests. */
export function createCluster(config: KubeConfig): Cluster {
  const server = new URL(config.getCurrentCluster()?.server ?? '')
  const context = config.getContextObject(config.getCurrentContext())
  const open = createOpener(config, server)
  return {
    context: config.getCurrentContext(),
    server: server.href.replace(/\/$/, ''),
    defaultNamespace: context?.namespace ?? 'default',
    request: async (request) => {
      const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
      const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout
      const response = await open({ ...request, signal })
      const text = await readBody(response)
      const body = parseBody(response, text)
      const status = response.statusCode ?? 0
      if (status >= 300) throw statusError(status, body)
      return { body, warnings: readWarnings(response) }
    },
    stream: async (request) => {
      const response = await open(request)
      const status = response.statusCode ?? 0
      if (status >= 300) throw statusError(status, parseBody(response, await readBody(response)))
      return response
    },
  }
}

type Opener = (request: KubeRequest) => Promise<IncomingMessage>

function createOpener(config: KubeConfig, server: URL): Opener {
  const transport = server.protocol === 'https:' ? https : http
  const usesProxy = config.getCurrentCluster()?.proxyUrl !== undefined
  let agent: http.Agent | undefined
  return async (request) => {
    const options = await sign(config)
    if (!usesProxy) {
      // The library makes an agent a call, which would mean a new connection a request.
      agent ??= new transport.Agent({ ...tlsOptions(options), keepAlive: true, maxSockets: 64 })
      options.agent = agent
    }
    return await send(transport, server, request, options)
  }
}

async function sign(config: KubeConfig): Promise<https.RequestOptions> {
  const options: https.RequestOptions = {}
  try {
    await config.applyToHTTPSOptions(options)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new KubeError('unreachable', `The kubeconfig's credentials could not be used: ${reason}`, { cause })
  }
  return options
}

function tlsOptions(options: https.RequestOptions): https.AgentOptions {
  const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options
  const all = { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function send(
  transport: typeof http | typeof https,
  server: URL,
  request: KubeRequest,
  signed: https.RequestOptions,
): Promise<IncomingMessage> {
  const body = encodeBody(request.body)
  const query = new URLSearchParams(request.query).toString()
  const path = `${server.pathname.replace(/\/$/, '')}${request.path}${query === '' ? '' : `?${query}`}`
  return new Promise((resolve, reject) => {
    const outgoing = transport.request({
      ...signed,
      host: server.hostname.replace(/^\[|\]$/g, ''),
      port: server.port || (server.protocol === 'https:' ? 443 : 80),
      method: request.method ?? 'GET',
      path,
      ...(request.signal && { signal: request.signal }),
      headers: {
        ...signed.headers,
        accept: request.accept ?? 'application/json',
        'user-agent': 'mirrorboard',
        ...(body !== undefined && {
          'content-type': request.contentType ?? 'application/json',
          'content-length': Buffer.byteLength(body),
        }),
      },
    })
    outgoing.once('response', resolve)
    outgoing.once('error', (cause) => reject(unreachable(server, cause)))
    outgoing.end(body)
  })
}

function encodeBody(body: unknown): string | undefined {
  if (body === undefined || typeof body === 'string') return body
  return JSON.stringify(body)
}

function unreachable(server: URL, cause: Error): KubeError {
  const reason = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
  return new KubeError('unreachable', `The API server at ${server.origin} does not answer (${reason}).`, { cause })
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of response) {
      bytes += chunk.length
      if (bytes > RESPONSE_BYTES_MAX) {
        response.destroy()
        throw new KubeError('bad-answer', `The API server's answer is larger than ${RESPONSE_BYTES_MAX} bytes.`)
      }
      chunks.push(chunk)
    }
  } catch (cause) {
    if (cause instanceof KubeError) throw cause
    throw new KubeError('unreachable', 'The API server broke off its answer.', { cause })
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseBody(response: IncomingMessage, text: string): unknown {
  if (!(response.headers['content-type'] ?? '').includes('json')) return text
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new KubeError('bad-answer', 'The API server answered with broken JSON.', { cause })
  }
}

function statusError(httpStatus: number, body: unknown): KubeError {
  const status = toKubernetesStatus(httpStatus, body)
  return new KubeError('status', status.message, { status })
}

/** `299 - "unknown field"` → `unknown field`. RFC 7234 section 5.5. */
function readWarnings(response: IncomingMessage): string[] {
  const header = response.headers['warning']
  if (header === undefined) return []
  const texts = [header].flat().join(', ').matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)
  return [...texts].map((match) => (match[1] ?? '').replace(/\\(.)/g, '$1'))
}
