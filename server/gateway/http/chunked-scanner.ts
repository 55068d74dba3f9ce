import { TOKEN_BYTES, VALUE_BYTES } from './header-names'

const CR = 13
const LF = 10
const COLON = 58
const SEMICOLON = 59
const EQUALS = 61

/** Extension and trailer bytes together that one body may carry; more is refused. */
const OVERHEAD_BYTES_MAX = 16_384

type State =
  | 'size'
  | 'extension'
  | 'extensionName'
  | 'extensionValue'
  | 'extensionMore'
  | 'sizeLf'
  | 'data'
  | 'dataCr'
  | 'dataLf'
  | 'trailer'
  | 'name'
  | 'line'
  | 'lineLf'
  | 'endLf'

/**
 * Follows a chunked body without copying it, byte-strict: no bare LF, no space around sizes, no quoted extension, at most
 * 2⁴⁸ bytes in a chunk (RFC 9112 7.1). Tells where the body ends; trailers are followed and kept as they are.
 */
export class ChunkedScanner {
  isDone = false
  /** The trailer section as received, without its last empty line. */
  trailers = ''
  private state: State = 'size'
  private size = 0
  private digits = 0
  private overhead = 0

  reset(): void {
    this.isDone = false
    this.trailers = ''
    this.state = 'size'
    this.size = 0
    this.digits = 0
    this.overhead = 0
  }

  /** Reads from `start`. Returns where it stopped (the end, or past the body), or -1 when the framing is broken. */
  scan(bytes: Buffer, start: number, onData?: (bytes: Buffer) => void): number {
    let at = start
    while (at < bytes.length && !this.isDone) {
      if (this.state === 'data') {
        const end = Math.min(bytes.length, at + this.size)
        onData?.(bytes.subarray(at, end))
        this.size -= end - at
        at = end
        if (this.size === 0) this.state = 'dataCr'
        continue
      }
      const byte = bytes[at] ?? 0
      if (!this.step(byte)) return -1
      this.keepTrailer(byte)
      at++
    }
    return at
  }

  private keepTrailer(byte: number): void {
    if (this.state === 'name' || this.state === 'line' || this.state === 'lineLf')
      this.trailers += String.fromCharCode(byte)
    else if (this.state === 'trailer' && this.trailers !== '') this.trailers += '\n'
  }

  private step(byte: number): boolean {
    switch (this.state) {
      case 'size':
        return this.stepSize(byte)
      case 'extension':
      case 'extensionName':
      case 'extensionValue':
      case 'extensionMore':
        return this.countOverhead() && this.stepExtension(byte)
      case 'sizeLf':
        return byte === LF && this.to(this.size === 0 ? 'trailer' : 'data')
      case 'dataCr':
        return byte === CR && this.to('dataLf')
      case 'dataLf':
        this.digits = 0
        return byte === LF && this.to('size')
      case 'trailer':
        return this.stepTrailer(byte)
      case 'name':
        if (byte === COLON) return this.to('line')
        return this.countOverhead() && TOKEN_BYTES[byte] === 1
      case 'line':
        if (byte === CR) return this.to('lineLf')
        return this.countOverhead() && VALUE_BYTES[byte] === 1
      case 'lineLf':
        return byte === LF && this.to('trailer')
      case 'endLf':
        this.isDone = byte === LF
        return this.isDone
      case 'data':
        return false
    }
  }

  private stepSize(byte: number): boolean {
    const digit = hexDigit(byte)
    if (digit >= 0) {
      this.size = this.digits === 0 ? digit : this.size * 16 + digit
      return ++this.digits <= 12
    }
    if (this.digits === 0) return false
    if (byte === CR) return this.to('sizeLf')
    return byte === SEMICOLON && this.to('extension')
  }

  /** `;name` or `;name=value`, both tokens. */
  private stepExtension(byte: number): boolean {
    const { state } = this
    if (TOKEN_BYTES[byte] === 1) {
      if (state === 'extension') this.state = 'extensionName'
      if (state === 'extensionValue') this.state = 'extensionMore'
      return true
    }
    if (state === 'extension' || state === 'extensionValue') return false
    if (byte === EQUALS) return state === 'extensionName' && this.to('extensionValue')
    if (byte === SEMICOLON) return this.to('extension')
    return byte === CR && this.to('sizeLf')
  }

  private stepTrailer(byte: number): boolean {
    if (byte === CR) return this.to('endLf')
    return this.countOverhead() && TOKEN_BYTES[byte] === 1 && this.to('name')
  }

  private countOverhead(): boolean {
    return ++this.overhead <= OVERHEAD_BYTES_MAX
  }

  private to(state: State): true {
    this.state = state
    return true
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 0x20
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

/** One chunk of a chunked body (RFC 9112 7.1). */
export function frameChunk(bytes: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(bytes.length + 20)
  const start = framed.write(`${bytes.length.toString(16)}\r\n`, 'latin1')
  bytes.copy(framed, start)
  const end = start + bytes.length
  return framed.subarray(0, end + framed.write('\r\n', end, 'latin1'))
}
