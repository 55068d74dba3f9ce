import type { BatchPace } from './batch-pace'

/** One address of a backend, as known to one pool. */
export interface Endpoint {
  readonly address: string
  readonly port: number
  readonly protocol: 'http1' | 'h2c'
  /** Consecutive refusals, and when the next attempt may be made (the pool's milliseconds). */
  refusals: number
  retryAt: number
  isProbing: boolean
  /** Connections it has not accepted yet. */
  connecting: number
  /** Consecutive copies whose answer broke off or did not come, and until when no copy is sent for it. */
  breaks: number
  brokenUntil: number
  readonly pace: BatchPace
}
