/** Requests that are captured → this → captured exchanges as lines of JSON, redacted, for the observer to fetch. */
import { createHmac } from 'node:crypto'
import type { CapturedAnswer, CapturedExchange, HeaderLine } from '@/lib/comparison/exchange'
import type { Redactor } from '@/lib/comparison/redaction/redactor'
import type { ForwardParts } from '@/lib/routing/forward-request'
import type { GatewayLimits } from '../limits'
import { TokenBucket } from '../token-bucket'
import type { AnswerRecorder } from './answer-recorder'
import { RecordingRoom } from './body-recorder'
import type { CapturedRule, RecordableCopy } from './capture-runtime'
import { headerValue, toCapturedBody } from './captured-body'
import { type CapturedPair, ExchangeCapture, type SentRequest } from './exchange-capture'
import { sentApart } from './sent-apart'

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

/** What one worker captures. Every bound is in `limits`; at each the capture is given up and counted by its reason. */
export class Captures {
  /** Returns the hash that stands for a secret. */
  readonly hash: (secret: string) => string
  private readonly parts: CapturesParts
  private readonly room: RecordingRoom
  private readonly rate: TokenBucket
  private inProgress = 0
  private sequence = 0
  private processing: Promise<void> = Promise.resolve()
  private ready: string[] = []
  private readyBytes = 0
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

  /** Begins a capture with a recorder on every copy; null when none is wanted, or at a bound, which is then counted. */
  begin(
    runtime: CapturedRule,
    sent: SentRequest,
    copies: readonly RecordableCopy[],
  ): ExchangeCapture | null {
    const settings = runtime.capture
    if (settings === undefined) return null
    const isMirrored = copies.some((copy) => copy.filterIndex !== -1)
    const wanted =
      isMirrored && settings.isNext() ? copies : copies.filter((copy) => copy.filterIndex === -1)
    if (wanted.length === 0) return null
    if (this.inProgress + wanted.length > this.parts.limits.capturesInProgressMax) {
      runtime.metrics.countCapture('in_progress_limit')
      return null
    }
    if (!this.rate.take()) {
      runtime.metrics.countCapture('rate_limit')
      return null
    }
    this.inProgress += wanted.length
    const capture = new ExchangeCapture(runtime, settings, sent, {
      room: this.room,
      now: this.parts.now,
      capturedAt: Date.now(),
      onPair: (one, pair) => this.enqueue(one, pair),
    })
    for (const copy of wanted) copy.record(capture.addPair(copy.filterIndex, copy.target))
    return capture
  }

  /** Takes out what is ready, oldest first, up to a limit of bytes. Each line is a CapturedExchange as JSON. */
  drain(): readonly string[] {
    const { captureDrainBytesMax } = this.parts.limits
    let bytes = 0
    let count = 0
    for (const line of this.ready) {
      if (count > 0 && bytes + line.length > captureDrainBytesMax) break
      bytes += line.length
      count++
    }
    this.readyBytes -= bytes
    return this.ready.splice(0, count)
  }

  /** Resolves when every pair that is complete now is ready. */
  settled(): Promise<void> {
    return this.processing
  }

  /** One after another, so that reading bodies takes the loop for one of them at a time. */
  private enqueue(capture: ExchangeCapture, pair: CapturedPair): void {
    this.processing = this.processing
      .then(() => new Promise<void>((resolve) => setImmediate(resolve)))
      .then(() => this.toLine(capture, pair))
      .then(
        (line) => this.keep(capture.runtime, line),
        () => capture.runtime.metrics.countCapture('failed'),
      )
      .finally(() => {
        capture.releasePair(pair)
        this.inProgress--
      })
  }

  private async toLine(capture: ExchangeCapture, pair: CapturedPair): Promise<string> {
    const { runtime, primary } = capture
    const { parts, text } = capture.sent
    const { redactor, rules } = capture.settings
    const reading = {
      redactor,
      hash: this.hash,
      decodedBytesMax: this.parts.limits.captureDecodedBytesMax,
    }
    const lines = headerLines(parts.lines)
    const answer = async (recorder: AnswerRecorder): Promise<CapturedAnswer> => {
      const { backend, failure, totalMs, status, firstByteMs } = recorder
      if (failure !== '') return { outcome: 'failed', backend, reason: failure, totalMs }
      const own = headerLines(recorder.lines)
      const body = await toCapturedBody(recorder.body, own, reading)
      const headers = redactor.redactHeaders(own)
      return { outcome: 'answered', backend, status, headers, body, firstByteMs, totalMs }
    }
    const exchange: CapturedExchange = {
      id: `${this.idPrefix}-${++this.sequence}`,
      capturedAt: capture.capturedAt,
      route: runtime.match.route.key,
      generation: runtime.match.route.generation,
      rule: runtime.rule.index,
      ruleName: runtime.rule.name,
      filterIndex: pair.filterIndex,
      kind: pair.filterIndex === -1 ? 'calibration' : 'mirror',
      requestId: redactor.redactText(headerValue(lines, 'x-request-id')),
      request: {
        method: parts.method,
        host: redactor.redactText(parts.authority),
        path: redactor.redactTarget(parts.target),
        headers: redactor.redactHeaders(lines),
        body: await toCapturedBody(capture.request, lines, reading),
      },
      primary: await answer(primary),
      mirror: await answer(pair.answer),
      ...(pair.filterIndex === -1 || text === ''
        ? {}
        : { sentApart: apart(parts, text, redactor) }),
      rules,
    }
    return JSON.stringify(exchange)
  }

  /** At the bound the oldest line makes room: what nobody fetches is not worth more than what comes. */
  private keep(runtime: CapturedRule, line: string): void {
    const { captureLineBytesMax, capturesHeldMax, captureHeldBytesMax } = this.parts.limits
    if (line.length > captureLineBytesMax) {
      runtime.metrics.countCapture('line_limit')
      return
    }
    runtime.metrics.countCapture('')
    this.ready.push(line)
    this.readyBytes += line.length
    while (this.ready.length > capturesHeldMax || this.readyBytes > captureHeldBytesMax) {
      this.readyBytes -= this.ready.shift()?.length ?? 0
      runtime.metrics.countCapture('not_fetched')
    }
  }
}

function apart(parts: ForwardParts, text: string, redactor: Redactor) {
  const { primary, mirror } = sentApart(parts, text)
  return {
    primary: redactor.redactHeaders(headerLines(primary)),
    mirror: redactor.redactHeaders(headerLines(mirror)),
  }
}

/** Lines ended by CRLF as pairs, names in lower case. */
function headerLines(text: string): readonly HeaderLine[] {
  return text.split('\r\n').flatMap((line): readonly HeaderLine[] => {
    const colon = line.indexOf(':')
    if (colon === -1) return []
    return [[line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]]
  })
}
