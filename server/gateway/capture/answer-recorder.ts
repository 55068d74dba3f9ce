import { responseLines } from '../http/forward-head'
import type { ResponseHead } from '../http/response-parser'
import { BodyRecorder, type RecordingRoom } from './body-recorder'

/** One answer as it arrives: the primary's or a copy's. */
export class AnswerRecorder {
  /** `namespace/service:port`. */
  readonly backend: string
  readonly body: BodyRecorder
  status = 0
  /** End-to-end header lines as the backend sent them, each ended by CRLF. */
  lines = ''
  /** The trailer section of a whole answer: lines ended by LF. */
  trailers = ''
  /** Milliseconds since the request was forwarded. */
  firstByteMs = 0
  totalMs = 0
  /** Why there is no whole answer; `''` when there is one. */
  failure = ''
  isDone = false
  private readonly startedAt: number
  private readonly now: () => number
  private readonly onDone: () => void

  /** `startedAt` is what `now` gave when the request was forwarded. */
  constructor(
    backend: string,
    room: RecordingRoom,
    { now, startedAt }: { readonly now: () => number; readonly startedAt: number },
    onDone: () => void,
  ) {
    this.backend = backend
    this.body = new BodyRecorder(room)
    this.now = now
    this.startedAt = startedAt
    this.onDone = onDone
  }

  /** `isFramed` when body bytes will carry the chunk framing of a chunked answer. */
  head(head: ResponseHead, isFramed: boolean): void {
    this.status = head.status
    this.lines = responseLines(head)
    this.firstByteMs = this.now() - this.startedAt
    if (isFramed && head.framing === 'chunked') this.body.expectChunks()
  }

  /** `failure` says why there is no whole answer; `''` when there is one. Only the first call counts. */
  finish(failure: string, trailers = ''): void {
    if (this.isDone) return
    this.isDone = true
    this.trailers = trailers
    this.failure = failure
    this.totalMs = this.now() - this.startedAt
    this.onDone()
  }
}
