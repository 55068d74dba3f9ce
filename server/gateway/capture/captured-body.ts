/** A recorded body and its header lines → this → what may leave the process: decoded, told by its kind, redacted. */
import { isUtf8 } from 'node:buffer'
import type { CapturedBody, HeaderLine } from '@/lib/comparison/exchange'
import { parseJson } from '@/lib/comparison/parse-json'
import { JSON_DEPTH_MAX, type Redactor, type SecretHash } from '@/lib/comparison/redaction/redactor'
import type { BodyRecorder } from './body-recorder'
import { type DecodedContent, decodeContent } from './decode-content'
import { readGrpcBody } from './grpc-body'

export interface BodyReading {
  readonly redactor: Redactor
  readonly hash: SecretHash
}

const NOTHING: DecodedContent = { ok: true, bytes: Buffer.alloc(0) }

/** The bytes a body stands for: at once where nothing has to be undone. Never rejects. */
export function contentOf(
  recorder: BodyRecorder,
  lines: readonly HeaderLine[],
  decodedBytesMax: number,
): DecodedContent | Promise<DecodedContent> {
  if (recorder.problem !== '') return { ok: false, reason: recorder.problem }
  if (recorder.bytes === 0) return NOTHING
  const type = headerValue(lines, 'content-type').toLowerCase()
  if (type.startsWith('text/event-stream')) return { ok: false, reason: 'stream' }
  // Its boundary is random, and it carries files.
  if (type.startsWith('multipart/')) return { ok: false, reason: 'multipart' }
  return decodeContent(recorder.whole(), headerValue(lines, 'content-encoding'), decodedBytesMax)
}

/** A message with its body's codings undone. */
export interface ReadMessage {
  readonly lines: readonly HeaderLine[]
  /** Of the body as received. */
  readonly bytes: number
  readonly content: DecodedContent
}

/** A body that can't be read is `uncaptured`, with the reason. */
export function toCapturedBody(
  { lines, bytes, content }: ReadMessage,
  reading: BodyReading,
): CapturedBody {
  if (!content.ok) return { kind: 'uncaptured', reason: content.reason, bytes }
  if (bytes === 0) return { kind: 'none' }
  const type = headerValue(lines, 'content-type').toLowerCase()
  return readContent(content.bytes, type, bytes, reading)
}

function readContent(
  content: Buffer,
  type: string,
  bytes: number,
  { redactor, hash }: BodyReading,
): CapturedBody {
  if (type.startsWith('application/grpc')) {
    return { kind: 'grpc', messages: readGrpcBody(content, type).messages.map(hash), bytes }
  }
  if (/^application\/(?:json|[\w.+-]+\+json)/.test(type)) {
    const json = readJson(content, bytes, redactor)
    if (json !== null) return json
  }
  if (type.startsWith('application/x-www-form-urlencoded')) {
    const fields = [...new URLSearchParams(content.toString('utf8'))]
    return { kind: 'form', fields: redactor.redactFields(fields), bytes }
  }
  if (/^(?:text\/|application\/(?:xml|[\w.+-]+\+xml|javascript|json|[\w.+-]+\+json))/.test(type)) {
    const isLatin = /charset="?(?:iso-8859-1|us-ascii|windows-1252)/.test(type)
    const text = isLatin ? content.toString('latin1') : utf8Text(content)
    return { kind: 'text', text: redactor.redactText(text), bytes }
  }
  return { kind: 'binary', hash: hash(content.toString('latin1')), bytes }
}

/** Null when it is no JSON after all. */
function readJson(content: Buffer, bytes: number, redactor: Redactor): CapturedBody | null {
  const parsed = parseJson(utf8Text(content), JSON_DEPTH_MAX)
  if (!parsed.ok && parsed.reason === 'syntax') return null
  const value = parsed.ok ? redactor.redactJson(parsed.value) : undefined
  return value === undefined
    ? { kind: 'uncaptured', reason: 'too_deep', bytes }
    : { kind: 'json', value, bytes }
}

/** What is no UTF-8 is read byte by byte: two texts of different bytes are not to become one of replacement characters. */
function utf8Text(content: Buffer): string {
  return content.toString(isUtf8(content) ? 'utf8' : 'latin1')
}

/** The trailers that gRPC-Web writes into the body; `''` for any other message. */
export function trailersInBody({ lines, content }: ReadMessage): string {
  const type = headerValue(lines, 'content-type').toLowerCase()
  if (!content.ok || !type.startsWith('application/grpc-web')) return ''
  return readGrpcBody(content.bytes, type).trailers
}

/** The value of a header by its lower-case name; `''` when absent. */
export function headerValue(lines: readonly HeaderLine[], name: string): string {
  return lines.find(([own]) => own === name)?.[1] ?? ''
}
