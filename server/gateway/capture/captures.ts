/** Requests that are captured → this → captured exchanges as lines of JSON, redacted, for the observer to fetch. */
import { createHmac } from 'node:crypto'
import type { ForwardParts } from '@/lib/routing/forward-request'
import type { GatewayLimits } from '../bounds/limits'
import { TokenBucket } from '../bounds/token-bucket'
import { RecordingRoom } from './body-recorder'
import type { CapturedRule, RecordableCopy } from './capture-runtime'
import { type CapturedPair, ExchangeCapture, type SentRequest } from './exchange-capture'
import { exchangeLine, lineWithoutBodies } from './exchange-line'
import type { PathCounts } from './request-paths'

/** Characters of a secret's hash that are shown: enough to tell secrets apart, too few to search for them. */
const HASH_CHARACTERS = 12

export interface CapturesParts {
  readonly limits: GatewayLimits
  readonly workerIndex: number
  /** Secret of the whole gateway, so that equal values look equal whichever worker saw them. */
  readonly salt: string
  /** Monotonic milliseconds. */
  readonly now: () => number
}

/** A pair with both answers, as it was recorded. */
interface CompletePair {
  readonly capture: ExchangeCapture
  readonly pair: CapturedPair
  readonly bytes: number
}

/**
 * What one worker captures. A pair is kept as it was recorded until it is fetched, and only then decoded and redacted: many
 * in one go cost half of what they cost one by one between requests. Every bound is in `limits`; at each the capture is
 * given up and counted by its reason.
 */
export class Captures {
  /** Returns the hash that stands for a secret. */
  readonly hash: (secret: string) => string
  private readonly parts: CapturesParts
  private readonly room: RecordingRoom
  private readonly rate: TokenBucket
  private inProgress = 0
  private sequence = 0
  private complete: CompletePair[] = []
  private completeBytes = 0
  /** Rules that were asked for something since the last call, and how many paths they remember. */
  private readonly asked = new Set<PathCounts>()
  private pathCount = 0
  private readonly idPrefix: string

  constructor(parts: CapturesParts) {
    const { limits, salt, now } = parts
    this.parts = parts
    this.room = new RecordingRoom(limits.captureBodyBytesMax, limits.captureBytesTotalMax)
    this.rate = new TokenBucket(limits.capturesPerSecondMax, now)
    this.idPrefix = `${parts.workerIndex}-${Date.now().toString(36)}`
    this.hash = (secret) =>
      createHmac('sha256', salt).update(secret).digest('hex').slice(0, HASH_CHARACTERS)
  }

  /** Counts what a request of a rule with comparison asks for, captured or not. */
  countPath({ capture }: CapturedRule, { method, target }: ForwardParts): void {
    if (capture === undefined) return
    const isRoom = this.pathCount < this.parts.limits.requestPathsMax
    if (capture.paths.count(method, target, isRoom)) this.pathCount++
    this.asked.add(capture.paths)
  }

  /** Whether a capture with so many copies would begin now. */
  hasRoomFor(copies: number): boolean {
    const { capturesInProgressMax } = this.parts.limits
    return this.inProgress + copies <= capturesInProgressMax && this.rate.hasToken
  }

  /** Begins a capture with a recorder on every copy; null without any, or at a bound, which is then counted. */
  begin(
    runtime: CapturedRule,
    sent: SentRequest,
    copies: readonly RecordableCopy[],
  ): ExchangeCapture | null {
    const settings = runtime.capture
    if (settings === undefined || copies.length === 0) return null
    if (this.inProgress + copies.length > this.parts.limits.capturesInProgressMax) {
      runtime.metrics.countCapture('in_progress_limit')
      return null
    }
    if (!this.rate.take()) {
      runtime.metrics.countCapture('rate_limit')
      return null
    }
    this.inProgress += copies.length
    const capture = new ExchangeCapture(runtime, settings, sent, {
      room: this.room,
      now: this.parts.now,
      capturedAt: Date.now(),
      onPair: (one, pair) => this.keep(one, pair),
    })
    for (const copy of copies) copy.record(capture.addPair(copy.filterIndex, copy.target))
    return capture
  }

  /** At the bound the oldest pair makes room: what nobody fetches is not worth more than what comes. */
  private keep(capture: ExchangeCapture, pair: CapturedPair): void {
    this.inProgress--
    const bytes = capture.bytesOf(pair)
    this.complete.push({ capture, pair, bytes })
    this.completeBytes += bytes
    const { capturesHeldMax, captureHeldBytesMax } = this.parts.limits
    while (this.complete.length > capturesHeldMax || this.completeBytes > captureHeldBytesMax) {
      const oldest = this.take()
      if (oldest === undefined) return
      oldest.capture.runtime.metrics.countCapture('not_fetched')
      oldest.capture.releasePair(oldest.pair)
    }
  }

  private take(): CompletePair | undefined {
    const first = this.complete.shift()
    this.completeBytes -= first?.bytes ?? 0
    return first
  }

  /**
   * Takes out what is complete, oldest first, up to limits of bytes and time; the rest waits for the next call. Each line is
   * a CapturedExchange, or RequestPaths, as JSON. Requests get their turn in between, at least every `captureSliceMs`.
   */
  async drain(): Promise<readonly string[]> {
    const { limits, now } = this.parts
    const lines = this.takePaths()
    let bytes = 0
    const end = now() + limits.captureDrainMs
    let sliceEnd = now() + limits.captureSliceMs
    while (bytes < limits.captureDrainBytesMax && now() < end) {
      const first = this.take()
      if (first === undefined) break
      const line = await this.read(first)
      if (line !== null) lines.push(line)
      bytes += line?.length ?? 0
      if (now() < sliceEnd) continue
      await new Promise<void>((resolve) => setImmediate(resolve))
      sliceEnd = now() + limits.captureSliceMs
    }
    return lines
  }

  private takePaths(): string[] {
    const lines = [...this.asked].map((paths) => JSON.stringify(paths.take()))
    this.asked.clear()
    this.pathCount = 0
    return lines
  }

  /** Null when it is given up, which is then counted. */
  private async read({ capture, pair }: CompletePair): Promise<string | null> {
    const { captureDecodedBytesMax, captureLineBytesMax } = this.parts.limits
    const { metrics } = capture.runtime
    const id = `${this.idPrefix}-${++this.sequence}`
    try {
      const parts = { id, hash: this.hash, decodedBytesMax: captureDecodedBytesMax }
      const whole = await exchangeLine(capture, pair, parts)
      const line = whole.length > captureLineBytesMax ? lineWithoutBodies(whole) : whole
      const isTooLong = line.length > captureLineBytesMax
      metrics.countCapture(isTooLong ? 'line_limit' : '')
      return isTooLong ? null : line
    } catch {
      metrics.countCapture('failed')
      return null
    } finally {
      capture.releasePair(pair)
    }
  }
}
