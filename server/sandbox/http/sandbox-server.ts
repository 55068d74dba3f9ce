/** The embedded API server: opens the store, serves HTTP, runs the controllers that belong to the API itself. */
import { randomBytes, randomUUID } from 'node:crypto'
import {
  createServer as createPlainServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import type { JsonObject } from '@/lib/shared/json'
import { targetUrl } from '@/lib/shared/loopback-request'
import type { Logger } from '../../log'
import { type RoleAggregation, startRoleAggregation } from '../access/aggregate-roles'
import { ALLOW_ALL, policyAuthorizer, requestRefusal } from '../access/authorizer'
import { seedRoles } from '../access/seed-roles'
import { storedPolicy } from '../access/stored-policy'
import { timestamp } from '../api/api-object'
import type { ApiClient, BuiltinKind, PodAccess } from '../api/contracts'
import { IS_WATCH_LIST_DEFAULT } from '../api/kubernetes-version'
import { CONNECTIONS_MAX, HEADER_BYTES_MAX, REQUEST_TIMEOUT_MS } from '../api/limits'
import { success } from '../api/outcome'
import { pageNotFound } from '../api/status-error'
import { startDefinitionController } from '../controllers/definition-controller'
import { GarbageCollector } from '../controllers/garbage-collector'
import { localClient } from '../controllers/local-client'
import { startNamespaceController } from '../controllers/namespace-controller'
import { seedCluster } from '../controllers/seed-cluster'
import { builtinServedKind } from '../kinds/builtin-served-kind'
import { definitionKind } from '../kinds/definitions/definition-kind'
import { KindRegistry } from '../kinds/kind-registry'
import { type Answer, failed, writeAnswer } from '../requests/answer'
import type { ServerContext } from '../requests/api-request'
import { Health } from '../requests/health'
import { parseProxyPath } from '../requests/proxy-path'
import { RequestMetrics } from '../requests/request-metrics'
import { requesterOf } from '../requests/requester'
import { ServiceAccountTokens, type StaticToken } from '../requests/service-account-tokens'
import { plainResponse, type UpgradeRequest } from '../requests/upgrade'
import { OpenApiDocuments } from '../resources/openapi'
import { openDurableLog } from '../storage/durable-log'
import { Store } from '../storage/store'
import { WatchHub } from '../storage/watch-hub'
import { startUpgrade } from '../streaming/start-upgrade'
import { unexpected } from '../verbs/write-object'
import { hostRefusal } from './gatekeeper'
import { readBody } from './request-body'
import { representationFor, route } from './router'

export interface SandboxServerOptions {
  readonly dataDirectory: string
  /** Loopback address to listen on. */
  readonly host?: '127.0.0.1' | '::1'
  /** 0 takes any free port. */
  readonly port: number
  /** Bearer token every request must carry. */
  readonly token: string
  /** Whether roles and bindings decide; else everybody may do everything. Members of system:masters always may. */
  readonly isRbacEnabled?: boolean
  /** Tokens beside `token`, with whom each is of. */
  readonly people?: readonly StaticToken[]
  /** PEM. Absent: plain HTTP, over which kubectl sends no token. */
  readonly tls?: { readonly key: string; readonly cert: string }
  readonly builtinKinds: readonly BuiltinKind[]
  readonly pods?: PodAccess
  /** CustomResourceDefinitions that must exist from the start. */
  readonly crds?: readonly JsonObject[]
  readonly logger: Logger
  /** Epoch milliseconds. */
  readonly now?: () => number
  readonly newUid?: () => string
  readonly nameSuffix?: () => string
  /** The feature gate WatchList: lets watches ask for initial events. Off by default, as in the version this server is. */
  readonly isWatchListEnabled?: boolean
}

export interface SandboxServer {
  readonly url: string
  readonly port: number
  readonly client: ApiClient
  /** Ends watches, finishes what is in flight, closes the store. */
  stop(): Promise<void>
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

/** Starts the API server. Rejects with a SandboxStartError when the data or the port cannot be had. */
export async function startSandboxServer(options: SandboxServerOptions): Promise<SandboxServer> {
  const opened = openDurableLog(options.dataDirectory)
  if (!opened.ok) throw new SandboxStartError(opened.message)
  const context = createContext(options, new Store(opened.log, options.logger))
  const client = localClient(context)
  const stopOthers = startControllers(context)
  await seedCluster(context, client, options.crds ?? [])
  const aggregation = await startAccess(context, client, options.isRbacEnabled === true)
  const stopControllers = () => {
    aggregation.stop()
    stopOthers()
  }
  const host = options.host ?? '127.0.0.1'
  const server = createHttpServer(options, context)
  const port = await listen(server, host, options.port).catch(async (error: unknown) => {
    stopControllers()
    await context.store.close()
    throw error
  })
  return {
    url: `${options.tls ? 'https' : 'http'}://${host === '::1' ? '[::1]' : host}:${port}`,
    port,
    client,
    async stop() {
      context.health.stop()
      stopControllers()
      context.hub.stop()
      for (const end of context.forwards) end()
      await closeServer(server)
      await context.store.close()
    },
  }
}

function createContext(options: SandboxServerOptions, store: Store): ServerContext {
  const now = options.now ?? Date.now
  const builtin = [...options.builtinKinds, definitionKind(() => timestamp(now()))]
  const kinds = new KindRegistry(builtin.map(builtinServedKind))
  return {
    store,
    kinds,
    hub: new WatchHub(store, options.logger),
    health: new Health(store),
    metrics: new RequestMetrics(kinds),
    tokens: new ServiceAccountTokens(options.token, store, now, options.people),
    access: options.isRbacEnabled === true ? policyAuthorizer(storedPolicy(store)) : ALLOW_ALL,
    logger: options.logger,
    now,
    newUid: options.newUid ?? randomUUID,
    nameSuffix: options.nameSuffix ?? randomSuffix,
    pods: options.pods,
    forwards: new Set(),
    isWatchListEnabled: options.isWatchListEnabled ?? IS_WATCH_LIST_DEFAULT,
  }
}

/** The alphabet of generated names: no vowels, so that no words come out. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

function randomSuffix(): string {
  return [...randomBytes(5)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')
}

/** Without its default roles a cluster that enforces them would let in its administrator alone. */
async function startAccess(
  context: ServerContext,
  client: ApiClient,
  isRbacEnabled: boolean,
): Promise<RoleAggregation> {
  const problem = isRbacEnabled ? await seedRoles(client) : undefined
  if (problem !== undefined) {
    context.logger.error('a default role could not be written', { error: problem })
  }
  const onError = (error: unknown) => unexpected(context, error)
  const aggregation = startRoleAggregation(context.store, client, onError)
  await aggregation.isReady
  return aggregation
}

function startControllers(context: ServerContext): () => void {
  const stopDefinitions = startDefinitionController(context)
  const collector = new GarbageCollector(context)
  const stopNamespaces = startNamespaceController(context)
  return () => {
    stopNamespaces()
    collector.stop()
    stopDefinitions()
  }
}

function createHttpServer(options: SandboxServerOptions, context: ServerContext): Server {
  const openApi = new OpenApiDocuments(context.kinds)
  const limits = {
    maxHeaderSize: HEADER_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: 60_000,
  }
  const listener: RequestListener = (request, response) => {
    handle(context, openApi, server, request, response).catch((error: unknown) => {
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
    handle(context, openApi, server, http, response, upgrade).catch(() => socket.destroy())
  })
  return server
}

async function handle(
  context: ServerContext,
  openApi: OpenApiDocuments,
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
  const representation = representationFor(request, url.pathname, context)
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
  const answer = await route({
    context,
    openApi,
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

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? `port ${port} is already taken`
          : `it cannot listen on port ${port} (${error.code ?? error.message})`
      const message = `The sandbox cluster cannot start: ${why}.`
      reject(new SandboxStartError(message, error.code))
    })
    server.listen(port, host, () => {
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
