/** Small servers that stand behind the gateway, well-behaved or hostile, on real sockets. */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'

export interface Peer {
  readonly port: number
  /** Connections accepted so far. */
  readonly connections: number
  close(): Promise<void>
}

export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  readonly trailers: IncomingMessage['trailers']
  readonly isComplete: boolean
}

export interface HttpPeer extends Peer {
  /** Requests in the order they ended, whole or cut short. */
  readonly requests: readonly SeenRequest[]
}

type Respond = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void

/** An HTTP server that keeps what it was sent. Without `respond` it answers 200 and the path. */
export async function startHttpPeer(respond?: Respond): Promise<HttpPeer> {
  const requests: SeenRequest[] = []
  const server = createHttpServer((request, response) => {
    const chunks: Buffer[] = []
    const see = (isComplete: boolean) => {
      const { method = '', url = '', headers, rawHeaders, trailers } = request
      const body = Buffer.concat(chunks)
      requests.push({ method, url, headers, rawHeaders, body, trailers, isComplete })
    }
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      see(true)
      if (respond) respond(request, response, Buffer.concat(chunks))
      else response.end(`seen ${request.url}`)
    })
    request.on('error', () => see(false))
  })
  const peer = await listen(server)
  return Object.assign(peer, { requests })
}

/** A server of bytes: `onConnection` has the socket to itself. Port 0 takes any. */
export function startRawPeer(onConnection: (socket: Socket) => void, port = 0): Promise<Peer> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined)
    onConnection(socket)
  })
  return listen(server, port)
}

/** A port where nobody listens. */
export async function closedPort(): Promise<number> {
  const peer = await startRawPeer(() => undefined)
  await peer.close()
  return peer.port
}

async function listen(server: Server, wanted = 0): Promise<Peer> {
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket) => {
    connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(wanted, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    port,
    get connections() {
      return connections
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
