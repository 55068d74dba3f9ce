/** The HTTP/1.1 side of an echo container, on its own socket. */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { answerRequest, type EchoAnswer, type EchoHandler } from './answer-request'
import type { EchoedRequest } from './echo-response'
import { CONNECTIONS_MAX, IDLE_LINGER_MS } from './limits'
import { type ListeningServer, listen } from './listening-server'
import { acceptWebSocket } from './websocket-echo'

const IDLE_CHECK_MS = 20

/** Listens on `address:port` (port 0 finds a free one); rejects with the system's error when it cannot. */
export async function startEchoServer(
  handler: EchoHandler,
  address: string,
  port: number,
): Promise<ListeningServer> {
  const webSockets = new Set<() => void>()
  let isStopping = false
  const server = createServer((request, response) => {
    request.resume()
    const answer = answerRequest(handler, echoedRequest(request), clientOf(request.socket))
    if (answer.delayMs === 0) respond(response, answer, isStopping)
    else respondLater(response, answer, () => isStopping)
  })
  server.maxConnections = CONNECTIONS_MAX
  // Clients pool connections; who closes an idle one first races with the next request on it.
  server.keepAliveTimeout = 0
  server.on('upgrade', (request, socket, head) => {
    const close = request.url === '/ws' && acceptWebSocket(request, socket, head)
    if (close === false) {
      refuseUpgrade(handler, request, socket)
      return
    }
    webSockets.add(close)
    socket.on('close', () => webSockets.delete(close))
  })
  server.on('clientError', (_error, socket) => {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
  })
  const actualPort = await listen(server, address, port)
  return {
    port: actualPort,
    async stop(graceMs) {
      isStopping = true
      for (const close of webSockets) close()
      await closeServer(server, graceMs)
    },
  }
}

/**
 * Resolves when the last connection is gone: busy ones after their answer or `graceMs`, idle ones when whoever holds them
 * has had time to learn that the Pod is going. A request may be on its way there, and not every one may be sent twice.
 */
async function closeServer(server: Server, graceMs: number): Promise<void> {
  // Node's own close of an HTTP server ends idle connections at once.
  const closed = new Promise<void>((resolve) => {
    NetServer.prototype.close.call(server, () => resolve())
  })
  let idleCheck: NodeJS.Timeout | undefined
  const idleFrom = setTimeout(() => {
    idleCheck = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
  }, IDLE_LINGER_MS)
  const deadline = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearTimeout(idleFrom)
  clearInterval(idleCheck)
  clearTimeout(deadline)
}

function echoedRequest(request: IncomingMessage): EchoedRequest {
  return {
    target: request.url ?? '/',
    host: request.headers.host ?? '',
    method: request.method ?? 'GET',
    proto: request.httpVersionMinor === 0 ? 'HTTP/1.0' : 'HTTP/1.1',
    rawHeaders: request.rawHeaders,
  }
}

function clientOf(socket: Socket): string {
  return `${socket.remoteAddress}:${socket.remotePort}`
}

function respond(response: ServerResponse, answer: EchoAnswer, isLast: boolean): void {
  if (answer.isReset) {
    response.socket?.resetAndDestroy()
    return
  }
  const headers = [...answer.headers, 'Content-Length', `${Buffer.byteLength(answer.body)}`]
  if (isLast) headers.push('Connection', 'close')
  response.writeHead(answer.status, headers)
  response.end(answer.body)
}

function respondLater(
  response: ServerResponse,
  answer: EchoAnswer,
  isStopping: () => boolean,
): void {
  const timer = setTimeout(() => respond(response, answer, isStopping()), answer.delayMs)
  response.on('close', () => clearTimeout(timer))
}

/** An upgrade that is not for `/ws` is ignored, as HTTP allows: the request is answered as a plain one. */
function refuseUpgrade(handler: EchoHandler, request: IncomingMessage, socket: Duplex): void {
  socket.on('error', () => socket.destroy())
  const client = clientOf(request.socket)
  const answer = answerRequest(handler, echoedRequest(request), client)
  if (answer.isReset) {
    request.socket.resetAndDestroy()
    return
  }
  const lines = [`HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}`]
  for (let index = 0; index < answer.headers.length; index += 2) {
    lines.push(`${answer.headers[index]}: ${answer.headers[index + 1]}`)
  }
  lines.push(`Content-Length: ${Buffer.byteLength(answer.body)}`, 'Connection: close')
  socket.end(`${lines.join('\r\n')}\r\n\r\n${request.method === 'HEAD' ? '' : answer.body}`)
}
