/** One copy → this → a mirror, and a count of how it ended. */
import type { AnswerRecorder } from '../capture/answer-recorder'
import { IDEMPOTENT_METHODS } from '../http/request-head'
import type { ResponseHead } from '../http/response-parser'
import type { MirrorFailReason } from '../metrics/metrics'
import type { CopyTarget } from '../rules/rule-runtime'
import type { OutstandingCopy, WorkerContext } from '../rules/worker-context'
import type { Endpoint } from '../upstream/endpoint'
import type { BatchedCopy } from '../upstream/mirror-batches'
import type {
  Upstream,
  UpstreamFailure,
  UpstreamHandler,
  UpstreamRequest,
} from '../upstream/upstream'

const FAIL_REASONS: Readonly<Record<UpstreamFailure, MirrorFailReason>> = {
  connect_failed: 'connect_failed',
  refused: 'reset',
  reset: 'reset',
  bad_response: 'bad_response',
}

/**
 * One copy on its way to a mirror. Nothing here can make the primary wait: writes are never waited for, and at
 * any bound the copy is given up and counted. Its end is counted exactly once.
 */
export class MirrorCopy implements UpstreamHandler, BatchedCopy, OutstandingCopy {
  earlier: OutstandingCopy | null = null
  later: OutstandingCopy | null = null
  private readonly context: WorkerContext
  private readonly to: CopyTarget
  private recorder: AnswerRecorder | null = null
  private readonly endpoint: Endpoint
  private connection: Upstream | null = null
  private isOver = false
  /** When it was sent. */
  private startedAt: number
  private buffered = 0
  private requestBytes = 0
  private responseBytes = 0
  private status = 0
  readonly request: UpstreamRequest
  private readonly isIdempotent: boolean
  private requestTrailers = ''
  private isRequestDone = false
  private isReplayable = true

  /**
   * Counts the copy and sends its head, with `mayWait` at the end of this turn, perhaps with other copies. A body follows by
   * `write`, and always `finish`.
   */
  constructor(
    context: WorkerContext,
    to: CopyTarget,
    endpoint: Endpoint,
    request: UpstreamRequest,
    { method, mayWait }: { readonly method: string; readonly mayWait: boolean },
  ) {
    this.context = context
    this.to = to
    this.endpoint = endpoint
    this.request = request
    this.isIdempotent = IDEMPOTENT_METHODS.has(method)
    this.startedAt = context.now()
    to.metrics.countMirrored()
    context.copies.add(this)
    if (mayWait) context.mirrorBatches.add(endpoint, this)
    else this.send()
  }

  get isPending(): boolean {
    return this.connection === null && !this.isOver
  }

  get isComplete(): boolean {
    return this.isRequestDone
  }

  get handler(): UpstreamHandler {
    return this
  }

  send(): void {
    this.sendOn(this.context.mirrors.acquire(this.endpoint))
  }

  private sendOn(connection: Upstream): void {
    this.sent(connection)
    connection.begin(this, this.request)
    if (!this.isRequestDone) return
    connection.finishRequest(this.requestTrailers)
    this.checkBuffer(connection)
  }

  sent(connection: Upstream): void {
    this.connection = connection
    this.startedAt = this.context.now()
  }

  get filterIndex(): number {
    return this.to.filterIndex
  }

  get target(): string {
    return this.to.target
  }

  /** Has the answer recorded, so it is not to wait for others'. Call before the answer can begin. */
  record(recorder: AnswerRecorder): void {
    this.recorder = recorder
    if (this.isPending) this.send()
  }

  /** Body bytes, which must stay unchanged. */
  write(bytes: Buffer): void {
    const { connection, context } = this
    if (connection === null) return
    this.isReplayable = false
    this.requestBytes += bytes.length
    this.to.metrics.requestBytes += bytes.length
    if (this.requestBytes > context.limits.mirrorBodyBytesMax) {
      this.giveUp('body_limit')
      return
    }
    connection.write(bytes)
    this.checkBuffer(connection)
  }

  /** The request is complete: what the client does next no longer matters to this copy. */
  finish(trailers: string): void {
    const { connection } = this
    this.isRequestDone = true
    this.requestTrailers = trailers
    if (connection === null) return
    connection.finishRequest(trailers)
    this.checkBuffer(connection)
  }

  giveUp(reason: MirrorFailReason): void {
    if (this.isOver) return
    const { connection } = this
    this.fail(reason)
    connection?.abandon()
  }

  private fail(reason: MirrorFailReason): void {
    this.end()
    this.to.metrics.countFailed(reason, this.status, this.seconds())
    this.recorder?.finish(reason)
  }

  /** Gives it up when its time is over; returns whether it is. */
  expire(now: number): boolean {
    if (now - this.startedAt <= this.context.limits.mirrorTimeoutMs) return false
    this.context.mirrors.onBroken(this.endpoint)
    this.giveUp('timeout')
    return true
  }

  onInterim(): void {}

  onHead(head: ResponseHead): void {
    this.status = head.status
    this.recorder?.head(head, true)
  }

  onBody(bytes: Buffer): void {
    this.responseBytes += bytes.length
    this.to.metrics.responseBytes += bytes.length
    this.recorder?.body.push(bytes)
    if (this.responseBytes > this.context.limits.mirrorResponseBytesMax) {
      this.giveUp('response_limit')
    } else if (this.connection !== null) {
      this.context.mirrorDrain.read(this.connection, bytes.length)
    }
  }

  onTunnelBytes(): void {}

  onTunnelEnd(): void {}

  onReadDone(): void {}

  onDrain(): void {
    this.setBuffered(0)
  }

  onEnd(): void {
    const trailers = this.connection?.trailers
    this.endpoint.breaks = 0
    this.end()
    this.to.metrics.countAnswered(this.status, this.seconds())
    this.recorder?.finish('', trailers)
  }

  onFailed(failure: UpstreamFailure): void {
    const { connection } = this
    if (connection === null || this.expire(this.context.now())) return
    if (this.wasNotSeen(failure, connection)) {
      // The mirror had hung up before it got to this copy, so it is sent again (RFC 9112 9.3.1 and 9.3.2).
      this.isReplayable = false
      // Its time begins anew, and copies are kept in the order of theirs.
      this.context.copies.delete(this)
      this.context.copies.add(this)
      this.sendOn(this.context.mirrors.acquire(this.endpoint, true))
      return
    }
    if (failure !== 'connect_failed') this.context.mirrors.onBroken(this.endpoint)
    this.fail(FAIL_REASONS[failure])
  }

  private wasNotSeen(failure: UpstreamFailure, connection: Upstream): boolean {
    if (!this.isReplayable || failure === 'refused') return this.isReplayable
    const isStale = connection.wasUsed && !connection.hasAnswered && this.isIdempotent
    return failure === 'reset' && isStale
  }

  private checkBuffer(connection: Upstream): void {
    const { limits } = this.context
    this.setBuffered(connection.buffered)
    const isOver =
      this.buffered > limits.mirrorBufferBytesPerCopyMax ||
      (this.buffered > 0 && this.context.mirrorBufferedBytes > limits.mirrorBufferBytesTotalMax)
    if (isOver) this.giveUp('buffer_limit')
  }

  private setBuffered(bytes: number): void {
    this.context.mirrorBufferedBytes += bytes - this.buffered
    this.buffered = bytes
  }

  private end(): void {
    this.isOver = true
    this.connection = null
    this.setBuffered(0)
    this.context.copies.delete(this)
  }

  private seconds(): number {
    return (this.context.now() - this.startedAt) / 1000
  }
}
