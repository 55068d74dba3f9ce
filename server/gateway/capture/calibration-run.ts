import type { Calibration } from '@/lib/comparison/calibration'
import { shareOf, type WorkerShare } from '../budget-runtime'

/** One calibration as one worker carries it out: its part of the requests, then no more. */
export class CalibrationRun {
  readonly id: string
  private readonly untilMs: number
  private remaining: number

  constructor({ id, requests, untilMs }: Calibration, share: WorkerShare) {
    this.id = id
    this.untilMs = untilMs ?? Number.POSITIVE_INFINITY
    this.remaining = shareOf(requests, share)
  }

  /** Takes one request when one is still wanted; `now` in epoch milliseconds. */
  take(now: number): boolean {
    if (this.remaining === 0 || now >= this.untilMs) return false
    this.remaining--
    return true
  }
}
