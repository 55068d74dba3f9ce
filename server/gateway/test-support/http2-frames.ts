/** HTTP/2 frames as bytes, to send what no library would (RFC 9113 4.1, RFC 7541). */
import { connectRaw, type RawClient } from './test-gateway'

export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const
export const END_STREAM = 1
export const END_HEADERS = 4

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** A literal field without indexing, not compressed; values up to 16 KiB. */
export function field(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0]), text(name), text(value)])
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1')
  if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes])
  const rest = bytes.length - 127
  const length = [127, (rest & 127) | 128, (rest >> 7) & 127]
  return Buffer.concat([Buffer.from(length), bytes])
}

/** The header block of a GET. */
export function getBlock(path = '/', ...more: readonly Buffer[]): Buffer {
  return Buffer.concat([
    field(':method', 'GET'),
    field(':scheme', 'http'),
    field(':path', path),
    field(':authority', 'a.example'),
    ...more,
  ])
}

export interface SeenFrame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

export interface FrameClient {
  readonly raw: RawClient
  readonly frames: readonly SeenFrame[]
  send(...frames: readonly Buffer[]): void
  /** The error code of the last GOAWAY; null when there was none. */
  readonly goAway: number | null
}

/** A connection that has sent its preface and settings. */
export async function connectFrames(target: {
  readonly address: string
  readonly port: number
}): Promise<FrameClient> {
  const raw = await connectRaw(target.address, target.port)
  raw.send(Buffer.concat([Buffer.from(PREFACE), frame(FRAME.settings, 0, 0)]))
  const client = {
    raw,
    get frames() {
      return readFrames(Buffer.from(raw.received, 'latin1'))
    },
    get goAway() {
      const last = client.frames.findLast(({ type }) => type === FRAME.goAway)
      return last?.payload.readUInt32BE(4) ?? null
    },
    send: (...frames: readonly Buffer[]) => raw.send(Buffer.concat(frames)),
  }
  return client
}

function readFrames(bytes: Buffer): SeenFrame[] {
  const frames: SeenFrame[] = []
  let at = 0
  while (at + 9 <= bytes.length) {
    const length = bytes.readUIntBE(at, 3)
    if (at + 9 + length > bytes.length) break
    frames.push({
      type: bytes[at + 3] ?? 0,
      flags: bytes[at + 4] ?? 0,
      stream: bytes.readUInt32BE(at + 5),
      payload: bytes.subarray(at + 9, at + 9 + length),
    })
    at += 9 + length
  }
  return frames
}
