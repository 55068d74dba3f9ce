/**
 * The one HTTP door of the planes: request on a socket → host, origin and secret looked at → the plane's `answer` →
 * response. A plane behind it sees only requests that its own installation sent.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isLoopbackHost, targetUrl } from '@/lib/shared/loopback-request'
import type { Logger } from '../log'
import { type PlaneAnswer, type PlaneRequest, refuse } from './plane-answer'
import { carriesSecret } from './plane-secret'

export interface PlaneServerOptions {
  readonly host?: string | undefined
  /** 0, or none, takes any free port. */
  readonly port?: number | undefined
  /** Asked for in every request but those to `open` paths; undefined lets every process of the machine in. */
  readonly secret?: string | undefined
  /** Paths that answer without the secret: what probes and scrapers of others read. */
  readonly open: readonly string[]
  /** Connections at once; further ones are closed on accept. */
  readonly connectionsMax?: number
  readonly logger: Logger
  answer(request: PlaneRequest): PlaneAnswer | Promise<PlaneAnswer>
}

export interface PlaneServer {
  /** Where it listens, without a path. */
  readonly url: string
  /** Cuts every connection; streams end with them. A second call does nothing more. */
  close(): Promise<void>
}

/** Resolves once it listens; rejects with the system's error, such as EADDRINUSE. */
export async function startPlaneServer(options: PlaneServerOptions): Promise<PlaneServer> {
  const { host = '127.0.0.1', port = 0, connectionsMax } = options
  const isLoopback = isLoopbackHost(bracketed(host))
  const server = createServer((request, response) => {
    answerOne(options, isLoopback, request).then(
      (answer) => write(answer, response),
      (error: unknown) => {
        options.logger.error('a request failed', { error: String(error) })
        write(refuse(500, 'internal', 'Something went wrong here; the log says what.'), response)
      },
    )
  })
  if (connectionsMax !== undefined) server.maxConnections = connectionsMax
  const bound = await listen(server, host, port)
  return {
    url: `http://${bracketed(host)}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const bracketed = (host: string) => (host.includes(':') ? `[${host}]` : host)

async function answerOne(
  { secret, open, answer }: PlaneServerOptions,
  isLoopback: boolean,
  message: IncomingMessage,
): Promise<PlaneAnswer> {
  const url = targetUrl(message.url ?? '/')
  if (url === null) return refuse(400, 'bad-request', 'That is no path.')
  const isOpen = open.includes(url.pathname)
  const refusal =
    (isLoopback ? refusalOfPage(message) : null) ??
    (isOpen || secret === undefined ? null : refusalOfStranger(message, secret))
  return refusal ?? (await answer({ method: message.method ?? 'GET', url, message }))
}

/**
 * A web page may send requests to loopback, and a name that resolves to loopback (DNS rebinding) reads the answers too:
 * neither a foreign Host nor any page's Origin is served.
 */
function refusalOfPage({ headers }: IncomingMessage): PlaneAnswer | null {
  if (!isLoopbackHost(headers.host)) {
    const sentence = 'This service answers on loopback only: address it as 127.0.0.1.'
    return refuse(421, 'forbidden-origin', sentence)
  }
  if (headers.origin === undefined) return null
  return refuse(403, 'forbidden-origin', 'This service does not answer web pages.')
}

function refusalOfStranger({ headers }: IncomingMessage, secret: string): PlaneAnswer | null {
  if (carriesSecret(headers.authorization, secret)) return null
  const sentence =
    'This service answers the other processes of its Mirrorboard only. Ask the dashboard instead.'
  return refuse(401, 'not-signed-in', sentence)
}

function write(answer: PlaneAnswer, response: ServerResponse): void {
  if ('stream' in answer) {
    answer.stream(response)
    return
  }
  const [type, body] =
    'text' in answer
      ? [answer.type, answer.text]
      : ['application/json; charset=utf-8', JSON.stringify(answer.json)]
  response.writeHead(answer.status, { 'content-type': type, 'cache-control': 'no-store' })
  response.end(body)
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}
