/**
 * What a scalar's text means to kubectl, which reads YAML with sigs.k8s.io/yaml: the types of goyaml.v2, whose words and numbers
 * are those of YAML 1.1 but for base 60, and JSON made of them.
 * Source: https://github.com/yaml/go-yaml/blob/v2/resolve.go and https://github.com/kubernetes-sigs/yaml (yaml.go). Pure.
 */

/** A value as Go holds it; a whole number apart from others, as keys and messages print them differently. */
export type GoValue =
  | { readonly kind: 'null'; readonly value: null }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'str'; readonly value: string }

/** A scalar as the parser leaves it: nothing resolved. */
export interface WrittenScalar {
  readonly text: string
  /** Without quotes, and no block. */
  readonly isPlain: boolean
  /** The explicit tag in full; undefined without one. */
  readonly tag: string | undefined
}

const TAG = 'tag:yaml.org,2002:'
const NULL_WORDS = new Set(['', '~', 'null', 'Null', 'NULL'])
const BOOLEAN =
  /^(?:(y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)|n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/
const INFINITE = /^([-+]?)\.(?:inf|Inf|INF)$/
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
/** Go's own reading of a number that begins with its point, where an underscore separates digits. */
const POINT_FLOAT = /^\.[0-9](?:_?[0-9])*(?:[eE][-+]?[0-9](?:_?[0-9])*)?$/
const TIMESTAMP =
  /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt]\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)| \d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?)?$/

const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n
const UINT64_MAX = 2n ** 64n - 1n

/** The value of a scalar; a message in Go's words where its tag does not fit. */
export function resolveScalar({ text, isPlain, tag }: WrittenScalar): GoValue | string {
  if (tag === undefined) return isPlain ? resolvePlain(text) : { kind: 'str', value: text }
  if (tag === `${TAG}binary`) return decodeBinary(text)
  const short = tag.startsWith(TAG) ? tag.slice(TAG.length) : ''
  if (short === 'timestamp') {
    return TIMESTAMP.test(text) ? { kind: 'str', value: text } : mismatch('str', text, short)
  }
  if (!['null', 'bool', 'int', 'float'].includes(short)) return { kind: 'str', value: text }
  const found = resolvePlain(text)
  if (short === 'float' && found.kind === 'int' && found.value <= INT64_MAX) {
    return { kind: 'float', value: Number(found.value) }
  }
  return found.kind === short ? found : mismatch(found.kind, text, short)
}

function mismatch(found: string, text: string, wanted: string): string {
  return `cannot decode !!${found} \`${text}\` as a !!${wanted}`
}

/** The value of plain text without a tag. */
export function resolvePlain(text: string): GoValue {
  if (NULL_WORDS.has(text)) return { kind: 'null', value: null }
  const boolean = BOOLEAN.exec(text)
  if (boolean !== null) return { kind: 'bool', value: boolean[1] !== undefined }
  return numberOf(text) ?? { kind: 'str', value: text }
}

function numberOf(text: string): GoValue | undefined {
  if (NOT_A_NUMBER.test(text)) return { kind: 'float', value: Number.NaN }
  const infinite = INFINITE.exec(text)
  if (infinite !== null) return { kind: 'float', value: infinite[1] === '-' ? -1 / 0 : 1 / 0 }
  if (text.startsWith('.')) return POINT_FLOAT.test(text) ? floatOf(text) : undefined
  if (!/^[-+0-9]/.test(text)) return undefined
  const plain = text.replaceAll('_', '')
  return integerOf(plain) ?? (FLOAT.test(plain) ? floatOf(plain) : undefined) ?? binaryOf(plain)
}

/** Past the largest double a number is text. */
function floatOf(text: string): GoValue | undefined {
  const value = Number(text.replaceAll('_', ''))
  return Number.isFinite(value) ? { kind: 'float', value } : undefined
}

/** strconv.ParseInt of base 0, else ParseUint, which takes no sign. */
function integerOf(plain: string): GoValue | undefined {
  const match = /^([-+]?)(?:(0[xX][0-9a-fA-F]+)|(0[bB][01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/.exec(
    plain,
  )
  if (match === null) return undefined
  const [, sign = '', hex, binary, octal, decimal] = match
  const digits = hex ?? binary ?? (octal === undefined ? (decimal ?? '0') : `0o${octal}`)
  return integer(sign, BigInt(digits))
}

function integer(sign: string, size: bigint): GoValue | undefined {
  const value = sign === '-' ? -size : size
  const isHeld = value >= INT64_MIN && value <= (sign === '' ? UINT64_MAX : INT64_MAX)
  return isHeld ? { kind: 'int', value } : undefined
}

/** What goyaml.v2 tries last: `0b` before a number of base 2 with a sign of its own. */
function binaryOf(plain: string): GoValue | undefined {
  const match = /^0b([-+])([01]+)$/.exec(plain)
  return match === null ? undefined : integer(match[1] ?? '', BigInt(`0b${match[2]}`))
}

function decodeBinary(text: string): GoValue | string {
  const invalid = '!!binary value contains invalid base64 data'
  const compact = text.replaceAll(/[\r\n]/g, '')
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact))
    return invalid
  const bytes = Uint8Array.from(atob(compact), (character) => character.charCodeAt(0))
  return { kind: 'str', value: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) }
}

/** A value as the key of a JSON object; undefined for those that JSON conversion refuses. */
export function keyOfValue(found: GoValue): string | undefined {
  switch (found.kind) {
    case 'null':
      return undefined
    case 'int':
      return found.value > INT64_MAX ? undefined : String(found.value)
    case 'float':
      return floatKey(found.value)
    default:
      return String(found.value)
  }
}

/** strconv.FormatFloat(value, 'g', -1, 32): the fewest digits that tell it from other numbers of 32 bits. */
function floatKey(value: number): string {
  const held = Math.fround(value)
  if (Number.isNaN(held)) return '.nan'
  if (!Number.isFinite(held)) return held > 0 ? '.inf' : '-.inf'
  if (held === 0) return Object.is(held, -0) ? '-0' : '0'
  let short = held.toExponential()
  for (let digits = 0; digits < 9; digits += 1) {
    short = held.toExponential(digits)
    if (Math.fround(Number(short)) === held) break
  }
  const [mantissa = '', exponent = '0'] = short.split('e')
  const power = Number(exponent)
  const isPlain = power >= -4 && power < 6
  return isPlain ? String(Number(short)) : `${mantissa}e${twoDigits(power)}`
}

function twoDigits(power: number): string {
  return `${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}
