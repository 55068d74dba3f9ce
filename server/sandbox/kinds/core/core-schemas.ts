/** core-schemas.json + schema-facts.ts → one `$ref`-free schema per kind → discovery, apply and explain. */

import { invariant } from '@/lib/shared/invariant'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import type { OpenApiSchema } from '../../api/contracts'
import generated from './core-schemas.json' with { type: 'json' }
import { stringAt } from './json-access'
import {
  ATOMIC_MAPS,
  ATOMIC_MODELS,
  KEY_DEFAULTS,
  LIST_MAP_KEYS,
  LIST_SETS,
  MICRO_TIMES,
  PATCH_MERGE_KEY,
  PATCH_STRATEGY,
  QUANTITIES,
  QUANTITY_MAPS,
  WITHOUT_PATCH_MERGE,
} from './schema-facts'

const models: Readonly<Record<string, JsonObject>> = generated.models
const expanded = new Map<string, OpenApiSchema>()

const QUANTITY: JsonObject = { 'x-kubernetes-int-or-string': true }

/** What Go knows of a schema and OpenAPI does not say. */
const goNames = new WeakMap<JsonObject, string>()
const quantities = new WeakSet<JsonObject>([QUANTITY])
const microTimes = new WeakSet<JsonObject>()

/** The Go struct a schema stands for, such as `PodSpec`; undefined for maps and plain values. */
export function goNameOf(schema: JsonObject): string | undefined {
  return goNames.get(schema)
}

/** Whether a schema stands for resource.Quantity. */
export function isQuantity(schema: JsonObject): boolean {
  return quantities.has(schema)
}

/** Whether a schema stands for metav1.MicroTime, as opposed to metav1.Time. */
export function isMicroTime(schema: JsonObject): boolean {
  return microTimes.has(schema)
}

/**
 * The whole schema of a model such as `V1Pod`, with descriptions and `x-kubernetes-*` list and merge facts.
 * Frozen, because equal sub-schemas are one shared object. `required` is for documentation: core
 * kinds are validated by their own functions, never by the schema's `required`.
 */
export function coreSchema(model: string): OpenApiSchema {
  const known = expanded.get(model)
  if (known !== undefined) return known
  const source = models[model]
  invariant(source !== undefined, `No core model is called ${model}.`)
  const properties: JsonObject = {}
  const declared = source['properties']
  for (const [name, property] of Object.entries(isJsonObject(declared) ? declared : {})) {
    if (isJsonObject(property)) properties[name] = expandProperty(`${model}.${name}`, property)
  }
  const atomic = ATOMIC_MODELS.has(model) ? { 'x-kubernetes-map-type': 'atomic' } : {}
  const schema = Object.freeze({ ...source, properties: Object.freeze(properties), ...atomic })
  expanded.set(model, schema)
  return schema
}

/** Text of a property's description, for table columns; empty when the model has none. */
export function coreDescription(model: string, property: string): string {
  const properties = coreSchema(model)['properties']
  const schema = isJsonObject(properties) ? properties[property] : undefined
  return isJsonObject(schema) ? stringAt(schema, 'description') : ''
}

function expandProperty(path: string, property: JsonObject): JsonObject {
  const schema: JsonObject = { ...resolve(property), ...mergeFacts(path) }
  if (isJsonObject(schema['items'])) schema['items'] = resolve(schema['items'])
  const values = schema['additionalProperties']
  if (isJsonObject(values)) {
    schema['additionalProperties'] = QUANTITY_MAPS.has(path) ? QUANTITY : resolve(values)
  }
  if (schema['type'] === 'array' && schema['x-kubernetes-list-type'] === undefined) {
    schema['x-kubernetes-list-type'] = 'atomic'
  }
  if (QUANTITIES.has(path)) {
    delete schema['type']
    Object.assign(schema, QUANTITY)
    quantities.add(schema)
  }
  if (MICRO_TIMES.has(path)) microTimes.add(schema)
  nameAfterModel(schema, property)
  // Go writes an unset time as null, and reads it back as unset.
  if (schema['format'] === 'date-time') schema['nullable'] = true
  const keyDefault = KEY_DEFAULTS[path]
  if (keyDefault !== undefined) schema['default'] = keyDefault
  return Object.freeze(schema)
}

function resolve(schema: JsonObject): JsonObject {
  const model = stringAt(schema, '$ref')
  if (model === '') return schema
  const { $ref: _, ...own } = schema
  const resolved = { ...coreSchema(model), ...own }
  nameAfterModel(resolved, schema)
  return resolved
}

/** `V1PodSpec` and `CoreV1Event` are PodSpec and Event in Go. */
function nameAfterModel(schema: JsonObject, source: JsonObject): void {
  const model = stringAt(source, '$ref')
  if (model !== '') goNames.set(schema, model.replace(/^.*?V\d+/, ''))
}

function mergeFacts(path: string): JsonObject {
  const facts: JsonObject = {}
  const keys = LIST_MAP_KEYS[path]
  const set = (name: string, value: JsonValue | undefined): void => {
    if (value !== undefined) facts[`x-kubernetes-${name}`] = value
  }
  if (keys !== undefined) {
    set('list-type', 'map')
    set('list-map-keys', [...keys])
    if (!WITHOUT_PATCH_MERGE.has(path)) {
      set('patch-merge-key', keys[0])
      set('patch-strategy', 'merge')
    }
  }
  if (LIST_SETS.has(path)) set('list-type', 'set')
  if (ATOMIC_MAPS.has(path)) set('map-type', 'atomic')
  if (PATCH_MERGE_KEY[path] !== undefined) {
    set('patch-merge-key', PATCH_MERGE_KEY[path])
    set('patch-strategy', 'merge')
  }
  set('patch-strategy', PATCH_STRATEGY[path])
  return facts
}
