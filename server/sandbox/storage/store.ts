/**
 * Objects in memory over an lmdb file. A write is decided at once against the newest state (`head`), waits for
 * the disk together with the other writes of its batch, and only then shows to readers and watchers.
 * Previous step: a `*-object.ts` operation. Next step: watch-hub.ts.
 */
import type { JsonObject } from '@/lib/shared/json'
import { Listeners } from '@/lib/shared/listeners'
import type { Logger } from '../../log'
import {
  type ApiObject,
  asApiObject,
  deepFreeze,
  isBeingDeleted,
  nameOf,
  namespaceOf,
  withMetadata,
} from '../api/api-object'
import { OBJECT_BYTES_MAX, OBJECTS_MAX, PENDING_WRITES_MAX } from '../api/limits'
import { objectKey } from '../api/names'
import { StoredObject } from '../api/object-json'
import { failure, type Outcome, success } from '../api/outcome'
import { insufficientStorage, internal, tooLarge, tooManyRequests } from '../api/status-error'
import type { DurableLog } from './durable-log'
import { ObjectIndex } from './object-index'
import { StoreEvent, WatchHistory } from './watch-history'

interface PendingWrite {
  readonly event: StoreEvent
  readonly json: string | undefined
  readonly resolve: (outcome: Outcome<ApiObject>) => void
}

/** All objects of the sandbox, by resource and key. */
export class Store {
  readonly #log: DurableLog
  readonly #logger: Logger
  readonly #indexes = new Map<string, ObjectIndex>()
  readonly #histories = new Map<string, WatchHistory>()
  readonly #startVersion: number
  /** Newest state of keys with a write under way; undefined means deleted. */
  readonly #head = new Map<string, { object: StoredObject | undefined; writes: number }>()
  #queue: PendingWrite[] = []
  #flushing: Promise<void> | undefined
  #nextVersion: number
  #committedVersion: number
  #count = 0
  #isClosed = false
  #writeProblem: string | undefined
  readonly #listeners = new Listeners<[StoreEvent]>()

  constructor(log: DurableLog, logger: Logger) {
    this.#log = log
    this.#logger = logger
    // A fresh cluster starts at 1, because 0 means "any version" to clients.
    this.#startVersion = Math.max(1, log.revision)
    this.#nextVersion = this.#startVersion + 1
    this.#committedVersion = this.#startVersion
    for (const { key, json } of log.entries()) this.#load(key, json)
  }

  #load(storedKey: string, json: string): void {
    const [group = '', plural = '', namespace = '', name = ''] = storedKey.split('/')
    this.#index(`${group}/${plural}`).set(objectKey(namespace, name), new StoredObject(json))
    this.#count += 1
  }

  #index(resource: string): ObjectIndex {
    let index = this.#indexes.get(resource)
    if (index === undefined) {
      index = new ObjectIndex()
      this.#indexes.set(resource, index)
    }
    return index
  }

  /** The history of a resource, from the start of this process on. */
  history(resource: string): WatchHistory {
    let history = this.#histories.get(resource)
    if (history === undefined) {
      history = new WatchHistory(this.#startVersion)
      this.#histories.set(resource, history)
    }
    return history
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Why the last batch of writes was refused by the disk; undefined when it was taken. */
  get writeProblem(): string | undefined {
    return this.#writeProblem
  }

  /** resourceVersion of the newest committed change. */
  get version(): number {
    return this.#committedVersion
  }

  /** Committed objects of a resource. */
  objects(resource: string): ObjectIndex {
    return this.#index(resource)
  }

  get(resource: string, key: string): ApiObject | undefined {
    return this.#indexes.get(resource)?.get(key)
  }

  /** The object as the next write has to see it, committed or not. */
  head(resource: string, key: string): ApiObject | undefined {
    return this.#headStored(resource, key)?.object
  }

  #headStored(resource: string, key: string): StoredObject | undefined {
    const pending = this.#head.get(`${resource}/${key}`)
    return pending === undefined ? this.#indexes.get(resource)?.stored(key) : pending.object
  }

  /** Every object of a resource as the next write has to see it. */
  *headObjects(resource: string): Generator<ApiObject> {
    for (const [key, object] of this.#index(resource).entries()) {
      if (!this.#head.has(`${resource}/${key}`)) yield object
    }
    for (const [key, pending] of this.#head) {
      if (pending.object !== undefined && key.startsWith(`${resource}/`))
        yield pending.object.object
    }
  }

  /** Calls back for every committed change, in order. Returns the unsubscribe function. */
  subscribe(listener: (event: StoreEvent) => void): () => void {
    return this.#listeners.add(listener)
  }

  /** Stores an object under a new resourceVersion; resolves when it is on disk and visible. */
  put(resource: string, object: JsonObject): Promise<Outcome<ApiObject>> {
    const key = objectKey(namespaceOf(object), nameOf(object))
    const before = this.#headStored(resource, key)
    const refusal = this.#refusal(before === undefined)
    if (refusal !== undefined) return Promise.resolve(refusal)
    const version = this.#nextVersion
    const versioned = asApiObject(
      deepFreeze(withMetadata(object, { resourceVersion: String(version) })),
    )
    const json = JSON.stringify(versioned)
    if (json.length > OBJECT_BYTES_MAX) return Promise.resolve(failure(tooLarge(OBJECT_BYTES_MAX)))
    this.#nextVersion += 1
    const type = before === undefined ? 'ADDED' : 'MODIFIED'
    const after = new StoredObject(json, versioned)
    return this.#enqueue(new StoreEvent({ type, resource, key, version, after, before }), json)
  }

  /** Removes an object for good; the outcome holds its last state under the deletion's resourceVersion. */
  remove(resource: string, key: string): Promise<Outcome<ApiObject>> {
    const before = this.#headStored(resource, key)
    if (before === undefined) return Promise.resolve(failure(internal(`no object ${key}`)))
    const refusal = this.#refusal(false)
    if (refusal !== undefined) return Promise.resolve(refusal)
    const version = this.#nextVersion
    this.#nextVersion += 1
    const object = deepFreeze(withMetadata(before.object, { resourceVersion: String(version) }))
    const after = new StoredObject(JSON.stringify(object), object)
    const event = new StoreEvent({ type: 'DELETED', resource, key, version, after, before })
    return this.#enqueue(event, undefined)
  }

  #refusal(isNew: boolean): { ok: false; error: import('../api/outcome').ApiStatus } | undefined {
    if (this.#isClosed) return failure(internal('the server is shutting down'))
    if (this.#queue.length >= PENDING_WRITES_MAX) {
      return failure(tooManyRequests('too many writes are waiting for the disk'))
    }
    if (isNew && this.#count >= OBJECTS_MAX) {
      return failure(insufficientStorage(`the store holds its limit of ${OBJECTS_MAX} objects`))
    }
    return undefined
  }

  #enqueue(event: StoreEvent, json: string | undefined): Promise<Outcome<ApiObject>> {
    const headKey = `${event.resource}/${event.key}`
    const pending = this.#head.get(headKey)
    const object = event.type === 'DELETED' ? undefined : event.after
    this.#head.set(headKey, { object, writes: (pending?.writes ?? 0) + 1 })
    if (event.type === 'ADDED') this.#count += 1
    if (event.type === 'DELETED') this.#count -= 1
    return new Promise((resolve) => {
      this.#queue.push({ event, json, resolve })
      this.#flushing ??= this.#flush()
    })
  }

  /** One batch at a time: what arrives while the disk is busy forms the next one. */
  async #flush(): Promise<void> {
    // Requests of the same turn of the event loop share the first batch.
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const batch = this.#queue
      this.#queue = []
      const error = await this.#append(batch)
      if (error === undefined) this.#publish(batch)
      else this.#abandon(batch, error)
    }
    this.#flushing = undefined
  }

  async #append(batch: readonly PendingWrite[]): Promise<unknown> {
    const last = batch.at(-1)
    if (last === undefined) return undefined
    try {
      await this.#log.append(
        batch.map(({ event, json }) => ({ key: `${event.resource}/${event.key}`, json })),
        last.event.version,
      )
      return undefined
    } catch (error) {
      return error ?? new Error('unknown error')
    }
  }

  #publish(batch: readonly PendingWrite[]): void {
    this.#writeProblem = undefined
    for (const { event, resolve } of batch) {
      if (event.type === 'DELETED') this.#index(event.resource).delete(event.key)
      else this.#index(event.resource).set(event.key, event.after)
      this.#committedVersion = event.version
      this.history(event.resource).push(event)
      this.#settleHead(event)
      this.#listeners.tell(event)
      resolve(success(event.object))
    }
  }

  #settleHead(event: StoreEvent): void {
    const headKey = `${event.resource}/${event.key}`
    const pending = this.#head.get(headKey)
    if (pending === undefined) return
    if (pending.writes <= 1) this.#head.delete(headKey)
    else this.#head.set(headKey, { ...pending, writes: pending.writes - 1 })
  }

  /** Nothing of the batch is on disk: forget it, and what was decided on top of it meanwhile. */
  #abandon(batch: readonly PendingWrite[], error: unknown): void {
    const dependents = this.#queue
    this.#queue = []
    this.#head.clear()
    this.#count = 0
    for (const index of this.#indexes.values()) this.#count += index.size
    const message = error instanceof Error ? error.message : String(error)
    this.#writeProblem = message
    this.#logger.error('the disk refused a batch of writes', {
      writes: batch.length,
      error: message,
    })
    const status = isOutOfSpace(message)
      ? insufficientStorage('the disk that holds the cluster is full: nothing was written')
      : internal(`the write could not be stored: ${message}`)
    for (const { resolve } of [...batch, ...dependents]) resolve(failure(status))
  }

  /** Waits for writes under way, then closes the file. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#flushing
    await this.#log.close()
  }
}

function isOutOfSpace(message: string): boolean {
  return /no space left|disk full|ENOSPC|MDB_MAP_FULL|file too large/i.test(message)
}

/** Whether an object that is being deleted has nothing left that holds it. */
export function isReadyToRemove(object: JsonObject): boolean {
  const { finalizers } = object['metadata'] as JsonObject
  return isBeingDeleted(object) && (!Array.isArray(finalizers) || finalizers.length === 0)
}
