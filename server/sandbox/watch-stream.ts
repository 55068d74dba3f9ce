/** One watch over HTTP: what was missed, then what happens, as one JSON object per line. */
import type { JsonObject } from '@/lib/shared/json'
import type { Answer } from './answer'
import { type ApiObject, textAt } from './api-object'
import type { ServerContext } from './api-request'
import { BOOKMARK_INTERVAL_MS, WATCH_BUFFER_BYTES_MAX, WATCH_TIMEOUT_MS } from './limits'
import type { Representation } from './negotiate'
import { objectJson } from './object-json'
import type { ListOptions } from './request-options'
import type { FieldSelector, Matcher } from './selectors'
import { groupVersionOf, isStorageVersion, type ServedKind } from './served-kind'
import { expired, statusObject } from './status-error'
import { resourceKey } from './store'
import type { StreamSink } from './streaming/stream-sink'
import { type IncludeObject, partialMetadata, tableOf } from './tables'
import type { StoreEvent } from './watch-history'
import { changeFor, type WatchChange, type WatchFilter } from './watch-hub'
import { inVersion } from './write-object'

export interface WatchRequest {
  readonly context: ServerContext
  readonly kind: ServedKind
  readonly namespace: string
  readonly labels: Matcher | undefined
  readonly fields: FieldSelector | undefined
  readonly options: ListOptions
  readonly representation: Representation
  readonly include: IncludeObject
}

/** Streams until the client leaves, the time is over, or the client reads too slowly. */
export function startWatch(request: WatchRequest): Answer {
  return { is: 'stream', start: (sink) => new WatchStream(request, sink).start() }
}

class WatchStream {
  readonly #request: WatchRequest
  readonly #sink: StreamSink
  readonly #filter: WatchFilter
  readonly #timers: NodeJS.Timeout[] = []
  #unsubscribe: () => void = () => undefined
  #forget: () => void = () => undefined
  #hasSentColumns = false
  #isEnded = false
  /** Newest version the client knows of. */
  #version: number

  constructor(request: WatchRequest, sink: StreamSink) {
    this.#request = request
    this.#sink = sink
    this.#filter = {
      resource: resourceKey(request.kind.resource),
      namespace: request.namespace,
      matches: matcherOf(request),
    }
    this.#version = request.context.store.version
  }

  start(): void {
    const { context, options } = this.#request
    this.#sink.open('application/json')
    this.#sink.onClose(() => this.#release())
    this.#catchUp()
    if (this.#isEnded) return
    this.#unsubscribe = context.hub.subscribe(this.#filter.resource, (event) =>
      this.#onEvent(event),
    )
    this.#forget = context.hub.onStop(() => this.#end())
    const seconds = options.timeoutSeconds
    const timeout = seconds > 0 ? seconds * 1000 : WATCH_TIMEOUT_MS
    this.#timers.push(setTimeout(() => this.#end(), Math.min(timeout, 2 ** 31 - 1)))
    if (options.hasBookmarks) {
      this.#timers.push(setInterval(() => this.#bookmark({}), BOOKMARK_INTERVAL_MS))
    }
  }

  /** Existing objects, or the changes since the client's version. */
  #catchUp(): void {
    const { options } = this.#request
    const asked = options.resourceVersion === '' ? 0 : Number(options.resourceVersion)
    const isInitial = options.sendInitialEvents ?? asked === 0
    if (isInitial) {
      this.#sendExisting()
      if (options.sendInitialEvents === true && options.hasBookmarks) {
        this.#bookmark({ annotations: { 'k8s.io/initial-events-end': 'true' } })
      }
      return
    }
    if (asked === 0) return
    this.#version = asked
    const missed = this.#request.context.store.history(this.#filter.resource).since(asked)
    if (missed === undefined) this.#tooOld(asked)
    else for (const event of missed) this.#onEvent(event)
  }

  #sendExisting(): void {
    const { context, kind, representation } = this.#request
    const index = context.store.objects(this.#filter.resource)
    const { namespace, matches } = this.#filter
    const isAsStored = representation.as === undefined && isStorageVersion(kind)
    for (const key of index.keys()) {
      const stored = index.stored(key)
      if (stored === undefined || (namespace !== '' && !key.startsWith(`${namespace}/`))) continue
      if (matches !== undefined && !matches(stored.object)) continue
      if (isAsStored) this.#writeText('ADDED', stored.text)
      else this.#send({ type: 'ADDED', object: stored.object })
    }
  }

  #tooOld(asked: number): void {
    const { store } = this.#request.context
    const oldest = store.history(this.#filter.resource).oldestVersion
    const error = expired(`too old resource version: ${asked} (${oldest})`)
    this.#write({ type: 'ERROR', object: statusObject(error) })
    this.#end()
  }

  #onEvent(event: StoreEvent): void {
    // A watch from the future stays silent until the future begins.
    if (event.version <= this.#version) return
    this.#version = event.version
    const change = changeFor(this.#filter, event)
    if (change !== undefined) this.#send(change)
  }

  #send(change: WatchChange): void {
    const object = inVersion(this.#request.kind, change.object)
    this.#write({ type: change.type, object: this.#represent(object) })
  }

  #represent(object: ApiObject): JsonObject {
    const { representation, kind, include, context } = this.#request
    if (representation.as === undefined) return object
    if (representation.as === 'PartialObjectMetadata') {
      return partialMetadata(object, representation.asVersion)
    }
    const hasColumns = !this.#hasSentColumns
    this.#hasSentColumns = true
    const metadata = { resourceVersion: textAt(object.metadata, 'resourceVersion') }
    return tableOf(kind, [object], metadata, {
      apiVersion: representation.asVersion,
      include,
      now: context.now(),
      hasColumns,
    })
  }

  /** Tells the client a version it may resume from. */
  #bookmark(extra: JsonObject): void {
    const { kind, representation, context } = this.#request
    this.#version = Math.max(this.#version, context.store.version)
    const metadata = { resourceVersion: String(this.#version), creationTimestamp: null, ...extra }
    const plain: JsonObject = {
      kind: kind.resource.kind,
      apiVersion: groupVersionOf(kind.resource),
      metadata,
    }
    const object =
      representation.as === undefined ? plain : partialMetadata(plain, representation.asVersion)
    this.#write({ type: 'BOOKMARK', object })
  }

  #write({ type, object }: { readonly type: string; readonly object: JsonObject }): void {
    this.#writeText(type, objectJson(object))
  }

  #writeText(type: string, json: string): void {
    if (this.#isEnded) return
    this.#sink.write(`{"type":"${type}","object":${json}}\n`)
    if (this.#sink.writableLength > WATCH_BUFFER_BYTES_MAX) {
      this.#request.context.logger.info('a watch was dropped because its client reads too slowly')
      this.#release()
      this.#sink.destroy()
    }
  }

  #end(): void {
    this.#release()
    this.#sink.end()
  }

  #release(): void {
    this.#isEnded = true
    this.#unsubscribe()
    this.#forget()
    for (const timer of this.#timers) clearTimeout(timer)
  }
}

function matcherOf(request: WatchRequest): Matcher | undefined {
  const { labels, fields } = request
  if (labels === undefined) return fields?.matches
  if (fields === undefined) return labels
  return (object) => labels(object) && fields.matches(object)
}
