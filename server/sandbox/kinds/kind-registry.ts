/** Built-in kinds and stored CustomResourceDefinitions → the kind that a path, or a resource, names. */
import type { ResourceKind } from '@/lib/gateway-api/kinds'
import type { JsonObject } from '@/lib/shared/json'
import { customServedKinds } from './custom-served-kind'
import type { ServedKind } from './served-kind'

/** Which kinds are served now: the built-in ones and those of the stored CustomResourceDefinitions. */
export class KindRegistry {
  readonly #builtin: readonly ServedKind[]
  readonly #custom = new Map<string, readonly ServedKind[]>()
  #byPath = new Map<string, ServedKind>()
  #generation = 0

  constructor(builtin: readonly ServedKind[]) {
    this.#builtin = builtin
    this.#index()
  }

  /** Moves whenever a kind comes, changes or goes: what caches of discovery and OpenAPI compare. */
  get generation(): number {
    return this.#generation
  }

  /** Serves a definition's versions in place of what that name served before. */
  define(name: string, definition: JsonObject): void {
    this.#custom.set(name, customServedKinds(definition))
    this.#index()
  }

  remove(name: string): void {
    this.#custom.delete(name)
    this.#index()
  }

  #index(): void {
    this.#generation += 1
    this.#byPath = new Map()
    for (const kind of this.all()) {
      const { group, version, plural } = kind.resource
      const path = `${group}/${version}/${plural}`
      // A definition cannot hide a built-in kind.
      if (!this.#byPath.has(path)) this.#byPath.set(path, kind)
    }
  }

  all(): ServedKind[] {
    return [...this.#builtin, ...[...this.#custom.values()].flat()]
  }

  find(group: string, version: string, plural: string): ServedKind | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`)
  }

  of(resource: Pick<ResourceKind, 'group' | 'version' | 'plural'>): ServedKind | undefined {
    return this.find(resource.group, resource.version, resource.plural)
  }

  hasGroupVersion(group: string, version: string): boolean {
    return this.all().some(
      ({ resource }) => resource.group === group && resource.version === version,
    )
  }

  /** One kind per resource, in its storage version where that is served. */
  storageKinds(): ServedKind[] {
    const byResource = new Map<string, ServedKind>()
    for (const kind of this.all()) {
      const key = `${kind.resource.group}/${kind.resource.plural}`
      if (!byResource.has(key) || kind.resource.version === kind.storageVersion) {
        byResource.set(key, kind)
      }
    }
    return [...byResource.values()]
  }
}
