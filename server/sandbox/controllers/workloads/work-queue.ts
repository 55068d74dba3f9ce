/** Keys to reconcile: each at most once in the queue, several at a time, failures again with back-off. */
import type { Logger } from '../../../log'
import type { Clock } from './clock'
import { QUEUE_KEYS_MAX, QUEUE_WORKERS_MAX, RETRY_MS_MAX, RETRY_MS_MIN } from './limits'

/** What is left to do for a key: nothing, another look later, or the same again because something failed. */
export type Reconciled =
  | { readonly kind: 'done' }
  | { readonly kind: 'later'; readonly afterMs: number }
  | { readonly kind: 'failed'; readonly message: string }

export const DONE: Reconciled = { kind: 'done' }

export interface WorkQueue {
  add(key: string): void
  /** Adds the key after `delayMs`; an earlier time for the same key wins. */
  addLater(key: string, delayMs: number): void
  /** Resolves when nothing is queued or worked on; keys that wait for a later time do not count. */
  settled(): Promise<void>
  /** Drops what is queued and resolves when what is worked on has ended. */
  stop(): Promise<void>
}

export interface WorkQueueOptions {
  readonly reconcile: (key: string) => Promise<Reconciled>
  /** Called when keys were dropped for want of room and there is room again. */
  readonly onOverflow: () => void
  readonly clock: Clock
  readonly logger: Logger
}

/** An empty queue that starts working on keys as soon as they are added. */
export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  const { reconcile, clock, logger } = options
  const queued = new Set<string>()
  const active = new Set<string>()
  const failures = new Map<string, number>()
  const timers = new Map<string, { at: number; cancel: () => void }>()
  const waiters = new Set<() => void>()
  let isStopped = false
  let hasOverflowed = false

  const add = (key: string): void => {
    if (isStopped) return
    if (queued.size >= QUEUE_KEYS_MAX && !queued.has(key)) {
      hasOverflowed = true
      return
    }
    queued.add(key)
    // Not in the caller's stack: a watch event may arrive in the middle of a write.
    queueMicrotask(pump)
  }

  const addLater = (key: string, delayMs: number): void => {
    const at = clock.now() + delayMs
    const known = timers.get(key)
    if (isStopped || (known !== undefined && known.at <= at)) return
    known?.cancel()
    const cancel = clock.schedule(() => {
      timers.delete(key)
      add(key)
    }, delayMs)
    timers.set(key, { at, cancel })
  }

  const fail = (key: string, message: string): void => {
    const count = failures.get(key) ?? 0
    failures.set(key, count + 1)
    const delayMs = Math.min(RETRY_MS_MIN * 2 ** Math.min(count, 20), RETRY_MS_MAX)
    logger.debug('Trying again.', { key, delayMs, reason: message })
    addLater(key, delayMs)
  }

  const work = async (key: string): Promise<void> => {
    const result = await reconcile(key).catch(
      (error: unknown): Reconciled => ({
        kind: 'failed',
        message: error instanceof Error ? error.message : String(error),
      }),
    )
    active.delete(key)
    if (result.kind === 'failed') fail(key, result.message)
    else failures.delete(key)
    if (result.kind === 'later') addLater(key, result.afterMs)
    pump()
  }

  const pump = (): void => {
    for (const key of queued) {
      if (active.size >= QUEUE_WORKERS_MAX) break
      if (active.has(key)) continue
      queued.delete(key)
      active.add(key)
      void work(key)
    }
    if (queued.size === 0 && active.size === 0) rest()
  }

  const rest = (): void => {
    if (hasOverflowed && !isStopped) {
      hasOverflowed = false
      options.onOverflow()
      return
    }
    for (const resolve of waiters) resolve()
    waiters.clear()
  }

  const settled = (): Promise<void> =>
    queued.size === 0 && active.size === 0
      ? Promise.resolve()
      : new Promise((resolve) => waiters.add(resolve))

  return {
    add,
    addLater,
    settled,
    stop() {
      isStopped = true
      queued.clear()
      for (const { cancel } of timers.values()) cancel()
      timers.clear()
      return settled()
    },
  }
}
