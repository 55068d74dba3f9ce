import type { AnswerRecorder } from './capture/answer-recorder'
import type { CopyTarget } from './copy-target'
import type { MirrorFailReason } from './metrics'
import { IDEMPOTENT_METHODS } from './request-head'
import type { ResponseHead } from './response-parser'
import type { Upstream, UpstreamFailure, UpstreamHandler, UpstreamRequest } from './upstream'
import type { WorkerContext } from './worker-context'

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
export class MirrorCopy implements UpstreamHandler {
  private readonly context: WorkerContext
  private readonly to: CopyTarget
  private recorder: AnswerRecorder | null = null
  private connection: Upstream | null
  private readonly startedAt: number
  private buffered = 0
  private requestBytes = 0
  private responseBytes = 0
  private status = 0
  private readonly request: UpstreamRequest
  private readonly isIdempotent: boolean
  private requestTrailers = ''
  private isRequestDone = false
  private isReplayable = true

  /** Counts the copy and sends its head; a body follows by `write`, and always `finish`. */
  constructor(
    context: WorkerContext,
    to: CopyTarget,
    connection: Upstream,
    request: UpstreamRequest,
    method: string,
  ) {
    this.context = context
    this.to = to
    this.connection = connection
    this.request = request
    this.isIdempotent = IDEMPOTENT_METHODS.has(method)
    this.startedAt = context.now()
    to.metrics.countMirrored()
    context.copies.add(this)
    connection.begin(this, request)
  }

  get filterIndex(): number {
    return this.to.filterIndex
  }

  get target(): string {
    return this.to.target
  }

  /** Has the answer recorded. Call before the answer can begin. */
  record(recorder: AnswerRecorder): void {
    this.recorder = recorder
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
    const { connection } = this
    if (connection === null) return
    connection.abandon()
    this.fail(reason)
  }

  private fail(reason: MirrorFailReason): void {
    this.end()
    this.to.metrics.countFailed(reason, this.status, this.seconds())
    this.recorder?.finish(reason)
  }

  tick(now: number): void {
    if (now - this.startedAt > this.context.limits.mirrorTimeoutMs) this.giveUp('timeout')
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
    if (this.connection !== null) this.connection.endpoint.breaks = 0
    this.end()
    this.to.metrics.countAnswered(this.status, this.seconds())
    this.recorder?.finish('')
  }

  onFailed(failure: UpstreamFailure): void {
    const { connection } = this
    if (connection !== null && this.wasNotSeen(failure, connection)) {
      // The mirror had hung up while the connection was idle: the copy was never seen, so it is sent again.
      this.isReplayable = false
      this.connection = this.context.mirrors.acquire(connection.endpoint, true)
      this.connection.begin(this, this.request)
      if (this.isRequestDone) this.connection.finishRequest(this.requestTrailers)
      return
    }
    if (connection !== null && failure !== 'connect_failed') {
      this.context.mirrors.onBroken(connection.endpoint)
    }
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
    this.connection = null
    this.setBuffered(0)
    this.context.copies.delete(this)
  }

  private seconds(): number {
    return (this.context.now() - this.startedAt) / 1000
  }
}
