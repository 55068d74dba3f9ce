/** HTTP Upgrade: requests that want the connection for another protocol. Next step: port-forward.ts, or a watch or log over WebSocket. */
import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { WEBSOCKET_MESSAGE_BYTES_MAX } from '../api/limits'

export interface UpgradeRequest {
  readonly http: IncomingMessage
  readonly socket: Duplex
  /** What the client already sent after its request. */
  readonly head: Buffer
}

/** Whether the client wants to go on with this protocol, such as `websocket`. */
export function wantsUpgrade(http: IncomingMessage, protocol: string): boolean {
  return (http.headers.upgrade ?? '').toLowerCase() === protocol.toLowerCase()
}

/** The WebSocket subprotocols a client offers, its favourite first. */
export function offeredProtocols(http: IncomingMessage): string[] {
  const header = http.headers['sec-websocket-protocol'] ?? ''
  return header
    .split(',')
    .slice(0, 32)
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

const server = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: WEBSOCKET_MESSAGE_BYTES_MAX,
})
server.on('headers', (headers, http) => {
  const protocol = chosen.get(http)
  if (protocol !== undefined) headers.push(`Sec-WebSocket-Protocol: ${protocol}`)
})

/** The subprotocol each handshake under way answers with. */
const chosen = new WeakMap<IncomingMessage, string>()

/** Shakes hands and calls back; a client that does not speak WebSocket gets 400. An empty `protocol` names none. */
export function acceptWebSocket(
  { http, socket, head }: UpgradeRequest,
  protocol: string,
  onOpen: (socket: WebSocket) => void,
): void {
  if (protocol !== '') chosen.set(http, protocol)
  // The library refuses names with a slash, which Kubernetes uses, so it does not get to see them.
  delete http.headers['sec-websocket-protocol']
  server.handleUpgrade(http, socket, head, (opened) => {
    opened.on('error', () => opened.terminate())
    onOpen(opened)
  })
}

/** Agrees to another protocol than WebSocket. */
export function acceptProtocol(
  { socket }: UpgradeRequest,
  protocol: string,
  headers: Readonly<Record<string, string>>,
): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n${lines.join('')}\r\n`,
  )
}

/** A response for a request whose upgrade is refused; the connection ends with it. */
export function plainResponse({ http, socket }: UpgradeRequest): ServerResponse {
  const response = new ServerResponse(http)
  response.shouldKeepAlive = false
  response.assignSocket(socket as Socket)
  response.on('finish', () => socket.end())
  return response
}
