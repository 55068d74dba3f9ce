/** The observer's comparison: restores its store, writes it from time to time, and answers for it. */
import type { CapturedExchange, RequestPaths } from '@/lib/comparison/exchange'
import type { Logger } from '../../log'
import type { PlaneAnswer, PlaneRequest } from '../../plane-http/plane-answer'
import { every, type Timers } from '../timers'
import { answerComparison } from './answer-comparison'
import { ComparisonPersistence } from './comparison-persistence'
import { ComparisonStore } from './comparison-store'
import { COMPARISON_STORE_LIMITS, type ComparisonStoreLimits } from './limits'

export interface ComparisonOptions {
  /** Where comparisons are kept over a restart; null keeps them in memory only. */
  readonly directory: string | null
  readonly timers: Timers
  readonly logger: Logger
  readonly limits?: Partial<ComparisonStoreLimits> | undefined
}

export interface RunningComparison {
  /** Takes one exchange from the gateway, or what it counted of a rule's requests. */
  add(line: CapturedExchange | RequestPaths): void
  /** Answers a request below `/comparisons`. */
  answer(request: PlaneRequest): PlaneAnswer
  /** Writes what is not on disk yet. */
  stop(): Promise<void>
}

/** Resolves with what an earlier run left in the store; rejects when the directory can't be opened. */
export async function startComparison(options: ComparisonOptions): Promise<RunningComparison> {
  const { directory, timers, logger } = options
  const limits = { ...COMPARISON_STORE_LIMITS, ...options.limits }
  const store = new ComparisonStore(limits)
  const persistence = directory === null ? null : new ComparisonPersistence(directory)
  await persistence?.restore(store)
  let last: Promise<void> = Promise.resolve()
  const save = () => {
    last = last.then(async () => {
      try {
        await persistence?.save(store)
      } catch (error) {
        logger.error('comparisons could not be stored', { error: String(error) })
      }
    })
    return last
  }
  const cancel = every(timers, limits.persistIntervalMs, () => void save())
  return {
    add(line) {
      if (line.kind === 'requests') store.addRequests(line)
      else store.add(line)
    },
    answer: (request) => answerComparison(store, request),
    async stop() {
      cancel()
      await save()
      await persistence?.close()
    },
  }
}
