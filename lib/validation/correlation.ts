import type { JsonValue } from '@/lib/shared/json'
import { equalJson, isJsonObject, ownValue } from '@/lib/shared/json-values'
import type { SchemaNode } from '@/lib/validation/structural-schema'

/**
 * A value of the new object beside the value of the old object it can be compared with: what ratcheting needs to know.
 * Fields of objects correlate by name and items of map lists by key; items of other lists never do.
 * Source: k8s.io/apiserver/pkg/cel/common/equality.go.
 */
export class Correlation {
  readonly #schema: SchemaNode | undefined
  readonly #value: JsonValue
  readonly #old: JsonValue
  readonly #judges: boolean
  #unchanged: boolean | undefined
  #oldItems: OldItems | undefined

  constructor(schema: SchemaNode | undefined, value: JsonValue, old: JsonValue, judges = true) {
    this.#schema = schema
    this.#value = value
    this.#old = old
    this.#judges = judges
  }

  /** Whether the value equals its old value, so that its errors are tolerated. */
  isUnchanged(): boolean {
    if (!this.#judges) return false
    this.#unchanged ??= this.#isEqual()
    return this.#unchanged
  }

  /** Map lists are equal in any order; everything else is compared as it stands. */
  #isEqual(): boolean {
    if (isJsonObject(this.#value) && isJsonObject(this.#old)) {
      const names = Object.keys(this.#value)
      if (names.length !== Object.keys(this.#old).length) return false
      return names.every((name) => this.key(name)?.isUnchanged() === true)
    }
    const areLists = Array.isArray(this.#value) && Array.isArray(this.#old)
    if (!areLists || this.#schema?.listType !== 'map') return equalJson(this.#value, this.#old)
    if (this.#value.length !== this.#old.length) return false
    return this.#value.every((_, position) => this.index(position)?.isUnchanged() === true)
  }

  /** The same correlation for a branch of allOf, anyOf, oneOf or not, which is never tolerated by itself. */
  withoutOwnVerdict(): Correlation {
    return new Correlation(this.#schema, this.#value, this.#old, false)
  }

  /** The correlation of a field, or undefined when the old object has none to compare. */
  key(name: string): Correlation | undefined {
    const schema = this.#schema?.properties.get(name) ?? this.#schema?.additional
    if (schema === undefined || !isJsonObject(this.#value) || !isJsonObject(this.#old)) {
      return undefined
    }
    const value = ownValue(this.#value, name)
    const old = ownValue(this.#old, name)
    return value === undefined || old === undefined
      ? undefined
      : new Correlation(schema, value, old)
  }

  /** The correlation of a list item, for lists with map keys. */
  index(position: number): Correlation | undefined {
    const schema = this.#schema
    if (schema?.items === undefined || !Array.isArray(this.#value) || !Array.isArray(this.#old)) {
      return undefined
    }
    const item = this.#value[position]
    if (item === undefined) return undefined
    this.#oldItems ??= new OldItems(schema, this.#old)
    const old = this.#oldItems.find(item)
    return old === undefined ? undefined : new Correlation(schema.items, item, old)
  }
}

/** Items of an old list, found by the map keys of the list; every other list finds nothing. */
export class OldItems {
  readonly #keys: readonly string[]
  readonly #itemsByKey = new Map<string, JsonValue>()

  constructor(schema: SchemaNode, items: readonly JsonValue[]) {
    this.#keys = schema.listType === 'map' ? schema.listMapKeys : []
    for (const item of items) {
      const key = this.#keyOf(item)
      if (key !== undefined && !this.#itemsByKey.has(key)) this.#itemsByKey.set(key, item)
    }
  }

  find(item: JsonValue): JsonValue | undefined {
    const key = this.#keyOf(item)
    return key === undefined ? undefined : this.#itemsByKey.get(key)
  }

  /** An item that lacks a key, or has one that is no plain value, is not found. */
  #keyOf(item: JsonValue): string | undefined {
    if (this.#keys.length === 0 || !isJsonObject(item)) return undefined
    const values = this.#keys.map((key) => ownValue(item, key))
    const isKeyed = values.every((value) => value !== undefined && isScalar(value))
    return isKeyed ? JSON.stringify(values) : undefined
  }
}

function isScalar(value: JsonValue): boolean {
  return value !== null && typeof value !== 'object'
}
