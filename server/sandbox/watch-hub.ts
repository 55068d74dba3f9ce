/** Committed changes → the watches that asked for them. Previous step: store.ts. Next step: watch-stream.ts. */
import type { ApiObject } from './api-object'
import { withMetadata } from './api-object'
import { WATCHES_MAX } from './limits'
import type { Matcher } from './selectors'
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

type Subscriber = (event: StoreEvent) => void

/** Distributes events by resource, so that a watch costs nothing for the others' changes. */
export class WatchHub {
  readonly #subscribers = new Map<string, Set<Subscriber>>()
  #count = 0
  readonly #streams = new Set<() => void>()

  constructor(store: Store) {
    store.subscribe((event) => {
      for (const subscriber of this.#subscribers.get(event.resource) ?? []) subscriber(event)
    })
  }

  get isFull(): boolean {
    return this.#count >= WATCHES_MAX
  }

  get count(): number {
    return this.#count
  }

  /** Registers what ends an open stream when the server stops. Returns the function that forgets it. */
  onStop(end: () => void): () => void {
    this.#streams.add(end)
    return () => this.#streams.delete(end)
  }

  /** Ends every open stream, so that clients see a clean end and reconnect. */
  stop(): void {
    for (const end of [...this.#streams]) end()
  }

  /** Calls back for every change of the resource from now on. Returns the unsubscribe function. */
  subscribe(resource: string, subscriber: Subscriber): () => void {
    const subscribers = this.#subscribers.get(resource) ?? new Set()
    this.#subscribers.set(resource, subscribers)
    subscribers.add(subscriber)
    this.#count += 1
    return () => {
      if (subscribers.delete(subscriber)) this.#count -= 1
      if (subscribers.size === 0) this.#subscribers.delete(resource)
    }
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
