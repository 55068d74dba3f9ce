/** Zstandard for a Node that has none: the format's own decoder as WebAssembly. */
import { ZSTDDecoder } from 'zstddec'

const MAGIC = 0xfd2fb528
/** Where the descriptor of the first frame is, and what follows it. */
const DESCRIPTOR_AT = 4
const SINGLE_SEGMENT = 0x20
const DICTIONARY_BYTES = [0, 1, 2, 4]

const decoder = new ZSTDDecoder()

/**
 * Returns what the frames hold, up to `maxOutputLength` bytes. Runs in the event loop, since it takes less than a millisecond
 * for 256 KiB, and writes to as many bytes as it was given: no window a frame asks for is ever allocated. Rejects with a
 * RangeError when there would be more, with an Error when the bytes are not Zstandard (RFC 8878) or were damaged.
 */
export async function decodeZstandard(
  bytes: Buffer,
  { maxOutputLength }: { readonly maxOutputLength: number },
): Promise<Buffer> {
  await decoder.init()
  const decoded = decoder.decode(bytes, maxOutputLength)
  if (decoded.length > 0) return Buffer.from(decoded.buffer, decoded.byteOffset, decoded.length)
  // The decoder does not say why there is nothing; the first frame's header does, mostly.
  const declared = declaredLength(bytes)
  if (declared === 0) return Buffer.alloc(0)
  if (declared > maxOutputLength) throw new RangeError('more bytes than allowed')
  throw new Error('not Zstandard')
}

/**
 * The length a frame declares its content to have (RFC 8878 3.1.1.1); -1 when this is no frame, Infinity when it does not
 * say: one that could not be decoded was too long then, for damage is rare.
 */
function declaredLength(bytes: Buffer): number {
  if (bytes.length <= DESCRIPTOR_AT || bytes.readUInt32LE(0) !== MAGIC) return -1
  const descriptor = bytes.readUInt8(DESCRIPTOR_AT)
  const isSingle = (descriptor & SINGLE_SEGMENT) !== 0
  const sizeFlag = descriptor >> 6
  if (sizeFlag === 0 && !isSingle) return Number.POSITIVE_INFINITY
  const dictionaryBytes = DICTIONARY_BYTES[descriptor & 3] ?? 0
  const at = DESCRIPTOR_AT + 1 + (isSingle ? 0 : 1) + dictionaryBytes
  const length = 2 ** sizeFlag
  if (bytes.length < at + length) return -1
  if (length === 8) return Number(bytes.readBigUInt64LE(at))
  return bytes.readUIntLE(at, length) + (length === 2 ? 256 : 0)
}
