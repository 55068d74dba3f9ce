import { celNames } from '@/lib/validation/cel-values'
import type { SchemaNode } from '@/lib/validation/structural-schema'

/**
 * A type in CEL. `unknown` is what cannot be worked out here: unlike `dyn` it never makes an error. `variable` stands in
 * signatures for any type.
 */
export type CelType =
  | { readonly is: 'plain'; readonly name: string }
  | { readonly is: 'dyn' | 'unknown' }
  | { readonly is: 'variable'; readonly name: string }
  | { readonly is: 'list'; readonly item: CelType }
  | { readonly is: 'map'; readonly key: CelType; readonly value: CelType }
  | { readonly is: 'optional'; readonly value: CelType }
  | { readonly is: 'object'; readonly fields: ReadonlyMap<string, CelType> }

export const UNKNOWN: CelType = { is: 'unknown' }
export const DYN: CelType = { is: 'dyn' }

/** A type without parameters: `bool`, `string`, `timestamp`. */
export function plainType(name: string): CelType {
  return { is: 'plain', name }
}

export const BOOL = plainType('bool')
const STRING = plainType('string')

/** The type of `self` for rules on a schema; undefined where rules see nothing. `isResource` is an object with a kind. */
export function celTypeOf(node: SchemaNode, isResource = false): CelType | undefined {
  if (node.intOrString) return DYN
  if (node.type === 'array') {
    const item = node.items === undefined ? undefined : celTypeOf(node.items)
    return item === undefined ? undefined : { is: 'list', item }
  }
  if (node.type !== 'object') return scalarType(node)
  if (node.additional !== undefined) {
    const value = celTypeOf(node.additional)
    return value === undefined ? undefined : { is: 'map', key: STRING, value }
  }
  return { is: 'object', fields: fieldsOf(node, isResource || node.embeddedResource) }
}

function fieldsOf(node: SchemaNode, isResource: boolean): Map<string, CelType> {
  const fields = new Map<string, CelType>()
  for (const [name, property] of node.properties) {
    const type = celTypeOf(property)
    if (type !== undefined) for (const spelling of celNames(name)) fields.set(spelling, type)
  }
  if (!isResource) return fields
  const names = new Map([
    ['name', STRING],
    ['generateName', STRING],
  ])
  return fields
    .set('apiVersion', STRING)
    .set('kind', STRING)
    .set('metadata', { is: 'object', fields: names })
}

const FORMATS: Readonly<Record<string, string>> = {
  byte: 'bytes',
  duration: 'duration',
  date: 'timestamp',
  'date-time': 'timestamp',
}

function scalarType({ type, declaredFormat }: SchemaNode): CelType | undefined {
  switch (type) {
    case 'string':
      return plainType(FORMATS[declaredFormat] ?? 'string')
    case 'boolean':
      return BOOL
    case 'number':
      return plainType('double')
    case 'integer':
      return plainType('int')
    default:
      return undefined
  }
}

/** A type as cel-go prints it, such as `map(string, list(int))`. */
export function typeText(type: CelType): string {
  switch (type.is) {
    case 'plain':
      return type.name
    case 'list':
      return `list(${typeText(type.item)})`
    case 'map':
      return `map(${typeText(type.key)}, ${typeText(type.value)})`
    case 'optional':
      return `optional_type(${typeText(type.value)})`
    case 'object':
      // cel-go names it after the time of day.
      return 'selfType'
    default:
      return 'dyn'
  }
}

export type Bindings = Map<string, CelType>

/** Whether a value of one type may stand where another is wanted; variables of `wanted` are bound on the way. */
export function isAssignable(given: CelType, wanted: CelType, bindings: Bindings): boolean {
  if (wanted.is === 'variable') {
    const bound = bindings.get(wanted.name)
    if (bound === undefined || isOpen(bound)) {
      bindings.set(wanted.name, given)
      return true
    }
    return isAssignable(given, bound, bindings)
  }
  if (isOpen(given) || isOpen(wanted)) return true
  if (isNull(given) || isNull(wanted)) return isNullable(given) && isNullable(wanted)
  switch (wanted.is) {
    case 'plain':
      return given.is === 'plain' && given.name === wanted.name
    case 'list':
      return given.is === 'list' && isAssignable(given.item, wanted.item, bindings)
    case 'map':
      return (
        given.is === 'map' &&
        isAssignable(given.key, wanted.key, bindings) &&
        isAssignable(given.value, wanted.value, bindings)
      )
    case 'optional':
      return given.is === 'optional' && isAssignable(given.value, wanted.value, bindings)
    default:
      return given === wanted
  }
}

/** A type with its variables replaced by what they are bound to. */
export function substitute(type: CelType, bindings: Bindings): CelType {
  switch (type.is) {
    case 'variable':
      return bindings.get(type.name) ?? DYN
    case 'list':
      return { is: 'list', item: substitute(type.item, bindings) }
    case 'map':
      return {
        is: 'map',
        key: substitute(type.key, bindings),
        value: substitute(type.value, bindings),
      }
    case 'optional':
      return { is: 'optional', value: substitute(type.value, bindings) }
    default:
      return type
  }
}

export function isOpen(type: CelType): boolean {
  return type.is === 'dyn' || type.is === 'unknown'
}

function isNull(type: CelType): boolean {
  return type.is === 'plain' && type.name === 'null'
}

const NULLABLE = new Set(['null', 'timestamp', 'duration'])

/** Objects, times and library types may be compared with null; scalars, lists and maps may not. */
function isNullable(type: CelType): boolean {
  if (type.is === 'plain') return NULLABLE.has(type.name) || type.name.includes('.')
  return type.is === 'object' || type.is === 'optional'
}
