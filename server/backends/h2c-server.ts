/** The cleartext HTTP/2 side of an echo container (prior knowledge, RFC 9113 section 3.3). */
import {
  constants,
  createServer,
  type IncomingHttpHeaders as RequestHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import { answerRequest, type EchoAnswer, type EchoHandler } from './answer-request'
import type { EchoedRequest } from './echo-response'
import { CONNECTIONS_MAX, IDLE_LINGER_MS } from './limits'
import { type ListeningServer, listen } from './listening-server'

const STREAMS_MAX = 256
/** RFC 9113 section 8.2.2: these have no meaning on an HTTP/2 connection. */
const CONNECTION_HEADERS = new Set(['connection', 'keep-alive', 'proxy-connection', 'te'])

/** Listens on `address:port` (port 0 finds a free one); rejects with the system's error when it cannot. */
export async function startH2cServer(
  handler: EchoHandler,
  address: string,
  port: number,
): Promise<ListeningServer> {
  const sessions = new Set<ServerHttp2Session>()
  const server = createServer({ settings: { maxConcurrentStreams: STREAMS_MAX } })
  server.maxConnections = CONNECTIONS_MAX
  server.on('session', (session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    session.on('error', () => session.destroy())
  })
  server.on('sessionError', () => {})
  server.on(
    'stream',
    (stream: ServerHttp2Stream, headers: RequestHeaders, _flags: number, ...rest: string[][]) => {
      // The raw headers are the fourth argument; the type declarations leave them out.
      const rawHeaders = rest[0] ?? []
      stream.on('error', () => stream.close())
      stream.resume()
      const socket = stream.session?.socket
      const client = `${socket?.remoteAddress}:${socket?.remotePort}`
      respond(stream, headers, answerRequest(handler, echoedRequest(headers, rawHeaders), client))
    },
  )
  const actualPort = await listen(server, address, port)
  return {
    port: actualPort,
    async stop(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      // As on the other port: a request may be on its way on a connection that looks idle.
      const linger = setTimeout(() => {
        for (const session of sessions) session.close()
      }, IDLE_LINGER_MS)
      const deadline = setTimeout(() => {
        for (const session of sessions) session.destroy()
      }, graceMs)
      await closed
      clearTimeout(linger)
      clearTimeout(deadline)
    },
  }
}

function echoedRequest(headers: RequestHeaders, rawHeaders: readonly string[]): EchoedRequest {
  return {
    target: headers[':path'] ?? '/',
    host: headers[':authority'] ?? headers.host ?? '',
    method: headers[':method'] ?? 'GET',
    proto: 'HTTP/2.0',
    rawHeaders,
  }
}

function respond(stream: ServerHttp2Stream, request: RequestHeaders, answer: EchoAnswer): void {
  const headers: Record<string, string | number | string[]> = {
    ':status': answer.status,
    'content-length': Buffer.byteLength(answer.body),
  }
  for (let index = 0; index + 1 < answer.headers.length; index += 2) {
    addHeader(headers, answer.headers[index] ?? '', answer.headers[index + 1] ?? '')
  }
  const send = () => {
    if (stream.destroyed || stream.headersSent) return
    if (answer.isReset) {
      stream.close(constants.NGHTTP2_INTERNAL_ERROR)
      return
    }
    stream.respond(headers)
    stream.end(request[':method'] === 'HEAD' ? undefined : answer.body)
  }
  if (answer.delayMs === 0) {
    send()
    return
  }
  const timer = setTimeout(send, answer.delayMs)
  stream.on('close', () => clearTimeout(timer))
}

function addHeader(
  headers: Record<string, string | number | string[]>,
  name: string,
  value: string,
): void {
  const key = name.toLowerCase()
  if (CONNECTION_HEADERS.has(key)) return
  const before = headers[key]
  if (before === undefined) headers[key] = value
  else headers[key] = Array.isArray(before) ? [...before, value] : [`${before}`, value]
}
