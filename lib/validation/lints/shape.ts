/**
 * What a person wrote, of any shape, → a value that is safe to use under its type. A shape says which types the fields that the
 * product knows must have; it follows the type, so that a field added to one and not to the other does not compile. Every other
 * field travels along untouched.
 */
import { isJsonObject } from '@/lib/shared/json-values'

/** The shape of a type: its words, lists, maps and fields. */
export type Shape<T> = unknown extends T
  ? 'any'
  : [T] extends [boolean]
    ? 'boolean'
    : [T] extends [number]
      ? 'number'
      : [T] extends [string]
        ? string extends T
          ? 'text'
          : OneOf<T>
        : [T] extends [readonly (infer Item)[]]
          ? { readonly listOf: Shape<Item> }
          : string extends keyof T
            ? { readonly mapOf: Shape<T[string & keyof T]> }
            : Fields<T>

/** The first of the words stands in where one is needed and missing. */
interface OneOf<Word extends string> {
  readonly oneOf: readonly Word[]
}

type OptionalKey<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T]

interface Fields<T> {
  readonly required: { readonly [K in Exclude<keyof T, OptionalKey<T>>]: Shape<T[K]> }
  readonly optional: { readonly [K in OptionalKey<T>]-?: Shape<NonNullable<T[K]>> }
}

type Named = Readonly<Record<string, AnyShape>>
type AnyFields = { readonly required: Named; readonly optional: Named }
type AnyShape =
  | 'any'
  | 'boolean'
  | 'number'
  | 'text'
  | { readonly oneOf: readonly string[] }
  | { readonly listOf: AnyShape }
  | { readonly mapOf: AnyShape }
  | AnyFields

/**
 * The object with what has the wrong type left out. Items of lists keep their places, and required fields are there, empty where
 * they were not; an optional object whose required word or number is missing is left out as a whole. Reads own fields only.
 */
export function readAs<T>(shape: Fields<T>, value: unknown): T {
  // The one place where what was checked against the shape gets the type that the shape follows.
  return readFields(shape as unknown as AnyFields, isJsonObject(value) ? value : {}, true) as T
}

/** The value as the shape has it; undefined where it has another type. */
function read(shape: AnyShape, value: unknown): unknown {
  if (shape === 'any') return value
  if (shape === 'text') return typeof value === 'string' ? value : undefined
  if (shape === 'number' || shape === 'boolean') return typeof value === shape ? value : undefined
  if ('oneOf' in shape) return shape.oneOf.find((word) => word === value)
  if ('listOf' in shape) {
    return Array.isArray(value) ? value.map((item) => readItem(shape.listOf, item)) : undefined
  }
  if (!isJsonObject(value)) return undefined
  return 'mapOf' in shape ? readMap(shape.mapOf, value) : readFields(shape, value, false)
}

function readItem(shape: AnyShape, item: unknown): unknown {
  const isFields = typeof shape === 'object' && 'required' in shape
  if (isFields) return readFields(shape, isJsonObject(item) ? item : {}, true)
  return read(shape, item) ?? emptyOf(shape)
}

function readMap(shape: AnyShape, map: object): object {
  const entries = Object.entries(map).map(([key, value]) => [key, read(shape, value)] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** The fields; undefined where a word or number is missing that nothing can stand in for, unless the place has to stay. */
function readFields(
  { required, optional }: AnyFields,
  fields: object,
  staysInPlace: boolean,
): object | undefined {
  const found = Object.entries(fields).flatMap(([key, value]) => {
    const shape = shapeOf(required, key) ?? shapeOf(optional, key) ?? 'any'
    const field = read(shape, value)
    return field === undefined ? [] : [[key, field] as const]
  })
  const present = new Set(found.map(([key]) => key))
  const missing = Object.entries(required).filter(([key]) => !present.has(key))
  if (!staysInPlace && missing.some(([, shape]) => isUnguessable(shape))) return undefined
  const filled = missing.map(([key, shape]) => [key, emptyOf(shape)] as const)
  return Object.fromEntries([...found, ...filled])
}

function shapeOf(shapes: Named, key: string): AnyShape | undefined {
  return Object.hasOwn(shapes, key) ? shapes[key] : undefined
}

function isUnguessable(shape: AnyShape): boolean {
  return shape === 'number' || (typeof shape === 'object' && 'oneOf' in shape)
}

function emptyOf(shape: AnyShape): unknown {
  if (shape === 'text') return ''
  if (shape === 'number') return 0
  if (shape === 'boolean') return false
  if (shape === 'any') return null
  if ('oneOf' in shape) return shape.oneOf[0]
  if ('listOf' in shape) return []
  return 'mapOf' in shape ? {} : readFields(shape, {}, true)
}
