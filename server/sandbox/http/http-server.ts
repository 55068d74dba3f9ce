/** Sockets → requests that may be answered → answers: limits, TLS, Host, token, body. Next step: the routes it is given. */
import {
  createServer as createPlainServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { targetUrl } from '@/lib/shared/loopback-request'
import { CONNECTIONS_MAX, HEADER_BYTES_MAX, REQUEST_TIMEOUT_MS } from '../api/limits'
import { success } from '../api/outcome'
import { pageNotFound } from '../api/status-error'
import { type Answer, failed, writeAnswer } from '../requests/answer'
import type { ServerContext } from '../requests/api-request'
import { requestRefusal } from '../requests/authorizer'
import { unexpected } from '../requests/context'
import type { Representation } from '../requests/negotiate'
import { parseProxyPath } from '../requests/proxy-path'
import { requesterOf } from '../requests/requester'
import type { User } from '../requests/service-account-tokens'
import { plainResponse, type UpgradeRequest } from '../requests/upgrade'
import { hostRefusal } from './gatekeeper'
import { readBody } from './request-body'
import { startUpgrade } from './start-upgrade'

const HOST = '127.0.0.1'

export interface HttpServerOptions {
  /** Of 127.0.0.1; 0 takes any free port. */
  readonly port: number
  /** PEM. Absent: plain HTTP, over which kubectl sends no token. */
  readonly tls?: { readonly key: string; readonly cert: string }
}

export interface HttpServer {
  readonly url: string
  readonly port: number
  /** Finishes what is in flight. */
  stop(): Promise<void>
}

/** A request whose sender may ask, read whole. */
interface AdmittedRequest {
  readonly http: IncomingMessage
  readonly url: URL
  readonly body: Buffer
  readonly representation: Representation
  readonly user: User
}

/** What answers: HTTP knows how to ask, and nothing of what there is to ask for. */
export interface Routes {
  /** What the client accepts of what a path can answer, or the refusal. */
  representationFor(http: IncomingMessage, path: string): Representation | Answer
  route(request: AdmittedRequest): Promise<Answer>
}

/** Why the server cannot start, in one sentence for the user. */
export class SandboxStartError extends Error {
  override readonly name = 'SandboxStartError'
  /** The operating system's code, such as EADDRINUSE; empty when it was not the system that refused. */
  readonly code: string

  constructor(message: string, code = '') {
    super(message)
    this.code = code
  }
}

/** Serves the routes. Rejects with a SandboxStartError when the port cannot be had. */
export async function startHttpServer(
  options: HttpServerOptions,
  context: ServerContext,
  routes: Routes,
): Promise<HttpServer> {
  const server = createHttpServer(options, context, routes)
  const port = await listen(server, options.port)
  return {
    url: `${options.tls ? 'https' : 'http'}://${HOST}:${port}`,
    port,
    stop: () => closeServer(server),
  }
}

function createHttpServer(
  options: HttpServerOptions,
  context: ServerContext,
  routes: Routes,
): Server {
  const limits = {
    maxHeaderSize: HEADER_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: 60_000,
  }
  const listener: RequestListener = (request, response) => {
    handle(context, routes, server, request, response).catch((error: unknown) => {
      const status = unexpected(context, error)
      if (!response.headersSent) writeAnswer(request, response, failed(status), 'json')
      else response.destroy()
    })
  }
  const server: Server = options.tls
    ? createTlsServer({ ...limits, ...options.tls }, listener)
    : createPlainServer(limits, listener)
  server.maxConnections = CONNECTIONS_MAX
  server.on('upgrade', (http: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const upgrade = { http, socket, head }
    const response = plainResponse(upgrade)
    handle(context, routes, server, http, response, upgrade).catch(() => socket.destroy())
  })
  return server
}

async function handle(
  context: ServerContext,
  routes: Routes,
  server: Server,
  request: IncomingMessage,
  response: ServerResponse,
  upgrade?: UpgradeRequest,
): Promise<void> {
  const early = earlyAnswer(context, server, request)
  if (early !== undefined) {
    writeEarly(request, response, early)
    return
  }
  const user = requesterOf(request, context)
  if (!user.ok) {
    writeEarly(request, response, failed(user.error))
    return
  }
  const url = targetUrl(request.url ?? '/')
  if (url === null) {
    writeEarly(request, response, failed(pageNotFound()))
    return
  }
  const refusal = requestRefusal(context.access, user.value, request.method, url)
  if (refusal !== undefined) {
    writeEarly(request, response, failed(refusal))
    return
  }
  const representation = routes.representationFor(request, url.pathname)
  if ('is' in representation) {
    writeEarly(request, response, representation)
    return
  }
  const isStreamed = upgrade !== undefined || parseProxyPath(url.pathname) !== undefined
  const body = isStreamed ? success(Buffer.alloc(0)) : await readBody(request)
  if (!body.ok) {
    writeEarly(request, response, failed(body.error))
    return
  }
  const answered = context.metrics.begin(request, url, response)
  const answer = await routes.route({
    http: request,
    url,
    body: body.value,
    representation,
    user: user.value,
  })
  answered(answer)
  if (response.destroyed) return
  if (upgrade !== undefined && startUpgrade(upgrade, response, answer)) return
  writeAnswer(request, response, answer, representation.format)
}

/** Answers without reading the body; the connection ends so that unread bytes cannot pose as a request. */
function writeEarly(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const hasBody =
    request.headers['content-length'] !== undefined || 'transfer-encoding' in request.headers
  if (hasBody && !request.complete) response.setHeader('Connection', 'close')
  writeAnswer(request, response, answer, 'json')
}

function earlyAnswer(
  context: ServerContext,
  server: Server,
  request: IncomingMessage,
): Answer | undefined {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const foreign = hostRefusal(request, port)
  if (foreign !== undefined) return failed(foreign)
  const [path = '/', query = ''] = (request.url ?? '/').split('?')
  return context.health.answer(path, new URLSearchParams(query))
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? `port ${port} is already taken`
          : `it cannot listen on port ${port} (${error.code ?? error.message})`
      const message = `The sandbox cluster cannot start: ${why}.`
      reject(new SandboxStartError(message, error.code))
    })
    server.listen(port, HOST, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

const CLOSE_WAIT_MS = 2_000

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
    // What is in flight gets a moment; a connection that was kept alive meanwhile does not.
    setTimeout(() => server.closeAllConnections(), CLOSE_WAIT_MS).unref()
  })
}
