/** Committed changes → the watches that asked for them. Previous step: store.ts. Next step: watch-stream.ts. */
import { Listeners } from '@/lib/shared/listeners'
import type { Logger } from '../../log'
import type { ApiObject } from '../api/api-object'
import { withMetadata } from '../api/api-object'
import type { Matcher } from '../api/contracts'
import { BOOKMARK_INTERVAL_MS, WATCHES_MAX } from '../api/limits'
import { failure, type Outcome, success } from '../api/outcome'
import { expired } from '../api/status-error'
import type { Store } from './store'
import type { StoreEvent } from './watch-history'

export interface WatchFilter {
  readonly resource: string
  /** '' watches all namespaces. */
  readonly namespace: string
  /** Whether an object is of interest; undefined means every one. */
  readonly matches: Matcher | undefined
}

/** A change as one watch sees it. */
export interface WatchChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: ApiObject
}

/** Who is told of changes. */
export interface Subscriber {
  readonly onEvent: (event: StoreEvent) => void
  /** The hub found that a change had been missed, and has ended the subscription: begin again from what is known. */
  readonly onLost: () => void
}

/** One open subscription, as its owner holds it. Only the hub knows, and moves, how far it has come. */
export interface Subscription {
  /**
   * The version up to which every change of the resource was handed to this subscriber, so that a client may resume from
   * it: the store's newest while the resource rests. Undefined when it has ended, or has just been found lost.
   */
  deliveredVersion(): number | undefined
  /** Nothing is handed over any more. Whenever and however often it is called, it ends no other subscription. */
  end(): void
}

interface Watcher extends Subscriber {
  readonly resource: string
  /** Everything of the resource up to here was handed over. */
  handedVersion: number
}

/** What the hub needs of the store. */
export type WatchedStore = Pick<Store, 'subscribe' | 'history' | 'version'>

/**
 * Distributes events by resource, so that a watch costs nothing for the others' changes. It compares what it handed over
 * with the store's own history: a subscriber that missed something is found by that, whatever the cause.
 */
export class WatchHub {
  readonly #store: WatchedStore
  readonly #logger: Logger
  /** Every subscription that has not ended. */
  readonly #open = new Set<Watcher>()
  /** The same by resource. */
  readonly #byResource = new Map<string, Set<Watcher>>()
  readonly #stops = new Listeners<[]>()
  readonly #audits: NodeJS.Timeout
  #lost = 0

  constructor(store: WatchedStore, logger: Logger) {
    this.#store = store
    this.#logger = logger
    store.subscribe((event) => this.#distribute(event))
    this.#audits = setInterval(() => this.#audit(), BOOKMARK_INTERVAL_MS).unref()
  }

  get isFull(): boolean {
    return this.#open.size >= WATCHES_MAX
  }

  /** Open subscriptions. */
  get count(): number {
    return this.#open.size
  }

  /** Subscriptions, since the start, that were open and had not been told of a change: 0 unless there is a fault here. */
  get lostSubscriptions(): number {
    return this.#lost
  }

  /** Registers what ends an open stream when the server stops. Returns the function that forgets it. */
  onStop(end: () => void): () => void {
    return this.#stops.add(end)
  }

  /** Ends every open stream, so that clients see a clean end and reconnect. */
  stop(): void {
    clearInterval(this.#audits)
    this.#stops.tell()
  }

  /**
   * Hands over what has changed since `version`, or since now, and then every change. Fails with 410 when the history does
   * not reach back that far. From a version that is still to come there is nothing until it has come, as on a kube-apiserver.
   */
  subscribe(
    resource: string,
    version: number | undefined,
    subscriber: Subscriber,
  ): Outcome<Subscription> {
    const handedVersion = version ?? this.#store.version
    const missed = this.#since(resource, handedVersion)
    if (!missed.ok) return missed
    const watcher: Watcher = { ...subscriber, resource, handedVersion }
    this.#add(watcher)
    for (const event of missed.value) this.#hand(watcher, event)
    return success({
      deliveredVersion: () => this.#deliveredVersion(watcher),
      end: () => this.#remove(watcher),
    })
  }

  #since(resource: string, version: number): Outcome<readonly StoreEvent[]> {
    if (version > this.#store.version) return success([])
    const history = this.#store.history(resource)
    const missed = history.since(version)
    if (missed !== undefined) return success(missed)
    return failure(expired(`too old resource version: ${version} (${history.oldestVersion})`))
  }

  #add(watcher: Watcher): void {
    const { resource } = watcher
    const watchers = this.#byResource.get(resource) ?? new Set()
    this.#byResource.set(resource, watchers)
    watchers.add(watcher)
    this.#open.add(watcher)
  }

  /** Takes out this watcher and no other: a set is dropped only when it was the last one in it. */
  #remove(watcher: Watcher): void {
    this.#open.delete(watcher)
    const watchers = this.#byResource.get(watcher.resource)
    if (watchers?.delete(watcher) && watchers.size === 0) this.#byResource.delete(watcher.resource)
  }

  #distribute(event: StoreEvent): void {
    for (const watcher of this.#byResource.get(event.resource) ?? []) this.#hand(watcher, event)
  }

  /** One watch that fails must not keep the others, nor the store, from going on; its client begins again. */
  #hand(watcher: Watcher, event: StoreEvent): void {
    if (event.version <= watcher.handedVersion || !this.#open.has(watcher)) return
    try {
      watcher.onEvent(event)
      watcher.handedVersion = event.version
    } catch (error) {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
      this.#logger.error('a watch failed', { resource: watcher.resource, reason })
      this.#lose(watcher)
    }
  }

  #deliveredVersion(watcher: Watcher): number | undefined {
    if (!this.#open.has(watcher) || !this.#check(watcher)) return undefined
    return watcher.handedVersion
  }

  #audit(): void {
    for (const watcher of this.#open) this.#check(watcher)
  }

  /** Whether the watcher is subscribed and has all there is, up to the store's newest version. */
  #check(watcher: Watcher): boolean {
    const { resource, handedVersion } = watcher
    const { newestVersion } = this.#store.history(resource)
    const isSubscribed = this.#byResource.get(resource)?.has(watcher) === true
    if (isSubscribed && newestVersion <= handedVersion) {
      watcher.handedVersion = Math.max(handedVersion, this.#store.version)
      return true
    }
    this.#logger.error('a watch was open and had missed a change: it is ended', {
      resource,
      isSubscribed,
      handedVersion,
      newestVersion,
    })
    this.#lose(watcher)
    return false
  }

  #lose(watcher: Watcher): void {
    this.#lost += 1
    this.#remove(watcher)
    watcher.onLost()
  }
}

/**
 * What a filtered watch sees of an event: an object that begins to match is ADDED, one that stops matching is
 * DELETED in its old state under the new version; undefined when the watch never knew it.
 */
export function changeFor(filter: WatchFilter, event: StoreEvent): WatchChange | undefined {
  if (filter.namespace !== '' && !event.key.startsWith(`${filter.namespace}/`)) return undefined
  const { matches } = filter
  if (matches === undefined) return { type: event.type, object: event.object }
  const isNow = event.type !== 'DELETED' && matches(event.object)
  const wasBefore = event.previous !== undefined && matches(event.previous)
  if (isNow) return { type: wasBefore ? 'MODIFIED' : 'ADDED', object: event.object }
  if (!wasBefore || event.previous === undefined) return undefined
  const object = withMetadata(event.previous, { resourceVersion: String(event.version) })
  return { type: 'DELETED', object }
}
