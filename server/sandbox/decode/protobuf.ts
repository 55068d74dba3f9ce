/**
 * Request bodies of Go's typed clients: the envelope `k8s\0` + runtime.Unknown around the messages of
 * protobuf-fields.json. Fields not listed there are dropped, as a real API server drops what it does not know.
 */
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, setOwnValue } from '@/lib/shared/json-values'
import fields from './protobuf-fields.json' with { type: 'json' }

/** JSON name, type code, flags: see tools/generate-protobuf-fields.mjs. */
type FieldRow = readonly string[]
const MESSAGES: Readonly<Record<string, Readonly<Record<string, FieldRow>>>> = fields.messages

const MAGIC = Buffer.from('k8s\0')

/** The object in the envelope; undefined when it is broken or of a kind not known here. */
export function decodeProtobuf(body: Buffer): JsonObject | undefined {
  if (!body.subarray(0, 4).equals(MAGIC)) return undefined
  try {
    const envelope = partsOf(body.subarray(4))
    const [apiVersion = '', kind = ''] = [1, 2].map(
      (number) =>
        partsOf(envelope.get(1) ?? EMPTY)
          .get(number)
          ?.toString('utf8') ?? '',
    )
    const message = messageOf(apiVersion, kind)
    const raw = envelope.get(2)
    if (message === undefined || raw === undefined) return undefined
    return { apiVersion, kind, ...readMessage(raw, message) }
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) return undefined
    throw error
  }
}

function messageOf(apiVersion: string, kind: string): string | undefined {
  const [version = '', group = ''] = apiVersion.split('/').reverse()
  const name = `${kind === 'DeleteOptions' ? 'meta' : group.split('.')[0] || 'core'}.${kind}`
  return version === 'v1' && Object.hasOwn(MESSAGES, name) ? name : undefined
}

const EMPTY = Buffer.alloc(0)

/** The length-delimited fields of a message by number, the last of each. */
function partsOf(bytes: Buffer): Map<number, Buffer> {
  const parts = new Map<number, Buffer>()
  for (const { number, bytes: content } of fieldsOf(bytes)) parts.set(number, content)
  return parts
}

function readMessage(bytes: Buffer, message: string): JsonObject {
  const object: JsonObject = {}
  for (const field of fieldsOf(bytes)) {
    const row = MESSAGES[message]?.[field.number]
    if (row !== undefined) addField(object, field, row)
  }
  return object
}

function addField(object: JsonObject, field: WireField, row: FieldRow): void {
  const [name = '', type = '', flags = ''] = row
  if (name === '') {
    Object.assign(object, readMessage(field.bytes, type.slice(1)))
  } else if (type.startsWith('*')) {
    const list = object[name]
    object[name] = [...(Array.isArray(list) ? list : []), readValue(field, type.slice(1))]
  } else if (type.startsWith('%')) {
    addEntry(object, name, field.bytes, type.slice(1))
  } else {
    const value = readValue(field, type)
    // Go sends its structs whole: a zero value that JSON would leave out was not set.
    if (flags !== '' || !isZero(value)) object[name] = value
  }
}

function isZero(value: JsonValue): boolean {
  if (isJsonObject(value)) return Object.keys(value).length === 0
  return value === '' || value === 0 || value === false || value === null
}

/** An entry of a map is a message of a key and a value. */
function addEntry(object: JsonObject, name: string, bytes: Buffer, type: string): void {
  let key = ''
  let value: JsonValue = type === 's' || type === 'y' ? '' : null
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) key = field.bytes.toString('utf8')
    else if (field.number === 2) value = readValue(field, type)
  }
  const entries = object[name]
  const map = isJsonObject(entries) ? entries : {}
  setOwnValue(map, key, value)
  object[name] = map
}

function readValue({ value, bytes }: WireField, type: string): JsonValue {
  switch (type) {
    case 'i':
      return value
    case 'b':
      return value !== 0
    case 's':
      return bytes.toString('utf8')
    case 'y':
      return bytes.toString('base64')
    case 't':
      return readTime(bytes, 0)
    case 'u':
      return readTime(bytes, 6)
    case 'q':
      return partsOf(bytes).get(1)?.toString('utf8') ?? ''
    case 'o':
      return readIntOrString(bytes)
    case 'r':
      return JSON.parse(partsOf(bytes).get(1)?.toString('utf8') ?? '{}') as JsonValue
    default:
      return readMessage(bytes, type.slice(1))
  }
}

/** Seconds and nanoseconds → RFC 3339; null for an empty message, which is no time. */
function readTime(bytes: Buffer, digits: 0 | 6): JsonValue {
  if (bytes.length === 0) return null
  let seconds = 0
  let nanoseconds = 0
  for (const { number, value } of fieldsOf(bytes)) {
    if (number === 1) seconds = value
    else if (number === 2) nanoseconds = value
  }
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) throw new RangeError('a time is out of range')
  const fraction = String(nanoseconds).padStart(9, '0').slice(0, digits)
  return `${date.toISOString().slice(0, 19)}${digits === 0 ? '' : `.${fraction}`}Z`
}

/** Type 0 holds a number, type 1 a text. */
function readIntOrString(bytes: Buffer): JsonValue {
  let isText = false
  let number = 0
  let text = ''
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) isText = field.value === 1
    else if (field.number === 2) number = field.value
    else if (field.number === 3) text = field.bytes.toString('utf8')
  }
  return isText ? text : number
}

interface WireField {
  readonly number: number
  /** Of a varint; 0 otherwise. */
  readonly value: number
  /** Of a length-delimited field; empty otherwise. */
  readonly bytes: Buffer
}

/** The fields of a message in order; throws RangeError on a broken encoding. */
function* fieldsOf(bytes: Buffer): Generator<WireField> {
  let position = 0
  const varint = (): number => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[position]
      if (byte === undefined) throw new RangeError('truncated varint')
      position += 1
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return Number(BigInt.asIntN(64, value))
    }
    throw new RangeError('varint too long')
  }
  const take = (length: number): Buffer => {
    const end = position + length
    if (length < 0 || end > bytes.length) throw new RangeError('truncated field')
    const taken = bytes.subarray(position, end)
    position = end
    return taken
  }
  while (position < bytes.length) {
    const tag = varint()
    const number = Math.floor(tag / 8)
    const wireType = tag % 8
    if (wireType === 0) yield { number, value: varint(), bytes: EMPTY }
    else if (wireType === 2) yield { number, value: 0, bytes: take(varint()) }
    else if (wireType === 1 || wireType === 5) take(wireType === 1 ? 8 : 4)
    else throw new RangeError(`wire type ${wireType}`)
  }
}
