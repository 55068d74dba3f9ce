import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, ownValue } from '@/lib/shared/json-values'
import type { OpenApiSchema } from '../api/contracts'

export type ScalarKind = 'numeric' | 'string' | 'boolean' | 'untyped'

export interface ListAtom {
  /** Atomic lists are one value; associative ones merge by key, or by value when `keys` is empty. */
  readonly associative: boolean
  readonly keys: readonly string[]
  element(): Atom
}

export interface MapAtom {
  readonly atomic: boolean
  /** No declared fields and any value: nothing is known of it, so a change of schema says nothing either. */
  readonly isDeduced: boolean
  hasField(name: string): boolean
  /** Type of a field: as declared, else of additional fields, else undefined: not declared in the schema. */
  field(name: string): Atom | undefined
  /** Default of a declared field, for list keys that are left out. */
  fieldDefault(name: string): JsonValue | undefined
}

/** What a value may be, as structured-merge-diff sees a schema. More than one for untyped values. */
export interface Atom {
  readonly scalar?: ScalarKind
  readonly list?: ListAtom
  readonly map?: MapAtom
}

/** A value without schema inside an atomic one. */
const UNTYPED_ATOMIC: Atom = {
  scalar: 'untyped',
  list: { associative: false, keys: [], element: () => UNTYPED_ATOMIC },
  map: {
    atomic: true,
    isDeduced: true,
    hasField: () => false,
    field: () => UNTYPED_ATOMIC,
    fieldDefault: () => undefined,
  },
}

/** A value without schema: maps merge by field, lists are atomic. */
export const DEDUCED: Atom = {
  scalar: 'untyped',
  list: { associative: false, keys: [], element: () => UNTYPED_ATOMIC },
  map: {
    atomic: false,
    isDeduced: true,
    hasField: () => false,
    field: () => DEDUCED,
    fieldDefault: () => undefined,
  },
}

const STRING: OpenApiSchema = { type: 'string' }
const STRING_MAP: OpenApiSchema = { type: 'object', additionalProperties: STRING }

/** ObjectMeta as far as merging is concerned; CRDs never spell it out. */
const OBJECT_META: OpenApiSchema = {
  type: 'object',
  properties: {
    annotations: STRING_MAP,
    creationTimestamp: STRING,
    deletionGracePeriodSeconds: { type: 'integer' },
    deletionTimestamp: STRING,
    finalizers: { type: 'array', items: STRING, 'x-kubernetes-list-type': 'set' },
    generateName: STRING,
    generation: { type: 'integer' },
    labels: STRING_MAP,
    managedFields: { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'atomic' },
    name: STRING,
    namespace: STRING,
    ownerReferences: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['uid'],
      items: {
        type: 'object',
        'x-kubernetes-map-type': 'atomic',
        properties: {
          apiVersion: STRING,
          blockOwnerDeletion: { type: 'boolean' },
          controller: { type: 'boolean' },
          kind: STRING,
          name: STRING,
          uid: STRING,
        },
      },
    },
    resourceVersion: STRING,
    selfLink: STRING,
    uid: STRING,
  },
}

type Scope = 'plain' | 'preserving'
const cache: Readonly<Record<Scope | 'root', WeakMap<OpenApiSchema, Atom>>> = {
  plain: new WeakMap(),
  preserving: new WeakMap(),
  root: new WeakMap(),
}

/**
 * The type of a whole object: its schema with apiVersion, kind and metadata filled in where a CRD leaves
 * them out. Kept per schema object, so pass the same one for the same kind.
 */
export function rootAtom(schema: OpenApiSchema): Atom {
  return memoize('root', schema, () => atomOf(withObjectFields(schema), 'plain'))
}

function atomOf(schema: OpenApiSchema, scope: Scope): Atom {
  return memoize(scope, schema, () => convert(schema, scope))
}

function memoize(key: Scope | 'root', schema: OpenApiSchema, build: () => Atom): Atom {
  const known = cache[key].get(schema)
  if (known !== undefined) return known
  const atom = build()
  cache[key].set(schema, atom)
  return atom
}

function withObjectFields(schema: OpenApiSchema): OpenApiSchema {
  const properties = schemaAt(schema, 'properties') ?? {}
  const metadata = schemaAt(properties, 'metadata')
  const hasMetadata = metadata !== undefined && isJsonObject(ownValue(metadata, 'properties'))
  return {
    ...schema,
    type: 'object',
    properties: {
      apiVersion: STRING,
      kind: STRING,
      ...properties,
      metadata: hasMetadata ? metadata : OBJECT_META,
    },
  }
}

function convert(schema: OpenApiSchema, outer: Scope): Atom {
  const scope = schema['x-kubernetes-preserve-unknown-fields'] === true ? 'preserving' : outer
  if (schema['x-kubernetes-embedded-resource'] === true) {
    const { 'x-kubernetes-embedded-resource': _, ...plain } = schema
    return atomOf(withObjectFields(plain), scope)
  }
  switch (schema['type']) {
    case 'object':
      return { map: mapAtom(schema, scope) }
    case 'array':
      return { list: listAtom(schema, scope) }
    case 'integer':
    case 'number':
      return { scalar: 'numeric' }
    case 'boolean':
      return { scalar: 'boolean' }
    case 'string':
      return { scalar: isAlsoNumeric(schema['format']) ? 'untyped' : 'string' }
    default:
      return { scalar: 'untyped', list: listAtom(schema, scope), map: mapAtom(schema, scope) }
  }
}

function isAlsoNumeric(format: JsonValue | undefined): boolean {
  return format === 'int-or-string' || format === 'quantity'
}

function listAtom(schema: OpenApiSchema, scope: Scope): ListAtom {
  const items = schemaAt(schema, 'items')
  return {
    ...relationship(schema),
    element: () => (items === undefined ? UNTYPED_ATOMIC : atomOf(items, scope)),
  }
}

/** The list type, or for core kinds without one what their strategic merge patch says. */
function relationship(schema: OpenApiSchema): { associative: boolean; keys: readonly string[] } {
  const keys = schema['x-kubernetes-list-map-keys']
  switch (schema['x-kubernetes-list-type']) {
    case 'map':
      return { associative: true, keys: Array.isArray(keys) ? keys.map(String) : [] }
    case 'set':
      return { associative: true, keys: [] }
    case 'atomic':
      return { associative: false, keys: [] }
    default: {
      const strategy = schema['x-kubernetes-patch-strategy']
      const key = schema['x-kubernetes-patch-merge-key']
      const merges = typeof strategy === 'string' && strategy.split(',').includes('merge')
      return { associative: merges, keys: merges && typeof key === 'string' ? [key] : [] }
    }
  }
}

function mapAtom(schema: OpenApiSchema, scope: Scope): MapAtom {
  const properties = schemaAt(schema, 'properties') ?? {}
  const names = Object.keys(properties)
  const other = otherFields(schema, scope, names.length > 0)
  return {
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    isDeduced: names.length === 0 && other() === DEDUCED,
    hasField: (name) => Object.hasOwn(properties, name),
    field: (name) => {
      const declared = schemaAt(properties, name)
      return declared === undefined ? other() : atomOf(declared, scope)
    },
    fieldDefault: (name) => {
      const declared = schemaAt(properties, name)
      return declared === undefined ? undefined : ownValue(declared, 'default')
    },
  }
}

/** Type of the fields that `properties` does not name. */
function otherFields(
  schema: OpenApiSchema,
  scope: Scope,
  hasProperties: boolean,
): () => Atom | undefined {
  const additional = schema['additionalProperties']
  if (isJsonObject(additional)) return () => atomOf(additional, scope)
  const isFree = additional === undefined && (scope === 'preserving' || !hasProperties)
  return additional === true || isFree ? () => DEDUCED : () => undefined
}

function schemaAt(object: JsonObject, key: string): OpenApiSchema | undefined {
  const value = ownValue(object, key)
  return isJsonObject(value) ? value : undefined
}

/** The part of a type that fits a value; the whole type when none does or the value says nothing. */
export function deduce(atom: Atom, value: JsonValue | undefined): Atom {
  if (value === undefined || value === null) return atom
  if (Array.isArray(value)) return atom.list === undefined ? atom : { list: atom.list }
  if (typeof value === 'object') return atom.map === undefined ? atom : { map: atom.map }
  return atom.scalar === undefined ? atom : { scalar: atom.scalar }
}

/** How a type is handled once `deduce` has narrowed it: maps first, then scalars, then lists. */
export function shapeOf(atom: Atom): 'map' | 'scalar' | 'list' {
  if (atom.map !== undefined) return 'map'
  return atom.scalar !== undefined ? 'scalar' : 'list'
}
