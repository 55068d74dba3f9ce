/** A pair as it was recorded → this → a captured exchange, redacted: what may leave the process. */
import type { CapturedAnswer, CapturedExchange, HeaderLine } from '@/lib/comparison/exchange'
import type { SecretHash } from '@/lib/comparison/redaction/redactor'
import { withoutBodies } from '@/lib/comparison/without-bodies'
import type { AnswerRecorder } from './answer-recorder'
import type { BodyRecorder } from './body-recorder'
import {
  type BodyReading,
  contentOf,
  headerValue,
  type ReadMessage,
  toCapturedBody,
  trailersInBody,
} from './captured-body'
import type { CapturedPair, ExchangeCapture } from './exchange-capture'

export interface LineParts {
  readonly id: string
  readonly hash: SecretHash
  readonly decodedBytesMax: number
}

/** Resolves with the exchange as one line of JSON. */
export async function exchangeLine(
  capture: ExchangeCapture,
  pair: CapturedPair,
  { id, hash, decodedBytesMax }: LineParts,
): Promise<string> {
  const { runtime } = capture
  const { parts, text } = capture.sent
  const { redactor, rules } = capture.settings
  const reading = { redactor, hash }
  const isCalibration = pair.filterIndex === -1
  // One wait for all bodies, and hardly ever one: most need nothing undone.
  const [request, primary, mirror] = await Promise.all([
    readMessage(parts.lines, capture.request, decodedBytesMax),
    readMessage(capture.primary.lines, capture.primary.body, decodedBytesMax),
    readMessage(pair.answer.lines, pair.answer.body, decodedBytesMax),
  ])
  const exchange: CapturedExchange = {
    id,
    capturedAt: capture.capturedAt,
    route: runtime.match.route.key,
    generation: runtime.match.route.generation,
    rule: runtime.rule.index,
    ruleName: runtime.rule.name,
    filterIndex: pair.filterIndex,
    kind: isCalibration ? 'calibration' : 'mirror',
    requestId: redactor.redactText(headerValue(request.lines, 'x-request-id')),
    request: {
      method: parts.method,
      host: redactor.redactText(parts.authority),
      path: redactor.redactTarget(parts.target),
      headers: redactor.redactHeaders(request.lines),
      body: toCapturedBody(request, reading),
    },
    primary: answerOf(capture.primary, primary, reading),
    mirror: answerOf(pair.answer, mirror, reading),
    ...(isCalibration || text === '' ? {} : { sentApart: apart(capture.sent, reading) }),
    rules,
  }
  return JSON.stringify(exchange)
}

/** The same line with its bodies left out, for the reason `line_limit`. */
export function lineWithoutBodies(line: string): string {
  const exchange: CapturedExchange = JSON.parse(line)
  return JSON.stringify(withoutBodies(exchange, 'line_limit'))
}

function readMessage(
  text: string,
  body: BodyRecorder,
  decodedBytesMax: number,
): ReadMessage | Promise<ReadMessage> {
  const lines = headerLines(text)
  const { bytes } = body
  const content = contentOf(body, lines, decodedBytesMax)
  return content instanceof Promise
    ? content.then((decoded) => ({ lines, bytes, content: decoded }))
    : { lines, bytes, content }
}

function answerOf(
  { backend, failure, totalMs, status, firstByteMs, trailers: section }: AnswerRecorder,
  message: ReadMessage,
  reading: BodyReading,
): CapturedAnswer {
  if (failure !== '') return { outcome: 'failed', backend, reason: failure, totalMs }
  const headers = reading.redactor.redactHeaders(message.lines)
  const body = toCapturedBody(message, reading)
  const lines = headerLines(`${section}\n${trailersInBody(message)}`)
  const trailers = lines.length === 0 ? {} : { trailers: reading.redactor.redactHeaders(lines) }
  const answered = { outcome: 'answered', backend, status, headers, ...trailers } as const
  return { ...answered, body, firstByteMs, totalMs }
}

function apart({ text, copy }: ExchangeCapture['sent'], { redactor }: BodyReading) {
  const { primary, mirror } = sentApart(text, copy)
  return {
    primary: redactor.redactHeaders(headerLines(primary)),
    mirror: redactor.redactHeaders(headerLines(mirror)),
  }
}

/** Lines separated by CRLF, or by LF, as pairs, names in lower case. */
function headerLines(text: string): readonly HeaderLine[] {
  const lines: HeaderLine[] = []
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':')
    if (colon !== -1) lines.push([line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()])
  }
  return lines
}

/**
 * The header lines that only the primary, and only a copy, was sent: how often it was mirrored, and what the filters of the
 * primary's backendRef do. `text` is the head the primary was sent, `copy` that of the copy.
 */
function sentApart(
  text: string,
  copy: string,
): { readonly primary: string; readonly mirror: string } {
  const [primary, mirror] = [text.split('\r\n'), copy.split('\r\n')]
  return { primary: onlyIn(primary, mirror), mirror: onlyIn(mirror, primary) }
}

/** The first line is no header's. */
function onlyIn(lines: readonly string[], others: readonly string[]): string {
  return lines
    .slice(1)
    .filter((line) => !others.includes(line))
    .join('\r\n')
}
