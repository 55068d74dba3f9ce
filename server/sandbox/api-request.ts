import type { IncomingMessage } from 'node:http'
import type { SandboxContext } from './context'
import type { PodAccess } from './contracts'
import type { Representation } from './negotiate'
import type { RequestInfo } from './request-info'
import type { ServedKind } from './served-kind'
import type { ServiceAccountTokens } from './service-account-tokens'
import type { WatchHub } from './watch-hub'

/** One request to a resource, its path resolved. */
export interface ApiRequest {
  readonly context: ServerContext
  readonly http: IncomingMessage
  readonly query: URLSearchParams
  readonly info: RequestInfo
  readonly kind: ServedKind
  readonly representation: Representation
  /** Empty when the request has none. */
  readonly body: Buffer
}

export interface ServerContext extends SandboxContext {
  readonly hub: WatchHub
  readonly tokens: ServiceAccountTokens
  readonly pods: PodAccess | undefined
  /** What ends each open port forward. */
  readonly forwards: Set<() => void>
  /** Whether watches may ask for initial events (the feature gate WatchList). */
  readonly isWatchListEnabled: boolean
}
