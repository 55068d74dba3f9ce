import type { Endpoint } from './endpoint'
import type { Upstream } from './upstream'
import type { BatchEntry } from './upstream-connection'
import type { UpstreamPool } from './upstream-pool'

/** A copy that may be sent together with others: safe to repeat, without a body. */
export interface BatchedCopy extends BatchEntry {
  /** False when it has been given up, or sent, since. */
  readonly isPending: boolean
  /** False while the end of its request has not come. */
  readonly isComplete: boolean
  /** To be sent on a connection of its own. */
  send(): void
  /** Has been sent with others. */
  sent(connection: Upstream): void
}

interface Pending {
  readonly endpoint: Endpoint
  readonly copies: BatchedCopy[]
}

/**
 * Copies of one turn of the event loop → this → one write for several of them. Primaries go first, and a system call, which
 * is most of what a copy costs, is shared.
 */
export class MirrorBatches {
  private readonly pool: UpstreamPool
  /** One entry for each endpoint that this turn copies to: a few, for which a Map would be the larger part of a copy's garbage. */
  private pending: Pending[] = []

  constructor(pool: UpstreamPool) {
    this.pool = pool
  }

  /** Sends the copy at the end of this turn. */
  add(endpoint: Endpoint, copy: BatchedCopy): void {
    if (this.pending.length === 0) setImmediate(this.flush)
    const known = this.pending.find((each) => each.endpoint === endpoint)
    if (known === undefined) this.pending.push({ endpoint, copies: [copy] })
    else known.copies.push(copy)
  }

  private readonly flush = (): void => {
    const { pending } = this
    this.pending = []
    for (const { endpoint, copies } of pending) this.sendAll(endpoint, copies)
  }

  private sendAll(endpoint: Endpoint, copies: readonly BatchedCopy[]): void {
    const ready: BatchedCopy[] = []
    for (const copy of copies) {
      if (copy.isPending && copy.isComplete) ready.push(copy)
      else if (copy.isPending) copy.send()
    }
    let at = 0
    while (at < ready.length) {
      const left = ready.length - at
      const batches = Math.ceil(left / this.pool.batchMost(endpoint))
      const batch = ready.slice(at, at + Math.ceil(left / batches))
      const connection = batch.length > 1 ? this.pool.sendBatch(endpoint, batch) : undefined
      if (connection === undefined) {
        batch[0]?.send()
        at++
      } else {
        for (const copy of batch) copy.sent(connection)
        at += batch.length
      }
    }
  }
}
