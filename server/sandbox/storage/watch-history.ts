import type { ApiObject } from '../api/api-object'
import { HISTORY_BYTES_MAX, HISTORY_EVENTS_MAX } from '../api/limits'
import type { StoredObject } from '../api/object-json'

/** One committed change of one object. */
export class StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  /** `group/plural`. */
  readonly resource: string
  /** `namespace/name`, or `/name` for cluster-scoped objects. */
  readonly key: string
  readonly version: number
  /** After the change; for DELETED the last state with the resourceVersion of the deletion. */
  readonly after: StoredObject
  readonly before: StoredObject | undefined

  constructor(
    change: Pick<StoreEvent, 'type' | 'resource' | 'key' | 'version' | 'after' | 'before'>,
  ) {
    this.type = change.type
    this.resource = change.resource
    this.key = change.key
    this.version = change.version
    this.after = change.after
    this.before = change.before
  }

  get object(): ApiObject {
    return this.after.object
  }

  get previous(): ApiObject | undefined {
    return this.before?.object
  }

  /** Length of the JSON text, which is what the history is bounded by. */
  get bytes(): number {
    return this.after.text.length
  }
}

/** The last changes of one resource, in order; the oldest are forgotten at the bounds. */
export class WatchHistory {
  #events: StoreEvent[] = []
  #bytes = 0
  /** Changes at or below this version are not (all) known. */
  #forgottenVersion: number

  constructor(startVersion: number) {
    this.#forgottenVersion = startVersion
  }

  push(event: StoreEvent): void {
    this.#events.push(event)
    this.#bytes += event.bytes
    let dropped = 0
    while (
      this.#events.length - dropped > HISTORY_EVENTS_MAX ||
      (this.#bytes > HISTORY_BYTES_MAX && this.#events.length - dropped > 1)
    ) {
      const oldest = this.#events[dropped]
      if (oldest === undefined) break
      this.#bytes -= oldest.bytes
      this.#forgottenVersion = oldest.version
      dropped += 1
    }
    if (dropped > 0) this.#events.splice(0, dropped)
  }

  /** Changes after `version`, oldest first; undefined when some of them are forgotten. */
  since(version: number): readonly StoreEvent[] | undefined {
    if (version < this.#forgottenVersion) return undefined
    let low = 0
    let high = this.#events.length
    while (low < high) {
      const middle = (low + high) >> 1
      const event = this.#events[middle]
      if (event !== undefined && event.version > version) high = middle
      else low = middle + 1
    }
    return this.#events.slice(low)
  }

  /** Version of the newest change; 0 when there was none in this process. */
  get newestVersion(): number {
    return this.#events.at(-1)?.version ?? 0
  }

  get oldestVersion(): number {
    return this.#forgottenVersion
  }
}
