import {
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'

export interface SeenStream {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly trailers: IncomingHttpHeaders
}

export interface Http2Peer {
  readonly port: number
  /** Requests in the order their bodies ended. */
  readonly requests: readonly SeenStream[]
  /** Connections accepted so far. */
  readonly connections: number
  /** Those that are open. */
  readonly sessions: ReadonlySet<ServerHttp2Session>
  close(): Promise<void>
}

type Respond = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, body: Buffer) => void

/**
 * A backend that speaks HTTP/2 with prior knowledge and keeps what it was sent. `onStream` may take a stream over before
 * its body has come, by returning true.
 */
export async function startHttp2Peer(
  respond: Respond = (stream) => {
    stream.respond({ ':status': 200 })
    stream.end('seen')
  },
  onStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => boolean = () => false,
): Promise<Http2Peer> {
  const requests: SeenStream[] = []
  const sessions = new Set<ServerHttp2Session>()
  let connections = 0
  const server = createServer()
  server.on('session', (session) => {
    connections++
    sessions.add(session)
    session.on('error', () => undefined)
    session.on('close', () => sessions.delete(session))
  })
  server.on('sessionError', () => undefined)
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined)
    if (onStream(stream, headers)) return
    const chunks: Buffer[] = []
    let trailers: IncomingHttpHeaders = {}
    stream.on('trailers', (seen) => {
      trailers = seen
    })
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      if (stream.destroyed) return
      const body = Buffer.concat(chunks)
      requests.push({ headers, body, trailers })
      respond(stream, headers, body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    requests,
    sessions,
    get connections() {
      return connections
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const session of sessions) session.destroy()
      }),
  }
}
