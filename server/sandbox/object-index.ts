import type { ApiObject } from './api-object'

/** The committed objects of one resource in memory, with their keys in the order a list has. */
export class ObjectIndex {
  readonly #objects = new Map<string, ApiObject>()
  #sortedKeys: string[] | undefined

  get size(): number {
    return this.#objects.size
  }

  get(key: string): ApiObject | undefined {
    return this.#objects.get(key)
  }

  set(key: string, object: ApiObject): void {
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

  entries(): IterableIterator<[string, ApiObject]> {
    return this.#objects.entries()
  }
}

function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
