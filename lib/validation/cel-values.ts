import { type CelInput, type CelMap, celList, celMap, isCelError } from '@bufbuild/cel'
import { create } from '@bufbuild/protobuf'
import { DurationSchema, timestampFromMs } from '@bufbuild/protobuf/wkt'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, ownValue } from '@/lib/shared/json-values'
import { parseGoDuration } from '@/lib/validation/go-duration'
import { isGoInteger } from '@/lib/validation/go-text'
import { CEL_STEPS_MAX } from '@/lib/validation/limits'
import type { SchemaNode } from '@/lib/validation/structural-schema'
import { wrongData } from '@/lib/validation/wrong-data'

/** What the API server says when rules cost too much. */
export const COST_EXCEEDED = 'operation cancelled: actual cost limit exceeded'

/** Steps all rules of one object may take, so that a rule with nested loops cannot hang a server or an editor. */
export class CelBudget {
  #stepsLeft = CEL_STEPS_MAX

  get stepsLeft(): number {
    return this.#stepsLeft
  }

  spend(steps: number): void {
    this.#stepsLeft -= steps
    if (this.#stepsLeft < 0) throw new Error(COST_EXCEEDED)
  }
}

class MeteredMap extends Map<string, CelInput> {
  readonly #budget: CelBudget

  constructor(budget: CelBudget) {
    super()
    this.#budget = budget
  }

  override get(key: string): CelInput | undefined {
    this.#budget.spend(1)
    return super.get(key)
  }

  override keys(): MapIterator<string> {
    this.#budget.spend(this.size)
    return super.keys()
  }
}

class MeteredList extends Array<CelInput> {
  #budget: CelBudget | undefined

  static metered(items: readonly CelInput[], budget: CelBudget): MeteredList {
    const list = new MeteredList()
    for (const item of items) list.push(item)
    list.#budget = budget
    return list
  }

  override values(): ArrayIterator<CelInput> {
    this.#budget?.spend(this.length)
    return super.values()
  }
}

/** Converts values of one object to CEL values as their schema says, each container once. */
export class CelValues {
  readonly #budget: CelBudget
  readonly #converted = new WeakMap<object, CelInput>()

  constructor(budget: CelBudget) {
    this.#budget = budget
  }

  /** The CEL value, or undefined where the schema gives no type that rules could see. */
  convert(node: SchemaNode, value: JsonValue, isResource = false): CelInput | undefined {
    if (!node.isVisibleToRules) return undefined
    const fault = wrongData(node, value)
    if (fault !== undefined) return fault
    if (value === null) return null
    if (typeof value !== 'object') return convertScalar(node, value)
    const known = this.#converted.get(value)
    if (known !== undefined) return known
    const converted = Array.isArray(value)
      ? this.#convertList(node, value)
      : this.#convertObject(node, value, isResource || node.embeddedResource)
    if (converted !== undefined) this.#converted.set(value, converted)
    return converted
  }

  #convertList(node: SchemaNode, value: readonly JsonValue[]): CelInput | undefined {
    const { items } = node
    if (items === undefined) return undefined
    const converted = value
      .map((item) => this.convert(items, item))
      .filter((item) => item !== undefined)
    return celList(MeteredList.metered(converted, this.#budget))
  }

  #convertObject(node: SchemaNode, value: JsonObject, isResource: boolean): CelInput | undefined {
    if (node.type !== 'object') return undefined
    const fields = new MeteredMap(this.#budget)
    for (const key of Object.keys(value)) {
      if (!(isResource && RESOURCE_FIELDS.has(key))) this.#addField(fields, node, value, key)
    }
    if (isResource) this.#addResourceFields(fields, value)
    return withFaults(celMap(fields), fields)
  }

  #addField(fields: MeteredMap, node: SchemaNode, value: JsonObject, key: string): void {
    const declared = node.properties.get(key)
    const schema = declared ?? node.additional
    const child = value[key] ?? null
    // A nullable field that is null counts as absent; in a map, null is a value.
    if (schema === undefined || (declared !== undefined && child === null)) return
    const converted = this.convert(schema, child)
    if (converted === undefined) return
    const names = declared === undefined ? [key] : celNames(key)
    for (const name of names) fields.set(name, converted)
  }

  /** Rules on a resource see its type and, of its metadata, the names only. */
  #addResourceFields(fields: MeteredMap, value: JsonObject): void {
    for (const key of ['apiVersion', 'kind']) {
      const text = ownValue(value, key)
      if (typeof text === 'string') fields.set(key, text)
    }
    const metadata = ownValue(value, 'metadata')
    if (!isJsonObject(metadata)) return
    const names = new MeteredMap(this.#budget)
    for (const key of ['name', 'generateName']) {
      const text = ownValue(metadata, key)
      if (typeof text === 'string') names.set(key, text)
    }
    fields.set('metadata', celMap(names))
  }
}

/**
 * The map, whose wrong data is met as an error: the evaluator's own would throw for it, and a rule whose other side decides
 * would fail with it.
 */
function withFaults(map: CelMap, fields: MeteredMap): CelMap {
  if (![...fields.values()].some((value) => isCelError(value))) return map
  const [get, has] = [map.get.bind(map), map.has.bind(map)]
  const faultAt = (key: unknown): unknown => {
    const raw = typeof key === 'string' ? fields.get(key) : undefined
    return isCelError(raw) ? raw : undefined
  }
  // Whatever comes from here goes on as a value of a rule, which may be an error.
  map.get = (key) => (faultAt(key) as ReturnType<CelMap['get']>) ?? get(key)
  map.has = (key) => (faultAt(key) as boolean | undefined) ?? has(key)
  return map
}

const RESOURCE_FIELDS = new Set(['apiVersion', 'kind', 'metadata'])

function convertScalar(node: SchemaNode, value: string | number | boolean): CelInput | undefined {
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') {
    return node.type !== 'number' && isGoInteger(value) ? BigInt(value) : value
  }
  if (node.type !== 'string') return node.intOrString ? value : undefined
  return convertText(node.declaredFormat, value)
}

/** Rules see dates and durations as such; text that is none stays text, as its format was reported already. */
function convertText(format: string, text: string): CelInput {
  if (format === 'date' || format === 'date-time' || format === 'datetime') {
    const milliseconds = Date.parse(text)
    return Number.isNaN(milliseconds) ? text : timestampFromMs(milliseconds)
  }
  if (format === 'duration') {
    const duration = parseGoDuration(text)
    return duration === undefined ? text : toDuration(duration)
  }
  return text
}

/** A CEL duration. */
export function toDuration(nanoseconds: bigint): CelInput {
  return create(DurationSchema, {
    seconds: nanoseconds / 1_000_000_000n,
    nanos: Number(nanoseconds % 1_000_000_000n),
  })
}

const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)

const ESCAPED: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
}

/**
 * The names under which rules reach a field: escaped as the API server does, and plain for reserved words such as
 * `namespace`, which rules of the Gateway API use unescaped.
 * Source: k8s.io/apiserver/pkg/cel/escaping.go.
 */
export function celNames(field: string): string[] {
  if (RESERVED.has(field)) return [`__${field}__`, field]
  if (!/__|[-./]/.test(field)) return [field]
  return [field.replace(/__|[-./]/g, (part) => ESCAPED[part] ?? part)]
}
