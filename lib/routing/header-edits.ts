/** Header lines and targets as they are written to the wire: the gateway writes them, the match simulator foretells them. */
import { HTTP_TOKEN } from '@/lib/shared/http-syntax'
import { applyHeaderModifier } from './header-modifier'
import type { HeaderModifier } from './route-table'

/** Framing and routing belong to the gateway: a modifier can't touch these. */
const PROTECTED = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'upgrade',
  'te',
  'trailer',
  'keep-alive',
])

/**
 * A modifier that is safe to write to the wire: names that are no tokens and names the gateway owns are left out,
 * control characters are removed from values, other text is sent as UTF-8. Undefined when nothing is left.
 */
export function safeModifier(modifier: HeaderModifier | undefined): HeaderModifier | undefined {
  if (modifier === undefined) return undefined
  const safe = {
    set: modifier.set.filter(isSafeName).map(safeLine),
    add: modifier.add.filter(isSafeName).map(safeLine),
    remove: modifier.remove.filter((name) => !PROTECTED.has(name.toLowerCase())),
  }
  return safe.set.length + safe.add.length + safe.remove.length === 0 ? undefined : safe
}

function isSafeName([name]: readonly [string, string]): boolean {
  return HTTP_TOKEN.test(name) && !PROTECTED.has(name.toLowerCase())
}

function safeLine([name, value]: readonly [string, string]): readonly [string, string] {
  return [name, wireValue(value)]
}

/** Text as the latin1 string of its UTF-8 bytes, without control characters. */
export function wireValue(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not reach the wire.
  const printable = value.replace(/[\u0000-\u0008\u000a-\u001f\u007f]/g, '')
  return utf8AsLatin1(printable)
}

const ENCODER = new TextEncoder()

/** One character a byte, as a socket that is given latin1 writes it. */
function utf8AsLatin1(text: string): string {
  if (/^[\t -~]*$/.test(text)) return text
  let bytes = ''
  for (const byte of ENCODER.encode(text)) bytes += String.fromCharCode(byte)
  return bytes
}

/** A path or query as it may stand in a request line: everything but visible ASCII percent-encoded. */
export function wireTarget(target: string): string {
  if (/^[!-~]*$/.test(target)) return target
  return utf8AsLatin1(target).replace(/[^!-~]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  })
}

/** Applies a modifier to header lines written as `Name: value\r\n…`. */
export function editLines(lines: string, modifier: HeaderModifier | undefined): string {
  if (modifier === undefined) return lines
  return joinLines(applyHeaderModifier(splitLines(lines), modifier))
}

/** `Name: value\r\n…` as `[name, value, …]`. */
export function splitLines(lines: string): string[] {
  const out: string[] = []
  let start = 0
  while (start < lines.length) {
    const end = lines.indexOf('\r\n', start)
    const colon = lines.indexOf(':', start)
    out.push(lines.slice(start, colon), lines.slice(colon + 1, end).trim())
    start = end + 2
  }
  return out
}

/** Names and values in turn as header lines, each ended by CRLF. */
export function joinLines(headers: readonly string[]): string {
  let lines = ''
  for (let index = 0; index + 1 < headers.length; index += 2) {
    lines += `${headers[index]}: ${headers[index + 1]}\r\n`
  }
  return lines
}
