/** Watch events → this → revisions: what changed in a manifest, by whom and when. Changes of status are none. */
import { parse } from 'yaml'
import type { Revision } from '@/lib/dashboard-api/history'
import { keyOf, type NamespacedName } from '@/lib/gateway-api/references'
import type { KubernetesObject, ManagedFieldsEntry } from '@/lib/gateway-api/types'
import { toEditableYaml } from '@/lib/manifest/to-editable-yaml'
import { authorOfChange } from '@/lib/revisions/author-of-change'
import { summariseChange } from '@/lib/revisions/summarise-change'
import { isJsonObject } from '@/lib/shared/json-values'
import type { ObjectChange } from '../kube/informer'
import type { Logger } from '../log'
import type { HistoryLimits } from './limits'
import type { NewRevision, RevisionStore } from './revision-store'

export interface RecorderParts {
  readonly store: RevisionStore
  readonly limits: HistoryLimits
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly logger: Logger
}

/** Writes revisions one after another, in the order the changes were seen. */
export class Recorder {
  /** Why the last change was not kept; `''` when it was. */
  problem = ''
  private readonly parts: RecorderParts
  /** Of every route as last seen: tells whose entry a change wrote. */
  private readonly managedFields = new Map<NamespacedName, readonly ManagedFieldsEntry[]>()
  private waiting: (() => Promise<void>)[] = []
  private running: Promise<void> = Promise.resolve()

  constructor(parts: RecorderParts) {
    this.parts = parts
  }

  /** Takes one change. `isCatchingUp` while the first list is read: the change happened before this began to watch. */
  see({ type, object }: ObjectChange, isCatchingUp: boolean): void {
    const seenAt = this.parts.now()
    this.enqueue(() =>
      type === 'DELETED' ? this.gone(object, seenAt) : this.changed(object, isCatchingUp, seenAt),
    )
  }

  /** Takes that a route is not there: it was deleted while nobody watched. */
  missing(route: NamespacedName): void {
    const seenAt = this.parts.now()
    this.enqueue(() => this.deleted(route, seenAt))
  }

  /** Resolves when everything seen so far is dealt with. */
  async settled(): Promise<void> {
    await this.running
  }

  private enqueue(task: () => Promise<void>): void {
    this.waiting.push(task)
    if (this.waiting.length > this.parts.limits.waitingMax) this.waiting.shift()
    this.running = this.running.then(async () => {
      const next = this.waiting.shift()
      if (next === undefined) return
      try {
        await next()
        this.problem = ''
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        if (this.problem === '') this.parts.logger.error('revision not kept', { error: message })
        this.problem = message
      }
    })
  }

  private async changed(
    object: KubernetesObject,
    isCatchingUp: boolean,
    seenAt: number,
  ): Promise<void> {
    const { store, limits } = this.parts
    const route = keyOf(object)
    const { uid = '', generation = 0, managedFields = [] } = object.metadata
    const author = authorOfChange(this.managedFields.get(route) ?? null, managedFields)
    this.managedFields.set(route, managedFields)
    const last = store.of(route).at(-1)
    const before = last === undefined ? null : predecessor(store, route, last, uid)
    const manifest = toEditableYaml(object)
    if (before === manifest) return
    if (Buffer.byteLength(manifest) > limits.manifestBytesMax) {
      throw new Error(`${route} is too large for its history.`)
    }
    // Deleted and created again while nobody watched.
    if (before === null) await this.deleted(route, seenAt)
    const isFirst = last === undefined && isCatchingUp
    const made: NewRevision = {
      at: author?.at ?? seenAt,
      action: before !== null ? 'changed' : isFirst ? 'found' : 'created',
      manager: author?.manager ?? '',
      operation: author?.operation ?? '',
      uid,
      generation,
      unseen: before === null ? 0 : Math.max(0, generation - (last?.generation ?? 0) - 1),
      ...summaryOf(before, manifest),
    }
    await store.add(route, made, manifest)
  }

  private async gone(object: KubernetesObject, seenAt: number): Promise<void> {
    const route = keyOf(object)
    this.managedFields.delete(route)
    await this.deleted(route, seenAt)
  }

  /** The API server does not say who deleted an object. */
  private async deleted(route: NamespacedName, seenAt: number): Promise<void> {
    const { store } = this.parts
    const last = store.of(route).at(-1)
    if (last === undefined || last.action === 'deleted') return
    const { uid, generation } = last
    const made: NewRevision = {
      at: seenAt,
      action: 'deleted',
      manager: '',
      operation: '',
      uid,
      generation,
      unseen: 0,
      changes: [],
      changesMore: 0,
    }
    await store.add(route, made, store.read(route, last.id)?.manifest ?? '')
  }
}

/** The manifest of the last revision, when it is of the same object; null when this one begins anew. */
function predecessor(
  store: RevisionStore,
  route: NamespacedName,
  last: Revision,
  uid: string,
): string | null {
  if (last.action === 'deleted' || last.uid !== uid) return null
  return store.read(route, last.id)?.manifest ?? ''
}

function summaryOf(
  before: string | null,
  after: string,
): Pick<NewRevision, 'changes' | 'changesMore'> {
  const [old, made]: readonly unknown[] = [before === null ? null : parse(before), parse(after)]
  if (!isJsonObject(old) || !isJsonObject(made)) return { changes: [], changesMore: 0 }
  const { lines, more } = summariseChange(old, made)
  return { changes: lines, changesMore: more }
}
