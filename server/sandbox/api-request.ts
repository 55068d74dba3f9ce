import type { IncomingMessage } from 'node:http'
import type { SandboxContext } from './context'
import type { Representation } from './negotiate'
import type { PodLogSource } from './pod-logs'
import type { RequestInfo } from './request-info'
import type { ServedKind } from './served-kind'
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
  readonly podLogs: PodLogSource | undefined
  /** Whether watches may ask for initial events (the WatchList feature, off in Kubernetes 1.33). */
  readonly isWatchListEnabled: boolean
}
