/** What supervisor and worker processes say to each other over their IPC channel. */

import type { GatewayLimits } from '../bounds/limits'
import type { RepeatClaim } from '../capture/calibration-run'
import type { Binding } from '../client/listener-server'
import type { WorkerPlace } from '../rules/worker-context'
import type { TableDelta } from './table-delta'

export type WorkerCall =
  | { readonly type: 'configure'; readonly limits: GatewayLimits; readonly place: WorkerPlace }
  | { readonly type: 'replaceTable'; readonly delta: TableDelta }
  | { readonly type: 'bind'; readonly bindings: readonly Binding[] }
  | { readonly type: 'retain'; readonly bindings: readonly Binding[] }
  | { readonly type: 'snapshot' }
  | { readonly type: 'drainExchanges' }
  | { readonly type: 'answerRepeat'; readonly key: string; readonly isAllowed: boolean }
  | { readonly type: 'takeBackRepeat'; readonly key: string }
  | { readonly type: 'stop' }

/** The reply a worker sends unasked once it listens: whatever is said before would be lost. */
export const READY_ID = 0

export interface WorkerRequest {
  readonly id: number
  readonly call: WorkerCall
}

/** `error` is a sentence for the log; `result` is what the call returns. */
export interface WorkerReply {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

/** What a worker asks on its own; the answer is a call. */
export interface WorkerClaim {
  readonly claim: RepeatClaim
}

/** Narrows a message from the parent process; the answer to it bears its id. */
export function isWorkerRequest(message: unknown): message is WorkerRequest {
  return typeof message === 'object' && message !== null && 'id' in message && 'call' in message
}

/** Narrows a message from a worker process. */
export function isWorkerReply(message: unknown): message is WorkerReply {
  return typeof message === 'object' && message !== null && 'id' in message && !('call' in message)
}

/** Narrows what a worker process asks on its own. */
export function isWorkerClaim(message: unknown): message is WorkerClaim {
  return typeof message === 'object' && message !== null && 'claim' in message
}
