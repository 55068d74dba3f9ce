/** One watch over HTTP: what was missed, then what happens, as one JSON object per line. */
import type { JsonObject } from '@/lib/shared/json'
import { type ApiObject, textAt } from '../api/api-object'
import type { Matcher } from '../api/contracts'
import {
  BOOKMARK_INTERVAL_MS,
  WATCH_BUFFER_BYTES_MAX,
  WATCH_DRAIN_MS,
  WATCH_TIMEOUT_MS,
} from '../api/limits'
import { groupVersionOf, resourceKey } from '../api/names'
import { objectJson } from '../api/object-json'
import { statusObject } from '../api/status-error'
import type { FieldSelector } from '../kinds/selectors'
import { isStorageVersion, type ServedKind } from '../kinds/served-kind'
import { type IncludeObject, partialMetadata, tableOf } from '../kinds/tables'
import type { Answer } from '../requests/answer'
import type { ServerContext } from '../requests/api-request'
import type { Representation } from '../requests/negotiate'
import type { StreamSink } from '../requests/stream-sink'
import type { StoreEvent } from '../storage/watch-history'
import {
  changeFor,
  type Subscription,
  type WatchChange,
  type WatchFilter,
} from '../storage/watch-hub'
import type { ListOptions } from '../verbs/request-options'
import { inVersion } from '../verbs/write-object'

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
  #subscription: Subscription | undefined
  #forget: () => void = () => undefined
  #hasSentColumns = false
  #isEnded = false
  /** Unsent bytes it may have: without bound while what exists is sent, which no client can have read yet. */
  #unsentMax = WATCH_BUFFER_BYTES_MAX

  constructor(request: WatchRequest, sink: StreamSink) {
    this.#request = request
    this.#sink = sink
    this.#filter = {
      resource: resourceKey(request.kind.resource),
      namespace: request.namespace,
      matches: matcherOf(request),
    }
  }

  start(): void {
    const { context, options } = this.#request
    this.#sink.open('application/json')
    this.#sink.onClose(() => this.#close())
    this.#subscribe()
    if (this.#isEnded) return
    this.#forget = context.hub.onStop(() => this.#end())
    const seconds = options.timeoutSeconds
    const timeout = seconds > 0 ? seconds * 1000 : WATCH_TIMEOUT_MS
    this.#timers.push(setTimeout(() => this.#end(), Math.min(timeout, 2 ** 31 - 1)))
    if (options.hasBookmarks) {
      this.#timers.push(setInterval(() => this.#bookmark({}), BOOKMARK_INTERVAL_MS))
    }
  }

  /** Existing objects, or the changes since the client's version; from then on every change. */
  #subscribe(): void {
    const { options, context } = this.#request
    const asked = options.resourceVersion === '' ? 0 : Number(options.resourceVersion)
    const isInitial = options.sendInitialEvents ?? asked === 0
    const after = isInitial || asked === 0 ? undefined : asked
    const subscribed = context.hub.subscribe(this.#filter.resource, after, {
      onEvent: (event) => this.#onEvent(event),
      onLost: () => this.#end(),
    })
    if (!subscribed.ok) {
      this.#write({ type: 'ERROR', object: statusObject(subscribed.error) })
      this.#end()
      return
    }
    this.#subscription = subscribed.value
    // What it was handed at once may have been more than its client reads.
    if (this.#isEnded) this.#subscription.end()
    else if (isInitial) this.#sendInitial()
  }

  /** No change can come in between: what exists now is what the subscription begins from. */
  #sendInitial(): void {
    const { options } = this.#request
    this.#unsentMax = Number.POSITIVE_INFINITY
    this.#sendExisting()
    this.#unsentMax = this.#sink.writableLength + WATCH_BUFFER_BYTES_MAX
    if (options.sendInitialEvents === true && options.hasBookmarks) {
      this.#bookmark({ annotations: { 'k8s.io/initial-events-end': 'true' } })
    }
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

  #onEvent(event: StoreEvent): void {
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

  /** Tells the client a version it may resume from: one up to which the hub says it has handed over everything. */
  #bookmark(extra: JsonObject): void {
    const { kind, representation } = this.#request
    const version = this.#subscription?.deliveredVersion()
    if (version === undefined) return
    const metadata = { resourceVersion: String(version), creationTimestamp: null, ...extra }
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
    if (this.#sink.writableLength > this.#unsentMax) {
      this.#request.context.logger.info('a watch was dropped because its client reads too slowly')
      this.#release()
      this.#sink.destroy()
    }
  }

  /** Ends in order, once. A client that then leaves unread what it was sent is not waited for without end. */
  #end(): void {
    if (this.#isEnded) return
    this.#release()
    this.#sink.end()
    this.#timers.push(setTimeout(() => this.#sink.destroy(), WATCH_DRAIN_MS).unref())
  }

  /** The connection is through with this watch, which may be long after its end, when its client's next one has begun. */
  #close(): void {
    this.#release()
    this.#clearTimers()
  }

  #release(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#subscription?.end()
    this.#forget()
    this.#clearTimers()
  }

  #clearTimers(): void {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer)
  }
}

function matcherOf(request: WatchRequest): Matcher | undefined {
  const { labels, fields } = request
  if (labels === undefined) return fields?.matches
  if (fields === undefined) return labels
  return (object) => labels(object) && fields.matches(object)
}
