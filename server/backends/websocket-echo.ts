/** A WebSocket peer that sends every data frame back as it came (RFC 6455). */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WEBSOCKET_FRAME_BYTES_MAX } from './limits'

const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const OPCODE_CLOSE = 0x8
const OPCODE_PING = 0x9
const OPCODE_PONG = 0xa
const CLOSE_GOING_AWAY = 1001
const CLOSE_PROTOCOL_ERROR = 1002
const CLOSE_TOO_BIG = 1009
const CONTROL_PAYLOAD_MAX = 125

interface Frame {
  readonly isFinal: boolean
  readonly opcode: number
  readonly payload: Buffer
  /** Bytes the frame took in the buffer. */
  readonly size: number
}

/**
 * Answers the upgrade and echoes until either side closes; false, with nothing written, when the request
 * is not a valid WebSocket handshake. The returned function closes with code 1001.
 */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): (() => void) | false {
  const key = request.headers['sec-websocket-key']
  const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket'
  if (!isWebSocket || key === undefined || request.headers['sec-websocket-version'] !== '13') {
    return false
  }
  const accept = createHash('sha1').update(`${key}${ACCEPT_GUID}`).digest('base64')
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  echoFrames(socket, head)
  return () => {
    if (!socket.writableEnded) socket.end(closeFrame(CLOSE_GOING_AWAY))
  }
}

function echoFrames(socket: Duplex, head: Buffer): void {
  let buffered = head
  const finish = (lastFrame: Buffer): void => {
    socket.off('data', onData)
    socket.end(lastFrame)
  }
  const onData = (chunk: Buffer): void => {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk])
    for (let frame = readFrame(buffered); frame !== 'incomplete'; frame = readFrame(buffered)) {
      if (typeof frame === 'number' || frame.opcode === OPCODE_CLOSE) {
        finish(typeof frame === 'number' ? closeFrame(frame) : encodeFrame(frame))
        return
      }
      buffered = buffered.subarray(frame.size)
      if (!answerFrame(socket, frame)) return
    }
  }
  socket.on('data', onData)
  socket.on('drain', () => {
    socket.resume()
    onData(Buffer.alloc(0))
  })
  socket.on('error', () => socket.destroy())
  socket.on('end', () => socket.end())
  if (head.length > 0) onData(Buffer.alloc(0))
}

/** False when the peer reads too slowly; reading stops until it has caught up. */
function answerFrame(socket: Duplex, frame: Frame): boolean {
  if (frame.opcode === OPCODE_PONG) return true
  const opcode = frame.opcode === OPCODE_PING ? OPCODE_PONG : frame.opcode
  if (socket.write(encodeFrame({ ...frame, opcode }))) return true
  socket.pause()
  return false
}

/** The first frame, `incomplete` when bytes are missing, or the close code the bytes deserve. */
function readFrame(bytes: Buffer): Frame | 'incomplete' | number {
  if (bytes.length < 2) return 'incomplete'
  const first = bytes.readUInt8(0)
  const second = bytes.readUInt8(1)
  if (!isAllowed(first, second)) return CLOSE_PROTOCOL_ERROR
  const short = second & 0x7f
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0
  if (bytes.length < 2 + lengthBytes + 4) return 'incomplete'
  const length = lengthBytes === 0 ? short : readLength(bytes, lengthBytes)
  if (length > WEBSOCKET_FRAME_BYTES_MAX) return CLOSE_TOO_BIG
  const maskAt = 2 + lengthBytes
  const size = maskAt + 4 + length
  if (bytes.length < size) return 'incomplete'
  const payload = Buffer.from(bytes.subarray(maskAt + 4, size))
  for (let index = 0; index < length; index += 1) {
    payload.writeUInt8(payload.readUInt8(index) ^ bytes.readUInt8(maskAt + (index & 3)), index)
  }
  return { isFinal: (first & 0x80) !== 0, opcode: first & 0x0f, payload, size }
}

/** Clients must mask, nobody may use reserved bits, control frames are short and whole (RFC 6455 section 5). */
function isAllowed(first: number, second: number): boolean {
  const isMasked = (second & 0x80) !== 0
  const hasReserved = (first & 0x70) !== 0
  const isControl = (first & 0x0f) >= OPCODE_CLOSE
  const isShortAndWhole = (second & 0x7f) <= CONTROL_PAYLOAD_MAX && (first & 0x80) !== 0
  return isMasked && !hasReserved && (!isControl || isShortAndWhole)
}

function readLength(bytes: Buffer, lengthBytes: 2 | 8): number {
  return lengthBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
}

function encodeFrame(frame: Pick<Frame, 'isFinal' | 'opcode' | 'payload'>): Buffer {
  const { length } = frame.payload
  const first = (frame.isFinal ? 0x80 : 0) | frame.opcode
  let header: Buffer
  if (length < 126) {
    header = Buffer.from([first, length])
  } else if (length < 65_536) {
    header = Buffer.from([first, 126, length >> 8, length & 0xff])
  } else {
    header = Buffer.alloc(10)
    header.writeUInt8(first, 0)
    header.writeUInt8(127, 1)
    header.writeBigUInt64BE(BigInt(length), 2)
  }
  return Buffer.concat([header, frame.payload])
}

function closeFrame(code: number): Buffer {
  const payload = Buffer.alloc(2)
  payload.writeUInt16BE(code)
  return encodeFrame({ isFinal: true, opcode: OPCODE_CLOSE, payload })
}
