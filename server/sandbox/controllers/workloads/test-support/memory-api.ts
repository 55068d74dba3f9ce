/**
 * A small API server in memory for the controllers' own tests: the built-in kinds with their defaults,
 * validation, generation and two-step Pod deletion, no HTTP and no history.
 */
import { isDeepStrictEqual } from 'node:util'
import type { ResourceKind } from '@/lib/gateway-api/kinds'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import type { JsonObject } from '@/lib/shared/json'
import { formatFieldError } from '@/lib/validation/field-error'
import type { ApiClient, ApiResult, BuiltinKind, WatchEvent } from '../../../api/contracts'
import { BUILTIN_KINDS } from '../../../kinds/core/builtin-kinds'

type Stored = KubernetesObject & { status?: unknown; spec?: unknown }
type Handler = (event: WatchEvent) => void

const failure = (code: number, reason: string, message: string): ApiResult => ({
  ok: false,
  code,
  reason,
  message,
})
const asJson = (object: KubernetesObject) => structuredClone(object) as unknown as JsonObject
const asStored = (object: JsonObject) => object as unknown as Stored
const keyOf = (namespace: string | undefined, name: string) => `${namespace ?? ''}/${name}`

export class MemoryApi implements ApiClient {
  /** Every write so far, as `update pods/default/a`; to see that controllers come to rest. */
  readonly writes: string[] = []
  readonly #now: () => number
  readonly #objects = new Map<string, Map<string, Stored>>()
  readonly #handlers = new Map<string, Set<Handler>>()
  readonly #failing = new Set<string>()
  #version = 0
  #uids = 0

  /** An empty store. `now` in epoch milliseconds stamps creation and deletion. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Answers the next write of this form (`updateStatus pods`) with a 409 instead of doing it. */
  failNext(write: string): void {
    this.#failing.add(write)
  }

  list(resource: ResourceKind, namespace?: string): readonly Stored[] {
    return [...this.#table(resource).values()].filter(
      (object) => namespace === undefined || object.metadata.namespace === namespace,
    )
  }

  get(resource: ResourceKind, namespace: string, name: string): Stored | undefined {
    return this.#table(resource).get(keyOf(namespace, name))
  }

  async create(resource: ResourceKind, object: KubernetesObject): Promise<ApiResult> {
    const key = keyOf(object.metadata.namespace, object.metadata.name)
    if (this.#refuses('create', resource, key)) return failure(409, 'Conflict', 'asked to fail')
    if (this.#table(resource).has(key)) return failure(409, 'AlreadyExists', key)
    const kind = kindOf(resource)
    this.#uids += 1
    const { metadata } = object
    const defaulted = kind.applyDefaults(
      asJson({ ...object, metadata: { ...metadata, uid: `uid-${this.#uids}` } }),
    )
    const prepared = kind.allocate?.(defaulted, () => false) ?? defaulted
    const errors = kind.validateCreate(prepared)
    if (errors.length > 0) return failure(422, 'Invalid', errors.map(formatFieldError).join(', '))
    const stored = asStored(prepared)
    stored.metadata.creationTimestamp = this.#stamp()
    if (kind.tracksGeneration !== false) stored.metadata.generation = 1
    return this.#save(resource, 'ADDED', stored)
  }

  async update(resource: ResourceKind, object: KubernetesObject): Promise<ApiResult> {
    const hasStatus = kindOf(resource).subresources.includes('status')
    return this.#change('update', resource, object, (old, given) =>
      hasStatus ? { ...given, status: old.status } : given,
    )
  }

  async updateStatus(resource: ResourceKind, object: KubernetesObject): Promise<ApiResult> {
    return this.#change('updateStatus', resource, object, (old, given) => ({
      ...old,
      status: given.status,
    }))
  }

  async delete(
    resource: ResourceKind,
    namespace: string,
    name: string,
    options: { uid?: string; gracePeriodSeconds?: number } = {},
  ): Promise<ApiResult> {
    const key = keyOf(namespace, name)
    if (this.#refuses('delete', resource, key)) return failure(409, 'Conflict', 'asked to fail')
    const old = this.#table(resource).get(key)
    if (old === undefined) return failure(404, 'NotFound', key)
    if (options.uid !== undefined && options.uid !== old.metadata.uid) {
      return failure(409, 'Conflict', 'another uid')
    }
    const marked = withMark(resource, old, options, this.#stamp())
    return marked === undefined
      ? this.#remove(resource, old)
      : this.#save(resource, 'MODIFIED', marked)
  }

  watch(resource: ResourceKind, handler: Handler): () => void {
    const known = this.#handlers.get(resource.plural) ?? new Set<Handler>()
    this.#handlers.set(resource.plural, known)
    for (const object of this.list(resource)) handler({ type: 'ADDED', object })
    known.add(handler)
    return () => known.delete(handler)
  }

  #change(
    verb: string,
    resource: ResourceKind,
    object: KubernetesObject,
    merge: (old: Stored, given: Stored) => Stored,
  ): ApiResult {
    const key = keyOf(object.metadata.namespace, object.metadata.name)
    if (this.#refuses(verb, resource, key)) return failure(409, 'Conflict', 'asked to fail')
    const old = this.#table(resource).get(key)
    if (old === undefined) return failure(404, 'NotFound', key)
    if (object.metadata.resourceVersion !== old.metadata.resourceVersion) {
      return failure(409, 'Conflict', 'the object has been modified')
    }
    const kind = kindOf(resource)
    const before = asJson(old)
    const merged = asJson(merge(old, asStored(kind.applyDefaults(asJson(object)))))
    const final = kind.prepareUpdate?.(merged, before) ?? merged
    const errors = kind.validateUpdate(final, before)
    if (errors.length > 0) return failure(422, 'Invalid', errors.map(formatFieldError).join(', '))
    const stored = asStored(final)
    if (kind.changesGeneration(final, before)) {
      stored.metadata.generation = (old.metadata.generation ?? 0) + 1
    }
    if (isDeepStrictEqual(stored, old)) return { ok: true, object: old }
    return isReleased(stored)
      ? this.#remove(resource, stored)
      : this.#save(resource, 'MODIFIED', stored)
  }

  #save(resource: ResourceKind, type: 'ADDED' | 'MODIFIED', object: Stored): ApiResult {
    this.#version += 1
    const stored = structuredClone(object)
    stored.metadata.resourceVersion = `${this.#version}`
    this.#table(resource).set(keyOf(stored.metadata.namespace, stored.metadata.name), stored)
    this.#notify(resource, { type, object: stored })
    return { ok: true, object: stored }
  }

  #remove(resource: ResourceKind, object: Stored): ApiResult {
    this.#table(resource).delete(keyOf(object.metadata.namespace, object.metadata.name))
    this.#notify(resource, { type: 'DELETED', object })
    return { ok: true, object }
  }

  #notify(resource: ResourceKind, event: WatchEvent): void {
    for (const handler of this.#handlers.get(resource.plural) ?? []) handler(event)
  }

  #table(resource: ResourceKind): Map<string, Stored> {
    const known = this.#objects.get(resource.plural) ?? new Map<string, Stored>()
    this.#objects.set(resource.plural, known)
    return known
  }

  #refuses(verb: string, resource: ResourceKind, key: string): boolean {
    this.writes.push(`${verb} ${resource.plural}/${key}`)
    return this.#failing.delete(`${verb} ${resource.plural}`)
  }

  #stamp(): string {
    return `${new Date(this.#now()).toISOString().slice(0, 19)}Z`
  }
}

function kindOf(resource: ResourceKind): BuiltinKind {
  const kind = BUILTIN_KINDS.find((each) => each.resource.plural === resource.plural)
  if (kind === undefined) throw new Error(`${resource.plural} is not built in.`)
  return kind
}

/** Whether a deleted object has lost what held it. */
function isReleased(object: Stored): boolean {
  const { deletionTimestamp, finalizers = [] } = object.metadata
  if (deletionTimestamp === undefined || finalizers.length > 0 || object.kind === 'Pod')
    return false
  const spec = object.spec as { finalizers?: string[] } | undefined
  return object.kind !== 'Namespace' || (spec?.finalizers ?? []).length === 0
}

/** The object as it waits for its end, or undefined when nothing holds it. */
function withMark(
  resource: ResourceKind,
  old: Stored,
  options: { gracePeriodSeconds?: number },
  time: string,
): Stored | undefined {
  const finalizers = old.metadata.finalizers ?? []
  const spec = old.spec as { nodeName?: string; terminationGracePeriodSeconds?: number } | undefined
  const grace =
    resource.plural === 'pods' && spec?.nodeName !== undefined
      ? (options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30)
      : 0
  if (finalizers.length === 0 && grace === 0) return undefined
  const marked = structuredClone(old)
  marked.metadata.deletionTimestamp = time
  if (grace > 0) marked.metadata.deletionGracePeriodSeconds = grace
  return marked
}
