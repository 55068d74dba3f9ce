/**
 * Request bodies of kubectl's typed clients: the envelope `k8s\0` + runtime.Unknown around the few messages they
 * send as protobuf. Field numbers from k8s.io/api generated.proto. A field not listed may be empty only: nothing
 * a client says is dropped silently.
 */
import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/validation/json-values'

type Field =
  | { readonly name: string; readonly is: 'text' | 'bool' | 'int' }
  | { readonly name: string; readonly is: 'message' | 'messages'; readonly of: Message }
  | { readonly name: string; readonly is: 'texts' }
  | { readonly name: string; readonly is: 'map' | 'bytesMap' | 'intOrString' }
type Message = Readonly<Record<number, Field>>

const OBJECT_META: Message = {
  1: { name: 'name', is: 'text' },
  2: { name: 'generateName', is: 'text' },
  3: { name: 'namespace', is: 'text' },
  5: { name: 'uid', is: 'text' },
  6: { name: 'resourceVersion', is: 'text' },
  11: { name: 'labels', is: 'map' },
  12: { name: 'annotations', is: 'map' },
  14: { name: 'finalizers', is: 'texts' },
}

const NAMESPACE: Message = {
  1: { name: 'metadata', is: 'message', of: OBJECT_META },
  2: { name: 'spec', is: 'message', of: { 1: { name: 'finalizers', is: 'texts' } } },
}

const RESOURCE_ATTRIBUTES: Message = {
  1: { name: 'namespace', is: 'text' },
  2: { name: 'verb', is: 'text' },
  3: { name: 'group', is: 'text' },
  4: { name: 'version', is: 'text' },
  5: { name: 'resource', is: 'text' },
  6: { name: 'subresource', is: 'text' },
  7: { name: 'name', is: 'text' },
}

const NON_RESOURCE_ATTRIBUTES: Message = {
  1: { name: 'path', is: 'text' },
  2: { name: 'verb', is: 'text' },
}

const ACCESS_REVIEW: Message = {
  1: { name: 'metadata', is: 'message', of: OBJECT_META },
  2: {
    name: 'spec',
    is: 'message',
    of: {
      1: { name: 'resourceAttributes', is: 'message', of: RESOURCE_ATTRIBUTES },
      2: { name: 'nonResourceAttributes', is: 'message', of: NON_RESOURCE_ATTRIBUTES },
    },
  },
}

const RULES_REVIEW: Message = {
  1: { name: 'metadata', is: 'message', of: OBJECT_META },
  2: { name: 'spec', is: 'message', of: { 1: { name: 'namespace', is: 'text' } } },
}

const DELETE_OPTIONS: Message = {
  1: { name: 'gracePeriodSeconds', is: 'int' },
  2: {
    name: 'preconditions',
    is: 'message',
    of: { 1: { name: 'uid', is: 'text' }, 2: { name: 'resourceVersion', is: 'text' } },
  },
  4: { name: 'propagationPolicy', is: 'text' },
  3: { name: 'orphanDependents', is: 'bool' },
  5: { name: 'dryRun', is: 'texts' },
}

const CONFIG_MAP: Message = {
  1: { name: 'metadata', is: 'message', of: OBJECT_META },
  2: { name: 'data', is: 'map' },
  4: { name: 'immutable', is: 'bool' },
}

const SERVICE_ACCOUNT: Message = {
  1: { name: 'metadata', is: 'message', of: OBJECT_META },
}

const SECRET: Message = {
  1: { name: 'metadata', is: 'message', of: OBJECT_META },
  2: { name: 'data', is: 'bytesMap' },
  3: { name: 'type', is: 'text' },
  4: { name: 'stringData', is: 'map' },
}

const CONTAINER: Message = {
  1: { name: 'name', is: 'text' },
  2: { name: 'image', is: 'text' },
  3: { name: 'command', is: 'texts' },
  4: { name: 'args', is: 'texts' },
  6: {
    name: 'ports',
    is: 'messages',
    of: {
      1: { name: 'name', is: 'text' },
      3: { name: 'containerPort', is: 'int' },
      4: { name: 'protocol', is: 'text' },
    },
  },
}

const POD_TEMPLATE: Message = {
  1: { name: 'metadata', is: 'message', of: OBJECT_META },
  2: {
    name: 'spec',
    is: 'message',
    of: { 2: { name: 'containers', is: 'messages', of: CONTAINER } },
  },
}

const DEPLOYMENT: Message = {
  1: { name: 'metadata', is: 'message', of: OBJECT_META },
  2: {
    name: 'spec',
    is: 'message',
    of: {
      1: { name: 'replicas', is: 'int' },
      2: { name: 'selector', is: 'message', of: { 1: { name: 'matchLabels', is: 'map' } } },
      3: { name: 'template', is: 'message', of: POD_TEMPLATE },
    },
  },
}

const SERVICE: Message = {
  1: { name: 'metadata', is: 'message', of: OBJECT_META },
  2: {
    name: 'spec',
    is: 'message',
    of: {
      1: {
        name: 'ports',
        is: 'messages',
        of: {
          1: { name: 'name', is: 'text' },
          2: { name: 'protocol', is: 'text' },
          3: { name: 'port', is: 'int' },
          4: { name: 'targetPort', is: 'intOrString' },
        },
      },
      2: { name: 'selector', is: 'map' },
      3: { name: 'clusterIP', is: 'text' },
      4: { name: 'type', is: 'text' },
    },
  },
}

const MESSAGES: Readonly<Record<string, Message>> = {
  Namespace: NAMESPACE,
  SelfSubjectAccessReview: ACCESS_REVIEW,
  SelfSubjectRulesReview: RULES_REVIEW,
  SelfSubjectReview: { 1: { name: 'metadata', is: 'message', of: OBJECT_META } },
  DeleteOptions: DELETE_OPTIONS,
  ConfigMap: CONFIG_MAP,
  ServiceAccount: SERVICE_ACCOUNT,
  Secret: SECRET,
  Deployment: DEPLOYMENT,
  Service: SERVICE,
}

const UNKNOWN: Message = {
  2: { name: 'raw', is: 'text' },
  3: { name: 'contentEncoding', is: 'text' },
  4: { name: 'contentType', is: 'text' },
  1: {
    name: 'typeMeta',
    is: 'message',
    of: { 1: { name: 'apiVersion', is: 'text' }, 2: { name: 'kind', is: 'text' } },
  },
}

const MAGIC = Buffer.from('k8s\0')

/** The object in the envelope; undefined when it is broken or of a kind not known here. */
export function decodeProtobuf(body: Buffer): JsonObject | undefined {
  if (!body.subarray(0, 4).equals(MAGIC)) return undefined
  try {
    const envelope = body.subarray(4)
    const type = readMessage(envelope, UNKNOWN)['typeMeta']
    if (!isJsonObject(type)) return undefined
    const { apiVersion, kind } = type
    const message = typeof kind === 'string' ? MESSAGES[kind] : undefined
    const raw = rawOf(envelope)
    if (message === undefined || raw === undefined || apiVersion === undefined) return undefined
    return { apiVersion, kind: kind ?? '', ...readMessage(raw, message) }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** runtime.Unknown.raw, field 2. */
function rawOf(envelope: Buffer): Buffer | undefined {
  const reader = new Reader(envelope)
  while (!reader.isDone) {
    const { number, bytes } = reader.field()
    if (number === 2) return bytes
  }
  return undefined
}

function readMessage(bytes: Buffer, message: Message): JsonObject {
  const object: JsonObject = {}
  const reader = new Reader(bytes)
  while (!reader.isDone) {
    const { number, value, bytes: content } = reader.field()
    const field = message[number]
    if (field !== undefined) addField(object, field, value, content)
    else if (value !== 0 || !isBlank(content)) throw new RangeError(`field ${number}`)
  }
  return object
}

/** Whether a field holds nothing but zero values: Go sends its structs whole, set or not. */
function isBlank(bytes: Buffer | undefined): boolean {
  if (bytes === undefined || bytes.length === 0) return true
  try {
    const reader = new Reader(bytes)
    while (!reader.isDone) {
      const { value, bytes: content } = reader.field()
      if (value !== 0 || !isBlank(content)) return false
    }
    return true
  } catch {
    return false
  }
}

function addField(
  object: JsonObject,
  field: Field,
  value: number,
  bytes: Buffer | undefined,
): void {
  if (field.is === 'bool') object[field.name] = value !== 0
  else if (field.is === 'int') object[field.name] = value
  if (bytes === undefined) return
  switch (field.is) {
    case 'text':
      if (bytes.length > 0) object[field.name] = bytes.toString('utf8')
      return
    case 'texts':
      object[field.name] = [...listOf(object[field.name]), bytes.toString('utf8')]
      return
    case 'message':
      object[field.name] = readMessage(bytes, field.of)
      return
    case 'messages':
      object[field.name] = [...listOf(object[field.name]), readMessage(bytes, field.of)]
      return
    case 'map':
      addEntry(object, field.name, bytes, 'utf8')
      return
    case 'bytesMap':
      addEntry(object, field.name, bytes, 'base64')
      return
    case 'intOrString':
      addIntOrString(object, field.name, readMessage(bytes, INT_OR_STRING))
      return
    default:
      return
  }
}

function listOf(value: JsonObject[string] | undefined) {
  return Array.isArray(value) ? value : []
}

const INT_OR_STRING: Message = {
  1: { name: 'type', is: 'int' },
  2: { name: 'int', is: 'int' },
  3: { name: 'text', is: 'text' },
}

/** An unset one is sent as the number 0, which no port is. */
function addIntOrString(object: JsonObject, name: string, value: JsonObject): void {
  const { type = 0, int = 0, text } = value
  if (type === 1 && text !== undefined) object[name] = text
  else if (type === 0 && int !== 0) object[name] = int
}

function addEntry(
  object: JsonObject,
  name: string,
  bytes: Buffer,
  encoding: 'utf8' | 'base64',
): void {
  const reader = new Reader(bytes)
  const parts = ['', '']
  while (!reader.isDone) {
    const { number, bytes: part } = reader.field()
    if (number <= 2 && part !== undefined) {
      parts[number - 1] = part.toString(number === 1 ? 'utf8' : encoding)
    }
  }
  const entries = Object.entries(object[name] ?? {})
  // fromEntries defines own properties, whatever the key is called.
  object[name] = Object.fromEntries([...entries, parts])
}

class Reader {
  readonly #bytes: Buffer
  #position = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isDone(): boolean {
    return this.#position >= this.#bytes.length
  }

  /** The next field; throws RangeError on a broken encoding. */
  field(): { number: number; value: number; bytes: Buffer | undefined } {
    const tag = this.#varint()
    const number = Math.floor(tag / 8)
    const wireType = tag % 8
    if (wireType === 0) return { number, value: this.#varint(), bytes: undefined }
    if (wireType === 1) return { number, value: 0, bytes: this.#take(8) }
    if (wireType === 2) return { number, value: 0, bytes: this.#take(this.#varint()) }
    if (wireType === 5) return { number, value: 0, bytes: this.#take(4) }
    throw new RangeError(`wire type ${wireType}`)
  }

  #varint(): number {
    let value = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#bytes[this.#position]
      if (byte === undefined) throw new RangeError('truncated varint')
      this.#position += 1
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new RangeError('varint too long')
  }

  #take(length: number): Buffer {
    if (this.#position + length > this.#bytes.length) throw new RangeError('truncated field')
    const bytes = this.#bytes.subarray(this.#position, this.#position + length)
    this.#position += length
    return bytes
  }
}
