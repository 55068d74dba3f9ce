/** List and watch of one kind, as client-go's reflector does it: API server → this → whoever subscribes. */
import { type ResourceKind, resourcePath } from '@/lib/gateway-api/kinds'
import { keyOf } from '@/lib/gateway-api/references'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import type { Logger } from '../log'
import type { Cluster } from './cluster'
import { statusCodeOf } from './kube-error'
import {
  INFORMER_OBJECTS_MAX,
  RETRY_DELAY_FIRST_MS,
  RETRY_DELAY_MAX_MS,
  WATCH_TIMEOUT_SECONDS,
} from './limits'
import { listObjects } from './resources'
import { readWatchLines, type WatchLine } from './watch-lines'

export interface InformerChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: KubernetesObject
}

export type ConnectionState =
  | { readonly state: 'connected' }
  | { readonly state: 'connecting' }
  | { readonly state: 'disconnected'; readonly message: string }

export interface InformerSubscriber {
  onChange?(change: InformerChange): void
  onState?(state: ConnectionState): void
}

export interface Informer {
  readonly resource: ResourceKind
  /** Resolves after the first complete list, however long the cluster takes to answer. */
  readonly synced: Promise<void>
  /** Live objects; treat them as read-only. */
  items(): readonly KubernetesObject[]
  state(): ConnectionState
  /** Returns the unsubscribe function. Subscribers see changes after `items()` holds them. */
  subscribe(subscriber: InformerSubscriber): () => void
  stop(): void
}

export interface InformerOptions {
  readonly cluster: Cluster
  readonly resource: ResourceKind
  readonly logger: Logger
  /** `metadata.name=…`, for example; all objects when absent. */
  readonly fieldSelector?: string
  /** Waits between tries; injected so that tests need not. */
  readonly delay?: (ms: number, signal: AbortSignal) => Promise<void>
}

/** Starts listing and watching, and keeps at it with back-off until stopped. */
export function startInformer(options: InformerOptions): Informer {
  const objects = new Map<string, KubernetesObject>()
  const subscribers = new Set<InformerSubscriber>()
  const abort = new AbortController()
  let state: ConnectionState = { state: 'connecting' }
  let markSynced = () => {}
  const synced = new Promise<void>((resolve) => {
    markSynced = resolve
  })

  const setState = (next: ConnectionState) => {
    if (next.state === state.state && next.state !== 'disconnected') return
    state = next
    for (const subscriber of subscribers) subscriber.onState?.(next)
  }
  const emit = (change: InformerChange) => {
    const key = keyOf(change.object)
    if (change.type === 'DELETED') objects.delete(key)
    else objects.set(key, change.object)
    for (const subscriber of subscribers) subscriber.onChange?.(change)
  }
  const replaceAll = (items: readonly KubernetesObject[]) => {
    for (const change of differences(objects, items.slice(0, INFORMER_OBJECTS_MAX))) emit(change)
    if (items.length > INFORMER_OBJECTS_MAX) {
      options.logger.warn('more objects than are kept', {
        kind: options.resource.kind,
        found: items.length,
        kept: INFORMER_OBJECTS_MAX,
      })
    }
  }

  void run({
    ...options,
    delay: options.delay ?? sleep,
    signal: abort.signal,
    emit,
    replaceAll,
    onConnected: () => {
      markSynced()
      setState({ state: 'connected' })
    },
    onFailure: (message) => setState({ state: 'disconnected', message }),
  })

  return {
    resource: options.resource,
    synced,
    items: () => [...objects.values()],
    state: () => state,
    subscribe: (subscriber) => {
      subscribers.add(subscriber)
      return () => subscribers.delete(subscriber)
    },
    stop: () => abort.abort(),
  }
}

/** What turns the known objects into the listed ones. */
function differences(
  known: ReadonlyMap<string, KubernetesObject>,
  items: readonly KubernetesObject[],
): InformerChange[] {
  const changes: InformerChange[] = []
  const listed = new Set<string>()
  for (const object of items) {
    const key = keyOf(object)
    listed.add(key)
    const before = known.get(key)
    if (!before) changes.push({ type: 'ADDED', object })
    else if (before.metadata.resourceVersion !== object.metadata.resourceVersion) {
      changes.push({ type: 'MODIFIED', object })
    }
  }
  for (const [key, object] of known) {
    if (!listed.has(key)) changes.push({ type: 'DELETED', object })
  }
  return changes
}

interface Loop extends InformerOptions {
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
  emit(change: InformerChange): void
  replaceAll(items: readonly KubernetesObject[]): void
  onConnected(): void
  onFailure(message: string): void
}

async function run(loop: Loop): Promise<void> {
  let wait = RETRY_DELAY_FIRST_MS
  let resourceVersion: string | null = null
  while (!loop.signal.aborted) {
    try {
      if (resourceVersion === null) {
        const list = await listObjects(loop.cluster, loop.resource, {
          signal: loop.signal,
          ...(loop.fieldSelector && { fieldSelector: loop.fieldSelector }),
        })
        loop.replaceAll(list.items)
        resourceVersion = list.resourceVersion
      }
      resourceVersion = await watchOnce(loop, resourceVersion)
      wait = RETRY_DELAY_FIRST_MS
    } catch (error) {
      if (loop.signal.aborted) return
      // 410 means the version is too old to resume from; anything else may pass.
      if (statusCodeOf(error) === 410) resourceVersion = null
      const message = error instanceof Error ? error.message : String(error)
      loop.logger.info('watch failed', { kind: loop.resource.kind, message, wait })
      loop.onFailure(message)
      await loop.delay(wait, loop.signal)
      wait = Math.min(wait * 2, RETRY_DELAY_MAX_MS)
    }
  }
}

/** Watches from `resourceVersion` until the server ends the stream; returns where to resume, null to list again. */
async function watchOnce(loop: Loop, resourceVersion: string): Promise<string | null> {
  const stream = await loop.cluster.stream({
    path: resourcePath(loop.resource),
    query: {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion,
      timeoutSeconds: String(WATCH_TIMEOUT_SECONDS),
      ...(loop.fieldSelector && { fieldSelector: loop.fieldSelector }),
    },
    signal: loop.signal,
  })
  loop.onConnected()
  let last: string | null = resourceVersion
  for await (const line of readWatchLines(stream)) {
    last = applyLine(loop, line, last)
    if (last === null) return null
  }
  return last
}

function applyLine(loop: Loop, line: WatchLine, last: string | null): string | null {
  // An ERROR event, in practice 410 Expired: nothing after it can be trusted.
  if (line.type === 'ERROR') return null
  if (line.type !== 'BOOKMARK') loop.emit({ type: line.type, object: line.object })
  return line.object.metadata.resourceVersion ?? last
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(finish, ms)
    function finish() {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    signal.addEventListener('abort', finish)
  })
}
