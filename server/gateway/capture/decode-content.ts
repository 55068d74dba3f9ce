/** Body bytes as received → this → the bytes they stand for, off the event loop. */
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { decodeZstandard } from './decode-zstandard'

export type DecodedContent =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly reason: string }

type Decompress = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>

/** Content codings by name (RFC 9110 8.4.1). Zstandard came to Node with 22.15. */
const DECODERS: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ['gzip', promisify(zlib.gunzip) as Decompress],
  ['x-gzip', promisify(zlib.gunzip) as Decompress],
  ['deflate', promisify(zlib.inflate) as Decompress],
  ['br', promisify(zlib.brotliDecompress) as Decompress],
  ['zstd', nodeZstandard() ?? decodeZstandard],
])

function nodeZstandard(): Decompress | undefined {
  const decompress: unknown = Reflect.get(zlib, 'zstdDecompress')
  return typeof decompress === 'function'
    ? (promisify(decompress as typeof zlib.gunzip) as Decompress)
    : undefined
}

/** Codings applied to one body; more are not undone. */
const CODINGS_MAX = 2

/**
 * Undoes the codings that Content-Encoding lists, last one first. The reason of a failure is a metric label: `body_limit`
 * when the decoded bytes are more than `bytesMax`, `content_coding` for a coding that is not read, `bad_coding` when
 * the bytes are not what they claim to be.
 */
export function decodeContent(
  bytes: Buffer,
  contentEncoding: string,
  bytesMax: number,
): DecodedContent | Promise<DecodedContent> {
  if (contentEncoding === '') return withinLimit(bytes, bytesMax)
  const codings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity')
  if (codings.length > CODINGS_MAX) return { ok: false, reason: 'content_coding' }
  return undo(bytes, codings.reverse(), bytesMax)
}

async function undo(
  bytes: Buffer,
  codings: readonly string[],
  bytesMax: number,
): Promise<DecodedContent> {
  let decoded = bytes
  for (const coding of codings) {
    const decompress = DECODERS.get(coding)
    if (decompress === undefined) return { ok: false, reason: 'content_coding' }
    try {
      decoded = await decompress(decoded, { maxOutputLength: bytesMax })
    } catch (error) {
      const isLimit = error instanceof RangeError
      return { ok: false, reason: isLimit ? 'body_limit' : 'bad_coding' }
    }
  }
  return withinLimit(decoded, bytesMax)
}

function withinLimit(bytes: Buffer, bytesMax: number): DecodedContent {
  return bytes.length > bytesMax ? { ok: false, reason: 'body_limit' } : { ok: true, bytes }
}
