/**
 * The proxy subresource: a request to a Service or a Pod → the Pod itself, bodies streamed both ways.
 * https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/#manually-constructing-apiserver-proxy-urls
 */
import {
  type ClientRequest,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http'
import { request as httpsRequest } from 'node:https'
import { pipeline } from 'node:stream'
import { PORT_FORWARDS_MAX, PROXY_CONNECT_TIMEOUT_MS } from '../api/limits'
import { serviceUnavailable, tooManyRequests } from '../api/status-error'
import { type Answer, failed, writeAnswer } from '../requests/answer'
import type { ServerContext } from '../requests/api-request'
import type { ProxyPath } from '../requests/proxy-path'
import { IMPERSONATION } from '../requests/requester'
import type { UpgradeRequest } from '../requests/upgrade'
import { type ProxyTarget, proxyTarget } from './proxy-target'

interface Proxied {
  readonly context: ServerContext
  readonly http: IncomingMessage
  readonly target: ProxyTarget
  readonly path: ProxyPath
  /** With its question mark; empty without one. */
  readonly search: string
}

/** Passes a request on. The body is still unread. */
export function proxy(
  context: ServerContext,
  http: IncomingMessage,
  path: ProxyPath,
  search: string,
): Answer {
  const target = proxyTarget(context, path)
  if (!target.ok) return failed(target.error)
  const isUpgrade = http.headers.upgrade !== undefined
  const isReading = http.method === 'GET' || http.method === 'HEAD'
  if (path.path === '' && isReading && !isUpgrade) {
    const Location = `${path.prefix}/${search}`
    return { is: 'text', code: 301, text: '', headers: { Location } }
  }
  if (context.forwards.size >= PORT_FORWARDS_MAX) {
    return failed(tooManyRequests('too many port forwards and proxied requests'))
  }
  const proxied = { context, http, target: target.value, path, search }
  if (target.value.address === undefined) {
    const why = `dial tcp ${target.value.authority}: connect: connection refused`
    return failed(unreachable(why))
  }
  if (isUpgrade) return { is: 'upgrade', start: (upgrade) => passUpgrade(proxied, upgrade) }
  return { is: 'forward', start: (response) => pass(proxied, response) }
}

function unreachable(why: string) {
  return serviceUnavailable(`error trying to reach service: ${why}`)
}

function pass(proxied: Proxied, response: ServerResponse): void {
  const { http } = proxied
  const outgoing = open(proxied, forwardedHeaders(proxied))
  const forget = hold(proxied.context, () => response.destroy())
  response.on('close', () => {
    forget()
    outgoing.destroy()
  })
  outgoing.on('response', (incoming) => {
    response.writeHead(incoming.statusCode ?? 502, returnedHeaders(proxied, incoming))
    // Sent at once: an event stream may say nothing for a while.
    response.flushHeaders()
    pipeline(incoming, response, () => undefined)
  })
  outgoing.on('error', (error) => {
    if (response.headersSent) response.destroy()
    else writeAnswer(http, response, failed(unreachable(error.message)), 'json')
  })
  pipeline(http, outgoing, () => undefined)
}

/** Once the backend agrees, bytes go both ways; until then it may answer as to any request. */
function passUpgrade(proxied: Proxied, { http, socket, head }: UpgradeRequest): void {
  const { 'content-length': _, 'transfer-encoding': __, ...headers } = forwardedHeaders(proxied)
  const connection = { connection: 'Upgrade', upgrade: http.headers.upgrade }
  const outgoing = open(proxied, { ...headers, ...connection })
  const forget = hold(proxied.context, () => socket.destroy())
  socket.on('close', () => {
    forget()
    outgoing.destroy()
  })
  const headOf = (incoming: IncomingMessage, headers: OutgoingHttpHeaders) => {
    const lines = Object.entries(headers).flatMap(([name, value]) =>
      [value ?? ''].flat().map((text) => `${name}: ${text}\r\n`),
    )
    return `HTTP/1.1 ${incoming.statusCode} ${incoming.statusMessage}\r\n${lines.join('')}\r\n`
  }
  outgoing.on('upgrade', (incoming, backend, first) => {
    socket.write(
      headOf(incoming, {
        ...returnedHeaders(proxied, incoming),
        connection: 'Upgrade',
        upgrade: incoming.headers.upgrade,
      }),
    )
    socket.write(first)
    backend.write(head)
    socket.pipe(backend).pipe(socket)
    socket.on('close', () => backend.destroy())
    backend.on('error', () => backend.destroy())
    backend.on('close', () => socket.destroy())
  })
  outgoing.on('response', (incoming) => {
    socket.write(headOf(incoming, { ...returnedHeaders(proxied, incoming), connection: 'close' }))
    pipeline(incoming, socket, () => undefined)
  })
  outgoing.on('error', (error) => {
    const body = `error trying to reach service: ${error.message}`
    socket.end(
      `HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
  })
  outgoing.end()
}

function open(
  { http, target, path, search }: Proxied,
  headers: OutgoingHttpHeaders,
): ClientRequest {
  const send = target.scheme === 'https' ? httpsRequest : httpRequest
  const outgoing = send({
    ...target.address,
    method: http.method ?? 'GET',
    path: `${path.path || '/'}${search}`,
    headers,
    agent: false,
    // Nobody vouches for what a Pod says it is: a kube-apiserver does not ask either.
    rejectUnauthorized: false,
  })
  const timer = setTimeout(
    () => outgoing.destroy(new Error(`dial tcp ${target.authority}: i/o timeout`)),
    PROXY_CONNECT_TIMEOUT_MS,
  )
  const done = () => clearTimeout(timer)
  outgoing.on('socket', (socket) => socket.on('connect', done))
  outgoing.on('close', done)
  return outgoing
}

/** Registers an open request, which ends with the server. Returns what forgets it. */
function hold({ forwards }: ServerContext, end: () => void): () => void {
  forwards.add(end)
  return () => void forwards.delete(end)
}

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

function endToEnd(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase())
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !named.includes(name)),
  )
}

/** What the Pod is told. Who asked stays here: it must not learn a token it could use. */
function forwardedHeaders({ http, path }: Proxied): OutgoingHttpHeaders {
  const { authorization: _, ...headers } = endToEnd(http.headers)
  const kept = Object.entries(headers).filter(([name]) => !IMPERSONATION.test(name))
  const before = headers['x-forwarded-for']
  const client = http.socket.remoteAddress ?? ''
  return {
    ...Object.fromEntries(kept),
    // A body of unknown length comes in chunks, and goes on in chunks.
    ...('transfer-encoding' in http.headers ? { 'transfer-encoding': 'chunked' } : {}),
    'x-forwarded-for': before === undefined ? client : `${String(before)}, ${client}`,
    'x-forwarded-uri': `${path.prefix}${path.path || '/'}`,
  }
}

/** What the client is told: redirects within the backend lead through the proxy again. */
function returnedHeaders({ target, path, http }: Proxied, incoming: IncomingMessage) {
  const headers = endToEnd(incoming.headers)
  const { location } = incoming.headers
  if (location === undefined || !URL.canParse(location, 'http://backend')) return headers
  const url = new URL(location, 'http://backend')
  const isOwn = ['backend', target.authority, http.headers.host].includes(url.host)
  const isAbsolute = /^([a-z]+:)?\//i.test(location)
  if (!isOwn || !isAbsolute || url.pathname.startsWith(`${path.prefix}/`)) return headers
  return { ...headers, location: `${path.prefix}${url.pathname}${url.search}${url.hash}` }
}
