type Step = 'value' | 'item' | 'key' | 'keyOrEnd' | 'colon' | 'afterValue' | 'top'

/** Where the scanner is in a text. `open` holds a bracket per unclosed object and list. */
interface Scan {
  readonly bytes: Uint8Array
  at: number
  step: Step
  readonly open: ('{' | '[')[]
}

const END = 'unexpected end of JSON input'

/**
 * Why a text is not JSON, in the words of Go's encoding/json: `unexpected end of JSON input`, `invalid character
 * 'x' looking for beginning of value`. Undefined when the text is JSON after all.
 */
export function goJsonError(text: string): string | undefined {
  const scan: Scan = { bytes: new TextEncoder().encode(text), at: 0, step: 'value', open: [] }
  for (;;) {
    skipSpace(scan)
    const char = scan.bytes[scan.at]
    if (char === undefined) return scan.step === 'top' ? undefined : END
    const error = advance(scan, String.fromCharCode(char))
    if (error !== undefined) return error
  }
}

function skipSpace(scan: Scan): void {
  while (' \t\r\n'.includes(charAt(scan) || 'x')) scan.at += 1
}

/** The byte at the cursor as a character; empty at the end. */
function charAt(scan: Scan): string {
  const byte = scan.bytes[scan.at]
  return byte === undefined ? '' : String.fromCharCode(byte)
}

function invalid(scan: Scan, context: string): string {
  const char = charAt(scan)
  if (char === '') return END
  return `invalid character ${quote(char)} ${context}`
}

function quote(char: string): string {
  if (char === "'") return "'\\''"
  if (char === '"') return `'"'`
  const escaped = JSON.stringify(char).slice(1, -1)
  const code = char.charCodeAt(0)
  return `'${code < 0x20 && escaped.startsWith('\\u') ? `\\x${code.toString(16).padStart(2, '0')}` : escaped}'`
}

function advance(scan: Scan, char: string): string | undefined {
  switch (scan.step) {
    case 'key':
    case 'keyOrEnd':
      return readKey(scan, char)
    case 'colon':
      if (char !== ':') return invalid(scan, 'after object key')
      scan.at += 1
      scan.step = 'value'
      return undefined
    case 'afterValue':
      return readSeparator(scan, char)
    case 'top':
      return invalid(scan, 'after top-level value')
    case 'item':
      if (char === ']') return close(scan)
      return readValue(scan, char)
    case 'value':
      return readValue(scan, char)
  }
}

function close(scan: Scan): undefined {
  scan.open.pop()
  scan.at += 1
  finishValue(scan)
}

function finishValue(scan: Scan): void {
  scan.step = scan.open.length === 0 ? 'top' : 'afterValue'
}

function readKey(scan: Scan, char: string): string | undefined {
  if (char === '}' && scan.step === 'keyOrEnd') return close(scan)
  if (char !== '"') return invalid(scan, 'looking for beginning of object key string')
  const error = readString(scan)
  scan.step = 'colon'
  return error
}

function readSeparator(scan: Scan, char: string): string | undefined {
  const inObject = scan.open.at(-1) === '{'
  if (char === (inObject ? '}' : ']')) return close(scan)
  if (char !== ',') {
    return invalid(scan, inObject ? 'after object key:value pair' : 'after array element')
  }
  scan.at += 1
  scan.step = inObject ? 'key' : 'value'
  return undefined
}

const LITERALS: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null' }

function readValue(scan: Scan, char: string): string | undefined {
  if (char === '{' || char === '[') {
    scan.open.push(char)
    scan.at += 1
    scan.step = char === '{' ? 'keyOrEnd' : 'item'
    return undefined
  }
  let error: string | undefined
  const literal = LITERALS[char]
  if (char === '"') error = readString(scan)
  else if (literal !== undefined) error = readLiteral(scan, literal)
  else if (/[-\d]/.test(char)) error = readNumber(scan)
  else return invalid(scan, 'looking for beginning of value')
  finishValue(scan)
  return error
}

function readLiteral(scan: Scan, literal: string): string | undefined {
  for (const expected of literal) {
    if (charAt(scan) !== expected) {
      return invalid(scan, `in literal ${literal} (expecting ${quote(expected)})`)
    }
    scan.at += 1
  }
  return undefined
}

function readString(scan: Scan): string | undefined {
  scan.at += 1
  for (;;) {
    const char = charAt(scan)
    if (char === '' || char < ' ') return invalid(scan, 'in string literal')
    scan.at += 1
    if (char === '"') return undefined
    if (char === '\\') {
      const error = readEscape(scan)
      if (error !== undefined) return error
    }
  }
}

function readEscape(scan: Scan): string | undefined {
  const char = charAt(scan)
  if (char === '' || !'bfnrt\\/"u'.includes(char)) return invalid(scan, 'in string escape code')
  scan.at += 1
  if (char !== 'u') return undefined
  for (let digit = 0; digit < 4; digit += 1) {
    if (!/^[\da-fA-F]$/.test(charAt(scan))) {
      return invalid(scan, 'in \\u hexadecimal character escape')
    }
    scan.at += 1
  }
  return undefined
}

function readNumber(scan: Scan): string | undefined {
  if (charAt(scan) === '-') scan.at += 1
  if (charAt(scan) === '0') scan.at += 1
  else if (!readDigits(scan)) return invalid(scan, 'in numeric literal')
  if (charAt(scan) === '.') {
    scan.at += 1
    if (!readDigits(scan)) return invalid(scan, 'after decimal point in numeric literal')
  }
  if (/^[eE]$/.test(charAt(scan))) {
    scan.at += 1
    if (/^[+-]$/.test(charAt(scan))) scan.at += 1
    if (!readDigits(scan)) return invalid(scan, 'in exponent of numeric literal')
  }
  return undefined
}

/** Steps over digits. False when there is none. */
function readDigits(scan: Scan): boolean {
  const start = scan.at
  while (/^\d$/.test(charAt(scan))) scan.at += 1
  return scan.at > start
}
