import type { ApiObject } from '../api/api-object'
import type { StoredObject } from '../api/object-json'

/** The committed objects of one resource, with their keys in the order a list has. */
export class ObjectIndex {
  readonly #objects = new Map<string, StoredObject>()
  #sortedKeys: string[] | undefined

  get size(): number {
    return this.#objects.size
  }

  get(key: string): ApiObject | undefined {
    return this.#objects.get(key)?.object
  }

  /** The object with its text, not parsed yet. */
  stored(key: string): StoredObject | undefined {
    return this.#objects.get(key)
  }

  set(key: string, object: StoredObject): void {
    if (!this.#objects.has(key)) this.#sortedKeys = undefined
    this.#objects.set(key, object)
  }

  delete(key: string): void {
    if (this.#objects.delete(key)) this.#sortedKeys = undefined
  }

  /** Keys by namespace, then name. Sorted again only after a key came or went. */
  keys(): readonly string[] {
    this.#sortedKeys ??= [...this.#objects.keys()].sort(compareBytes)
    return this.#sortedKeys
  }

  /** Every object, or those whose text contains a part; only these are parsed. */
  *entries(part = ''): Generator<[string, ApiObject]> {
    for (const [key, stored] of this.#objects) {
      if (stored.text.includes(part)) yield [key, stored.object]
    }
  }
}

function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
