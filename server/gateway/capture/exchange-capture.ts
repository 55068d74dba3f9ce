import type { ForwardParts } from '@/lib/routing/forward-request'
import { AnswerRecorder } from './answer-recorder'
import { BodyRecorder, type RecordingRoom } from './body-recorder'
import type { CapturedRule, CaptureRuntime } from './capture-runtime'

/** One copy's answer beside the primary's. */
export interface CapturedPair {
  /** Index in rule.filters; -1 for a calibration. */
  readonly filterIndex: number
  readonly answer: AnswerRecorder
}

/** What a capture is handed to when one of its pairs is complete. */
export type CompletePair = (capture: ExchangeCapture, pair: CapturedPair) => void

/** What was sent on. */
export interface SentRequest {
  /** The request after the rule's filters, as the mirrors are sent it. */
  readonly parts: ForwardParts
  /** The head of a mirror's copy. */
  readonly copy: string
  /** The head the primary was sent; `''` when nothing was. */
  readonly text: string
  readonly backend: string
}

/** A request that is being captured, with the primary's answer and those of its copies. */
export class ExchangeCapture {
  readonly runtime: CapturedRule
  readonly settings: CaptureRuntime
  readonly sent: SentRequest
  /** Epoch milliseconds. */
  readonly capturedAt: number
  readonly request: BodyRecorder
  readonly primary: AnswerRecorder
  private readonly room: RecordingRoom
  private readonly clock: { readonly now: () => number; readonly startedAt: number }
  private readonly onPair: CompletePair
  private readonly waiting = new Set<CapturedPair>()
  private isRequestDone = false
  private open = 0

  constructor(
    runtime: CapturedRule,
    settings: CaptureRuntime,
    sent: SentRequest,
    owner: { room: RecordingRoom; now: () => number; capturedAt: number; onPair: CompletePair },
  ) {
    this.runtime = runtime
    this.settings = settings
    this.sent = sent
    this.room = owner.room
    this.clock = { now: owner.now, startedAt: owner.now() }
    this.capturedAt = owner.capturedAt
    this.onPair = owner.onPair
    this.request = new BodyRecorder(owner.room)
    this.primary = this.recorder(sent.backend)
  }

  /** The recorder of one copy's answer. Call for every copy before any of them can end. */
  addPair(filterIndex: number, backend: string): AnswerRecorder {
    const answer = this.recorder(backend)
    this.waiting.add({ filterIndex, answer })
    this.open++
    return answer
  }

  /** No more of the request's body will come; `isWhole` when that is all of it. */
  endRequest(isWhole: boolean): void {
    if (this.isRequestDone) return
    this.isRequestDone = true
    if (!isWhole) this.request.drop('incomplete')
    this.handOver()
  }

  /** Bytes held for a pair; what two pairs share counts for both. */
  bytesOf({ answer }: CapturedPair): number {
    const { lines } = this.sent.parts
    const own = [this.primary, answer].map((one) => one.lines.length + one.trailers.length)
    return (
      lines.length +
      (own[0] ?? 0) +
      (own[1] ?? 0) +
      this.request.held +
      this.primary.body.held +
      answer.body.held
    )
  }

  /** A pair has been dealt with: when all have, nothing is held any more. */
  releasePair(pair: CapturedPair): void {
    pair.answer.body.release()
    this.open--
    if (this.open > 0) return
    this.request.release()
    this.primary.body.release()
  }

  private recorder(backend: string): AnswerRecorder {
    return new AnswerRecorder(backend, this.room, this.clock, () => this.handOver())
  }

  private handOver(): void {
    if (!this.isRequestDone || !this.primary.isDone) return
    for (const pair of this.waiting) {
      if (!pair.answer.isDone) continue
      this.waiting.delete(pair)
      this.onPair(this, pair)
    }
  }
}
