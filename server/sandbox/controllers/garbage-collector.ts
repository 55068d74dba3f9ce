/** Deletes what lost its last owner. https://kubernetes.io/docs/concepts/architecture/garbage-collection/ */

import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import {
  type ApiObject,
  finalizersOf,
  isBeingDeleted,
  listAt,
  metadataOf,
  textAt,
  uidOf,
  withMetadata,
} from '../api/api-object'
import { resourceKey } from '../api/names'
import { type SandboxContext, unexpected } from '../requests/context'
import { isReadyToRemove } from '../storage/store'
import type { StoreEvent } from '../storage/watch-history'
import { BACKGROUND_DELETION, deleteObject } from '../verbs/delete-object'

interface Dependent {
  readonly resource: string
  readonly key: string
}

/** Follows every change and keeps dependents by the uid of their owner. */
export class GarbageCollector {
  readonly #context: SandboxContext
  /** Owner uid → `resource key` → where the dependent is. */
  readonly #dependents = new Map<string, Map<string, Dependent>>()
  readonly #unsubscribe: () => void

  constructor(context: SandboxContext) {
    this.#context = context
    for (const kind of context.kinds.storageKinds()) {
      const resource = resourceKey(kind.resource)
      for (const [key, object] of context.store.objects(resource).entries('"ownerReferences"')) {
        this.#link(resource, key, object)
      }
    }
    this.#unsubscribe = context.store.subscribe((event) => this.#onEvent(event))
  }

  stop(): void {
    this.#unsubscribe()
  }

  #onEvent(event: StoreEvent): void {
    if (event.previous !== undefined) this.#unlink(event)
    if (event.type === 'DELETED') {
      this.#run(() => this.#collectDependents(event.object))
      this.#run(() => this.#settleForeground(event.object))
      return
    }
    this.#link(event.resource, event.key, event.object)
    const finalizers = finalizersOf(event.object)
    if (!isBeingDeleted(event.object)) return
    if (finalizers.includes('orphan')) this.#run(() => this.#orphan(event))
    if (finalizers.includes('foregroundDeletion')) this.#run(() => this.#foreground(event))
  }

  /** Work started by an event must not keep the event waiting, nor fail unseen. */
  #run(work: () => Promise<void>): void {
    work().catch((error: unknown) => unexpected(this.#context, error))
  }

  #link(resource: string, key: string, object: ApiObject): void {
    for (const uid of ownerUids(object)) {
      const dependents = this.#dependents.get(uid) ?? new Map<string, Dependent>()
      this.#dependents.set(uid, dependents)
      dependents.set(`${resource} ${key}`, { resource, key })
    }
  }

  #unlink(event: StoreEvent): void {
    for (const uid of ownerUids(event.previous)) {
      const dependents = this.#dependents.get(uid)
      dependents?.delete(`${event.resource} ${event.key}`)
      if (dependents?.size === 0) this.#dependents.delete(uid)
    }
  }

  #dependentsOf(uid: string): { dependent: Dependent; object: ApiObject }[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])].flatMap((dependent) => {
      const object = this.#context.store.head(dependent.resource, dependent.key)
      return object === undefined ? [] : [{ dependent, object }]
    })
  }

  #kindOf(resource: string) {
    return this.#context.kinds
      .storageKinds()
      .find((kind) => resourceKey(kind.resource) === resource)
  }

  async #collectDependents(owner: ApiObject): Promise<void> {
    const uid = uidOf(owner)
    await Promise.all(
      this.#dependentsOf(uid).map(async ({ dependent, object }) => {
        const others = ownerUids(object).filter((other) => other !== uid)
        if (others.some((other) => this.#exists(object, other))) {
          await this.#dropOwner(dependent, object, uid)
          return
        }
        const kind = this.#kindOf(dependent.resource)
        if (kind !== undefined) await deleteObject(this.#context, kind, object, BACKGROUND_DELETION)
      }),
    )
  }

  /** Whether an owner named in the object's references is still there under that uid. */
  #exists(object: ApiObject, uid: string): boolean {
    const reference = references(object).find((owner) => owner['uid'] === uid)
    if (reference === undefined) return false
    const namespace = textAt(metadataOf(object), 'namespace')
    const apiVersion = textAt(reference, 'apiVersion')
    const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
    const kind = this.#context.kinds
      .storageKinds()
      .find(({ resource }) => resource.group === group && resource.kind === reference['kind'])
    if (kind === undefined) return false
    const key = `${kind.resource.namespaced ? namespace : ''}/${textAt(reference, 'name')}`
    const owner = this.#context.store.head(resourceKey(kind.resource), key)
    return owner !== undefined && uidOf(owner) === uid
  }

  async #dropOwner(dependent: Dependent, object: ApiObject, uid: string): Promise<void> {
    const kept = references(object).filter((owner) => owner['uid'] !== uid)
    const ownerReferences = kept.length > 0 ? kept : undefined
    await this.#context.store.put(dependent.resource, withMetadata(object, { ownerReferences }))
  }

  /** Orphan: dependents forget the owner, then the owner may go. */
  async #orphan(event: StoreEvent): Promise<void> {
    const uid = uidOf(event.object)
    await Promise.all(
      this.#dependentsOf(uid).map(({ dependent, object }) =>
        this.#dropOwner(dependent, object, uid),
      ),
    )
    await this.#release(event.resource, event.key, 'orphan')
  }

  /** Foreground: blocking dependents go first. */
  async #foreground(event: StoreEvent): Promise<void> {
    const uid = uidOf(event.object)
    const dependents = this.#dependentsOf(uid)
    await Promise.all(
      dependents.map(async ({ dependent, object }) => {
        const kind = this.#kindOf(dependent.resource)
        const policy = { ...BACKGROUND_DELETION, propagationPolicy: 'Foreground' } as const
        if (kind !== undefined && !isBeingDeleted(object)) {
          await deleteObject(this.#context, kind, object, policy)
        }
      }),
    )
    if (!this.#isBlocked(uid)) await this.#release(event.resource, event.key, 'foregroundDeletion')
  }

  #isBlocked(uid: string): boolean {
    return this.#dependentsOf(uid).some(({ object }) =>
      references(object).some(
        (owner) => owner['uid'] === uid && owner['blockOwnerDeletion'] === true,
      ),
    )
  }

  /** A dependent is gone: its owner may have waited for it. */
  async #settleForeground(gone: ApiObject): Promise<void> {
    for (const reference of references(gone)) {
      const uid = textAt(reference, 'uid')
      const owner = this.#find(gone, reference)
      if (owner === undefined || uidOf(owner.object) !== uid || this.#isBlocked(uid)) continue
      if (finalizersOf(owner.object).includes('foregroundDeletion')) {
        await this.#release(owner.resource, owner.key, 'foregroundDeletion')
      }
    }
  }

  #find(dependent: ApiObject, reference: JsonObject) {
    const kind = this.#context.kinds
      .storageKinds()
      .find(({ resource }) => resource.kind === reference['kind'])
    if (kind === undefined) return undefined
    const namespace = kind.resource.namespaced ? textAt(metadataOf(dependent), 'namespace') : ''
    const key = `${namespace}/${textAt(reference, 'name')}`
    const resource = resourceKey(kind.resource)
    const object = this.#context.store.head(resource, key)
    return object === undefined ? undefined : { resource, key, object }
  }

  /** Takes a finalizer off, and the object away when it was the last. */
  async #release(resource: string, key: string, finalizer: string): Promise<void> {
    const object = this.#context.store.head(resource, key)
    if (object === undefined || !finalizersOf(object).includes(finalizer)) return
    const kept = finalizersOf(object).filter((name) => name !== finalizer)
    const released = withMetadata(object, { finalizers: kept.length > 0 ? kept : undefined })
    if (isReadyToRemove(released)) await this.#context.store.remove(resource, key)
    else await this.#context.store.put(resource, released)
  }
}

function references(object: ApiObject | undefined): JsonObject[] {
  return listAt(object === undefined ? undefined : metadataOf(object), 'ownerReferences').filter(
    isJsonObject,
  )
}

function ownerUids(object: ApiObject | undefined): string[] {
  return references(object).map((owner) => textAt(owner, 'uid'))
}
