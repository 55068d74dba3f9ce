/**
 * A body of a compiled-in kind, read as Go's decoder reads it into a struct: values of the wrong type end the request,
 * nulls become zero values, and empty lists and maps are left out.
 */
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, setOwnValue } from '@/lib/shared/json-values'
import type { OpenApiSchema } from '../../api/contracts'
import { goTypeOf } from '../../api/go-format'
import { goNameOf, isMicroTime, isQuantity } from './core-schemas'
import { base64Problem, quantityProblem, timeProblem } from './go-text-forms'
import { objectAt, stringAt, stringsAt } from './json-access'

/** What a decoder says of the first value it cannot take: encoding/json's words, and those for strategic patches. */
export type TypedRead =
  | { readonly ok: true; readonly object: JsonObject }
  | { readonly ok: false; readonly reason: string; readonly conversion: string }

/**
 * The object as the struct holds it, or why it does not fit. `name` is the kind, which messages begin fields with.
 * Source: encoding/json, and the UnmarshalJSON methods of metav1.Time, intstr.IntOrString and resource.Quantity.
 */
export function readTyped(schema: OpenApiSchema, name: string, object: JsonObject): TypedRead {
  const reader = new Reader()
  const read = reader.struct(schema, name, object, '')
  return reader.problem === undefined
    ? { ok: true, object: read }
    : { ok: false, ...reader.problem }
}

/** The field a value is meant for: the struct that has it, and its whole path. */
interface Place {
  readonly struct: string
  readonly path: string
}

/** The largest whole numbers of Go's types; beyond 2^53 JSON numbers are not exact anyway. */
const INTEGER_MAX: Readonly<Record<string, number>> = {
  int32: 2 ** 31 - 1,
  int64: Number.MAX_SAFE_INTEGER,
}

class Reader {
  problem: { reason: string; conversion: string } | undefined

  struct(schema: JsonObject, name: string, value: JsonObject, path: string): JsonObject {
    const properties = objectAt(schema, 'properties') ?? {}
    const required = stringsAt(schema, 'required')
    const result: JsonObject = {}
    for (const [key, field] of Object.entries(value)) {
      const known = Object.hasOwn(properties, key) ? properties[key] : undefined
      const place = { struct: name, path: path === '' ? key : `${path}.${key}` }
      const read = isJsonObject(known) ? this.#value(known, field, place) : field
      if (read === undefined || (isEmpty(known, read) && !required.includes(key))) continue
      setOwnValue(result, key, read)
    }
    return result
  }

  /** undefined for null, which leaves the field as it was: unset. */
  #value(schema: JsonObject, value: JsonValue, place: Place): JsonValue | undefined {
    if (value === null) return undefined
    if (schema['x-kubernetes-int-or-string'] === true) return this.#eitherForm(schema, value, place)
    switch (stringAt(schema, 'type')) {
      case 'object':
        return this.#object(schema, value, place)
      case 'array':
        return this.#list(schema, value, place)
      case 'string':
        return this.#text(schema, value, place)
      case 'integer':
        return this.#integer(schema, value, place)
      default:
        if (typeof value !== 'boolean') this.#refuse(value, 'bool', place)
        return value
    }
  }

  #object(schema: JsonObject, value: JsonValue, place: Place): JsonValue {
    const values = objectAt(schema, 'additionalProperties')
    const isStruct = objectAt(schema, 'properties') !== undefined
    if (values === undefined && !isStruct) return value
    if (!isJsonObject(value)) {
      this.#refuse(value, goTypeName(schema), place)
      return value
    }
    if (values === undefined) {
      return this.struct(schema, goNameOf(schema) ?? place.struct, value, place.path)
    }
    const result: JsonObject = {}
    for (const [key, entry] of Object.entries(value)) {
      setOwnValue(result, key, this.#value(values, entry, place) ?? zeroOf(values))
    }
    return result
  }

  #list(schema: JsonObject, value: JsonValue, place: Place): JsonValue {
    if (!Array.isArray(value)) {
      this.#refuse(value, goTypeName(schema), place)
      return value
    }
    const items = objectAt(schema, 'items') ?? {}
    return value.map((item) => this.#value(items, item, place) ?? zeroOf(items))
  }

  #text(schema: JsonObject, value: JsonValue, place: Place): JsonValue {
    const format = stringAt(schema, 'format')
    if (format === 'date-time') this.#own(timeProblem(value, isMicroTime(schema)))
    else if (typeof value !== 'string') this.#refuse(value, goTypeName(schema), place)
    else if (format === 'byte') this.#own(base64Problem(value))
    return value
  }

  #integer(schema: JsonObject, value: JsonValue, place: Place): JsonValue {
    const type = goTypeName(schema)
    if (typeof value !== 'number') this.#refuse(value, type, place)
    else if (!Number.isInteger(value) || Math.abs(value) > (INTEGER_MAX[type] ?? 0)) {
      this.#fail(`number ${value}`, type, place)
    }
    return value
  }

  #eitherForm(schema: JsonObject, value: JsonValue, place: Place): JsonValue {
    if (isQuantity(schema)) this.#own(quantityProblem(value))
    else if (typeof value === 'number' && !Number.isInteger(value)) {
      this.#own(`json: cannot unmarshal number ${value} into Go value of type int32`)
    } else if (typeof value !== 'string' && typeof value !== 'number') {
      this.#own(`json: cannot unmarshal ${goTypeOf(value)} into Go value of type int32`, place)
    }
    return value
  }

  #refuse(value: JsonValue, type: string, place: Place): void {
    this.#fail(goTypeOf(value), type, place)
  }

  #fail(found: string, type: string, { struct, path }: Place): void {
    const reason = `json: cannot unmarshal ${found} into Go struct field ${struct}.${path} of type ${type}`
    this.problem ??= { reason, conversion: conversionProblem(found, type) }
  }

  /** The words of a type's own decoder, which knows of no field. */
  #own(reason: string | undefined, _place?: Place): void {
    if (reason !== undefined) this.problem ??= { reason, conversion: reason }
  }
}

/** Lists and maps carry omitempty throughout the API; the empty list of a required field is kept. */
function isEmpty(schema: JsonValue | undefined, value: JsonValue): boolean {
  if (Array.isArray(value)) return value.length === 0
  const isMap = isJsonObject(schema) && isJsonObject(schema['additionalProperties'])
  return isMap && isJsonObject(value) && Object.keys(value).length === 0
}

function zeroOf(schema: JsonObject): JsonValue {
  const type = stringAt(schema, 'type')
  if (type === 'string') return ''
  if (type === 'integer') return 0
  return type === 'boolean' ? false : {}
}

function goTypeName(schema: JsonObject): string {
  if (isQuantity(schema)) return 'resource.Quantity'
  const values = objectAt(schema, 'additionalProperties')
  switch (stringAt(schema, 'type')) {
    case 'array':
      return `[]${goTypeName(objectAt(schema, 'items') ?? {})}`
    case 'object':
      return values === undefined
        ? `v1.${goNameOf(schema) ?? 'FieldsV1'}`
        : `map[string]${goTypeName(values)}`
    case 'string':
      return stringAt(schema, 'format') === 'byte' ? '[]uint8' : 'string'
    case 'integer':
      return stringAt(schema, 'format')
    default:
      return 'bool'
  }
}

/** Go's kinds of JSON values, by their JSON type. */
const CONVERTED: Readonly<Record<string, string>> = {
  array: 'slice',
  number: 'int64',
  object: 'map',
}

/** k8s.io/apimachinery/pkg/runtime/converter.go, which a strategic merge patch goes through. */
function conversionProblem(found: string, type: string): string {
  const kind = CONVERTED[found] ?? found
  if (type.startsWith('[]')) return `cannot restore slice from ${kind}`
  if (type.startsWith('map')) return `cannot restore map from ${kind}`
  return type.startsWith('v1.')
    ? `cannot restore struct from: ${kind}`
    : `unrecognized type: ${type}`
}
