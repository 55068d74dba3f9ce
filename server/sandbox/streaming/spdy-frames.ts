/** SPDY/3 frames: bytes → frames and back. https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3/ section 2.6 */
import { SPDY_FRAME_BYTES_MAX } from '../api/limits'

export const CONTROL = { synStream: 1, rstStream: 3, ping: 6, goAway: 7, headers: 8 } as const
const SYN_REPLY = 2
const FLAG_FIN = 1
const HEADER_BYTES = 8
const VERSION_3 = 0x80_03

export type SpdyFrame =
  | {
      readonly is: 'control'
      readonly type: number
      readonly isFinal: boolean
      readonly payload: Buffer
    }
  | {
      readonly is: 'data'
      readonly stream: number
      readonly isFinal: boolean
      readonly payload: Buffer
    }

/** The first frame of the bytes with what follows it; undefined while it is incomplete. Throws when it is longer than the limit. */
export function takeFrame(bytes: Buffer): { frame: SpdyFrame; rest: Buffer } | undefined {
  if (bytes.length < HEADER_BYTES) return undefined
  const length = bytes.readUIntBE(5, 3)
  if (length > SPDY_FRAME_BYTES_MAX) throw new Error('a frame is longer than the limit')
  const end = HEADER_BYTES + length
  if (bytes.length < end) return undefined
  const isFinal = (bytes.readUInt8(4) & FLAG_FIN) !== 0
  const payload = bytes.subarray(HEADER_BYTES, end)
  const isControl = (bytes.readUInt8(0) & 0x80) !== 0
  const frame: SpdyFrame = isControl
    ? { is: 'control', type: bytes.readUInt16BE(2), isFinal, payload }
    : { is: 'data', stream: bytes.readUInt32BE(0), isFinal, payload }
  return { frame, rest: bytes.subarray(end) }
}

function control(type: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt16BE(VERSION_3, 0)
  header.writeUInt16BE(type, 2)
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}

function numbers(...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4)
  values.forEach((value, index) => {
    buffer.writeUInt32BE(value, index * 4)
  })
  return buffer
}

/** A data frame; an empty final one closes this side of the stream. */
export function dataFrame(stream: number, payload: Buffer, isFinal: boolean): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32BE(stream, 0)
  header.writeUInt32BE(payload.length, 4)
  header.writeUInt8(isFinal ? FLAG_FIN : 0, 4)
  return Buffer.concat([header, payload])
}

/** The beginning of a zlib stream that compresses nothing, which needs no state. */
const ZLIB_HEADER = Buffer.from([0x78, 0x01])
/** "No headers" (four zero bytes) as a stored block, then the empty block that makes a reader hand out what it has. */
const NO_HEADERS = Buffer.from([0, 4, 0, 0xfb, 0xff, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff])

/** Accepts a stream without headers; the first reply of a session begins the compressed stream. */
export function synReply(stream: number, isFirst: boolean): Buffer {
  const block = isFirst ? Buffer.concat([ZLIB_HEADER, NO_HEADERS]) : NO_HEADERS
  return control(SYN_REPLY, Buffer.concat([numbers(stream), block]))
}

/** Ends a stream at once. Status 3 refuses it, 5 cancels it. */
export function rstStream(stream: number, status: 3 | 5): Buffer {
  return control(CONTROL.rstStream, numbers(stream, status))
}

/** The same ping back. */
export function pong(payload: Buffer): Buffer {
  return control(CONTROL.ping, payload)
}

/** No more streams; status 0 is a regular end. */
export function goAway(lastStream: number): Buffer {
  return control(CONTROL.goAway, numbers(lastStream, 0))
}

/** The name-value pairs of an uncompressed header block, names in lower case. Throws on a block that ends early. */
export function parseHeaderBlock(block: Buffer): Map<string, string> {
  const headers = new Map<string, string>()
  let position = 4
  const text = () => {
    const length = block.readUInt32BE(position)
    const end = position + 4 + length
    if (end > block.length) throw new Error('a header block ends early')
    const value = block.toString('latin1', position + 4, end)
    position = end
    return value
  }
  const count = block.readUInt32BE(0)
  for (let i = 0; i < count; i += 1) {
    const name = text().toLowerCase()
    headers.set(name, text())
  }
  return headers
}
