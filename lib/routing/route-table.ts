/**
 * What the gateway matches on: controller → this → gateway workers.
 * A frozen JSON value, replaced whole. Everything is normalised: no optional default of the API is left,
 * `percent` and `fraction` have become one number, references have become clusters or have been dropped.
 */
import type { NamespacedName } from '@/lib/gateway-api/references'

export interface RouteTable {
  /** Grows by one with every publish; the gateway acknowledges this number. */
  readonly version: number
  readonly gateways: readonly GatewayEntry[]
  /** Ordered by the specification's tie-break: oldest creationTimestamp first, then namespace/name. */
  readonly routes: readonly RouteEntry[]
  /** Upstreams by cluster key `namespace/service:port`. Kept apart so that scaling a Service touches no route. */
  readonly clusters: Readonly<Record<string, ClusterEntry>>
}

export interface GatewayEntry {
  readonly key: NamespacedName
  /** Loopback or pod address the workers bind. Absent until the gateway has allocated one itself. */
  readonly requestedAddress?: string
  readonly listeners: readonly ListenerEntry[]
}

export interface ListenerEntry {
  readonly name: string
  readonly port: number
  readonly protocol: 'HTTP' | 'HTTPS'
  /** Lower case; `''` means every host. */
  readonly hostname: string
  readonly certificates?: readonly { readonly certificate: string; readonly privateKey: string }[]
}

export interface RouteEntry {
  readonly key: NamespacedName
  readonly namespace: string
  readonly name: string
  readonly generation: number
  readonly attachments: readonly RouteAttachment[]
  readonly rules: readonly RuleEntry[]
  /** The route's `mirrorboard.dev/…` annotations, as written; absent when it has none. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface RouteAttachment {
  readonly gateway: NamespacedName
  readonly listener: string
  /** Route hostnames that overlap with the listener's, lower case; `['']` means every host of the listener. */
  readonly hostnames: readonly string[]
}

export interface RuleEntry {
  readonly index: number
  readonly name: string
  readonly matches: readonly MatchEntry[]
  /** Set when the rule cannot be served as written: the gateway answers this status and forwards nothing. */
  readonly fixedStatus?: number
  readonly redirect?: RedirectEntry
  readonly rewrite?: RewriteEntry
  readonly requestHeaders?: HeaderModifier
  readonly responseHeaders?: HeaderModifier
  readonly cors?: CorsEntry
  readonly mirrors: readonly MirrorPolicy[]
  readonly backends: readonly BackendEntry[]
  /** Milliseconds; 0 means no limit, as the specification says of a zero duration. */
  readonly timeouts: { readonly requestMs: number; readonly backendRequestMs: number }
  readonly retry?: {
    /** Response statuses that are retried. */
    readonly codes: readonly number[]
    /** How often at most, beyond the first attempt; 0 forbids every retry. */
    readonly attempts: number
    /** The first pause; 0 leaves it to the gateway. */
    readonly backoffMs: number
  }
}

export interface MatchEntry {
  readonly path: {
    readonly type: 'Exact' | 'PathPrefix' | 'RegularExpression'
    readonly value: string
  }
  /** Upper case; `''` means every method. */
  readonly method: string
  readonly headers: readonly ValueMatch[]
  readonly queryParams: readonly ValueMatch[]
}

export interface ValueMatch {
  /** Header names are lower case; query parameter names are as written. */
  readonly name: string
  readonly type: 'Exact' | 'RegularExpression'
  readonly value: string
}

export interface HeaderModifier {
  readonly set: readonly (readonly [name: string, value: string])[]
  readonly add: readonly (readonly [name: string, value: string])[]
  /** Lower case. */
  readonly remove: readonly string[]
}

export type PathModifier =
  | { readonly type: 'ReplaceFullPath'; readonly value: string }
  | { readonly type: 'ReplacePrefixMatch'; readonly value: string }

export interface RedirectEntry {
  readonly scheme?: 'http' | 'https'
  readonly hostname?: string
  readonly port?: number
  readonly path?: PathModifier
  readonly statusCode: number
}

export interface RewriteEntry {
  readonly hostname?: string
  readonly path?: PathModifier
}

export interface CorsEntry {
  readonly allowOrigins: readonly string[]
  readonly allowMethods: readonly string[]
  readonly allowHeaders: readonly string[]
  readonly exposeHeaders: readonly string[]
  readonly allowCredentials: boolean
  readonly maxAgeSeconds: number
}

export interface MirrorPolicy {
  /** Index of the filter in `rule.filters`: the `mirror` metric label. */
  readonly filterIndex: number
  /** Key into `clusters`. */
  readonly cluster: string
  /** Share of requests to copy, 0 to 1. */
  readonly fraction: number
}

export interface BackendEntry {
  readonly weight: number
  /** Key into `clusters`, also the `backend` metric label. */
  readonly cluster: string
  /** True when the reference is invalid: its share of requests is answered with 500, as the specification says. */
  readonly invalid: boolean
  readonly requestHeaders?: HeaderModifier
  readonly responseHeaders?: HeaderModifier
  readonly rewrite?: RewriteEntry
}

export interface ClusterEntry {
  readonly protocol: 'http1' | 'h2c'
  /** Ready endpoints only; empty means the Service exists and nobody can answer (503). */
  readonly endpoints: readonly { readonly address: string; readonly port: number }[]
}

/** What the data plane reports for a published table: nothing is Programmed before this says so. */
export interface GatewayAcknowledgement {
  readonly version: number
  readonly gateways: readonly {
    readonly key: NamespacedName
    /** The value for `status.addresses[0]`, and its type (`IPAddress`, or `mirrorboard.dev/HostPort`). */
    readonly address: { readonly type: string; readonly value: string } | null
    readonly listeners: readonly {
      readonly name: string
      readonly bound: boolean
      /** The real port, which differs from the asked one where that may not be bound. */
      readonly port: number
      /** One sentence when not bound, or bound elsewhere than asked. */
      readonly message: string
      /** Set when it is not served because its certificate can't be used. */
      readonly reason?: 'InvalidCertificateRef'
    }[]
  }[]
}
