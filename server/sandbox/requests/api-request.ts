/** What a handler is given: one request, its path resolved, over the context of all. open-context.ts makes the context. */
import type { IncomingMessage } from 'node:http'
import type { PodAccess } from '../api/contracts'
import type { ServedKind } from '../kinds/served-kind'
import type { WatchHub } from '../storage/watch-hub'
import type { Authorizer } from './authorizer'
import type { SandboxContext } from './context'
import type { Health } from './health'
import type { Representation } from './negotiate'
import type { RequestInfo } from './request-info'
import type { RequestMetrics } from './request-metrics'
import type { ServiceAccountTokens, User } from './service-account-tokens'

/** One request to a resource, its path resolved. */
export interface ApiRequest {
  readonly context: ServerContext
  readonly http: IncomingMessage
  readonly query: URLSearchParams
  readonly info: RequestInfo
  readonly kind: ServedKind
  readonly representation: Representation
  readonly user: User
  /** Empty when the request has none. */
  readonly body: Buffer
}

export interface ServerContext extends SandboxContext {
  readonly hub: WatchHub
  readonly health: Health
  readonly metrics: RequestMetrics
  readonly tokens: ServiceAccountTokens
  /** Who may do what. */
  readonly access: Authorizer
  readonly pods: PodAccess | undefined
  /** What ends each open port forward and proxied request. */
  readonly forwards: Set<() => void>
  /** Whether watches may ask for initial events (the feature gate WatchList). */
  readonly isWatchListEnabled: boolean
}
