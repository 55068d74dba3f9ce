/** gateway → this → observer: one request with both of its answers, redacted, as the gateway captured it. */
import type { NamespacedName } from '@/lib/gateway-api/references'

/** Lower-case name, redacted value. */
export type HeaderLine = readonly [name: string, value: string]

export interface CapturedExchange {
  /** Unique per installation run: `<worker>-<sequence>`. */
  readonly id: string
  /** Epoch milliseconds. */
  readonly capturedAt: number
  readonly route: NamespacedName
  readonly generation: number
  readonly rule: number
  readonly ruleName: string
  /** Index in rule.filters; -1 for a calibration pair. */
  readonly filterIndex: number
  readonly kind: 'mirror' | 'calibration'
  readonly requestId: string
  readonly request: {
    readonly method: string
    readonly host: string
    /** With its query redacted. */
    readonly path: string
    readonly headers: readonly HeaderLine[]
    readonly body: CapturedBody
  }
  readonly primary: CapturedAnswer
  /** In a calibration the second answer of the primary's own backend. */
  readonly mirror: CapturedAnswer
  /** Lines of the request that only the one side was sent, by the gateway's doing; absent when both were sent the same. */
  readonly sentApart?: {
    readonly primary: readonly HeaderLine[]
    readonly mirror: readonly HeaderLine[]
  }
  /** How the route wants lists and numbers compared, where it says so. */
  readonly rules?: ListAndNumberRules
}

/**
 * What the requests of a rule with comparison asked for since this was last handed over: every request, whether it was
 * mirrored and captured or not.
 */
export interface RequestPaths {
  readonly kind: 'requests'
  /** Epoch milliseconds of the handing over. */
  readonly at: number
  readonly route: NamespacedName
  readonly rule: number
  /** Without query, redacted; each once. */
  readonly paths: readonly (readonly [method: string, path: string, requests: number])[]
  /** Requests for paths that were too many, or too long, to be named. */
  readonly beyond: number
}

/** Part of the route's `mirrorboard.dev/comparison` annotation. */
export interface ListAndNumberRules {
  readonly unorderedPaths?: readonly string[]
  readonly listKeys?: Readonly<Record<string, string>>
  readonly numberTolerance?: number
}

export type CapturedAnswer =
  | {
      readonly outcome: 'answered'
      /** `namespace/service:port`. */
      readonly backend: string
      readonly status: number
      readonly headers: readonly HeaderLine[]
      /** Absent where there were none. */
      readonly trailers?: readonly HeaderLine[] | undefined
      readonly body: CapturedBody
      readonly firstByteMs: number
      readonly totalMs: number
    }
  | {
      readonly outcome: 'failed'
      readonly backend: string
      readonly reason: string
      readonly totalMs: number
    }

export type CapturedBody =
  | { readonly kind: 'none' }
  /** With numbers and repeated names as `json-number.ts` has them. */
  | { readonly kind: 'json'; readonly value: unknown; readonly bytes: number }
  | { readonly kind: 'text'; readonly text: string; readonly bytes: number }
  | {
      readonly kind: 'form'
      readonly fields: readonly (readonly [string, string])[]
      readonly bytes: number
    }
  /** The messages' hashes. */
  | { readonly kind: 'grpc'; readonly messages: readonly string[]; readonly bytes: number }
  | { readonly kind: 'binary'; readonly hash: string; readonly bytes: number }
  | { readonly kind: 'uncaptured'; readonly reason: string; readonly bytes: number }
