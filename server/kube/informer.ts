import { denialText } from '@/lib/dashboard-api/access'
import type { LiveChange, LiveConnection } from '@/lib/dashboard-api/live'
import type { ResourceKind } from '@/lib/gateway-api/kinds'
import { keyOf, type NamespacedName } from '@/lib/gateway-api/references'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import type { Logger } from '../log'
import { hasStatus, KubeError } from './kube-error'
import { LIST_OBJECTS_MAX, RETRY_FIRST_MS, RETRY_LONGEST_MS, WATCH_HEALTHY_MS } from './limits'
import type { Cluster } from './load-cluster'
import { listObjects } from './objects'
import { type WatchEvent, watchEvents } from './watch-events'

export type ObjectChange = Pick<LiveChange, 'type' | 'object'>

export interface InformerOptions {
  readonly cluster: Cluster
  readonly resource: ResourceKind
  /** Absent: all namespaces. */
  readonly namespace?: string | undefined
  readonly fieldSelector?: string | undefined
  readonly onChange?: (change: ObjectChange) => void
  readonly onConnection?: (connection: LiveConnection) => void
  readonly logger?: Logger | undefined
  readonly clock?: KubeClock
}

/** Time and chance, so that back-off can be tested without waiting. */
export interface KubeClock {
  now(): number
  /** Resolves after the delay, or at once when the signal aborts. */
  delay(milliseconds: number, signal: AbortSignal): Promise<void>
  /** 0 ≤ x < 1. */
  random(): number
}

/** A copy of all objects of a kind, kept up to date. */
export interface Informer {
  /** The kind in the version that is followed. */
  readonly resource: ResourceKind
  /** Live map; changes with every event. */
  readonly objects: ReadonlyMap<NamespacedName, KubernetesObject>
  readonly connection: LiveConnection
  /** True once the first list is complete, also when the server does not serve the kind (then there are no objects). */
  readonly synced: boolean
  /** Resolves when `synced` becomes true, or on `stop`. */
  readonly whenSynced: Promise<void>
  stop(): Promise<void>
}

/** Real time. */
export const systemClock: KubeClock = {
  now: () => Date.now(),
  random: Math.random,
  delay: (milliseconds, signal) =>
    new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, milliseconds)
      if (signal.aborted) end()
      else signal.addEventListener('abort', end, { once: true })
    }),
}

/**
 * Lists a kind and watches it for ever: resumes from the last version, lists again when that is too old (410), and
 * backs off while the server cannot be reached. Objects stay as last seen in the meantime. Of a kind that clusters serve in
 * several versions it follows the first one that is served.
 */
export function startInformer(options: InformerOptions): Informer {
  const loop = new InformerLoop(options)
  const running = loop.run()
  return {
    objects: loop.objects,
    get resource() {
      return loop.resource
    },
    get connection() {
      return loop.connection
    },
    get synced() {
      return loop.synced
    },
    whenSynced: loop.whenSynced,
    async stop() {
      loop.abort()
      await running
    },
  }
}

class InformerLoop {
  readonly objects = new Map<NamespacedName, KubernetesObject>()
  resource: ResourceKind
  connection: LiveConnection = { state: 'connecting', message: 'Connecting to the cluster.' }
  synced = false
  readonly whenSynced: Promise<void>
  private markSynced: () => void = () => {}
  private readonly controller = new AbortController()
  private readonly options: InformerOptions
  private readonly clock: KubeClock
  private failures = 0
  /** Where the watch continues; undefined asks for a list. */
  private version: string | undefined

  constructor(options: InformerOptions) {
    this.options = options
    this.resource = options.resource
    this.clock = options.clock ?? systemClock
    this.whenSynced = new Promise((resolve) => {
      this.markSynced = resolve
    })
  }

  abort(): void {
    this.controller.abort()
    this.markSynced()
  }

  async run(): Promise<void> {
    // The first list may come from the server's cache; one after a failure must not be older than what we have.
    let listFrom: string | undefined = '0'
    while (!this.controller.signal.aborted) {
      const startedAt = this.clock.now()
      try {
        if (this.version === undefined) await this.list(listFrom)
        listFrom = undefined
        await this.watch()
        if (this.clock.now() - startedAt >= WATCH_HEALTHY_MS) this.failures = 0
        else await this.retreat('The API server ended the watch at once.')
      } catch (error) {
        if (this.controller.signal.aborted) return
        await this.recover(error)
      }
    }
  }

  private async list(resourceVersion: string | undefined): Promise<void> {
    const { cluster, namespace, fieldSelector } = this.options
    const { signal } = this.controller
    const query = { namespace, fieldSelector, resourceVersion, signal }
    const list = await listObjects(cluster, this.resource, query)
    if (signal.aborted) return
    const found = new Set<NamespacedName>()
    for (const object of list.items) {
      found.add(keyOf(object))
      this.put(object)
    }
    for (const [key, object] of [...this.objects]) if (!found.has(key)) this.remove(object)
    this.version = list.resourceVersion
    this.finishSync()
  }

  private async watch(): Promise<void> {
    const { cluster, namespace, fieldSelector } = this.options
    const events = watchEvents(cluster, this.resource, {
      namespace,
      fieldSelector,
      resourceVersion: this.version ?? '',
      signal: this.controller.signal,
      onOpen: () => this.setConnection({ state: 'connected', message: '' }),
    })
    for await (const event of events) {
      if (this.controller.signal.aborted) return
      this.handle(event)
      this.failures = 0
    }
  }

  private handle(event: WatchEvent): void {
    if (event.type === 'BOOKMARK') {
      this.version = event.resourceVersion || this.version
      return
    }
    this.version = event.object.metadata.resourceVersion ?? this.version
    if (event.type === 'DELETED') this.remove(event.object)
    else this.put(event.object)
  }

  private put(object: KubernetesObject): void {
    const key = keyOf(object)
    const known = this.objects.get(key)
    if (known?.metadata.resourceVersion === object.metadata.resourceVersion && known) return
    // Deleted and created again while we were not watching: two objects, not one that changed.
    if (known !== undefined && known.metadata.uid !== object.metadata.uid) this.remove(known)
    const type = this.objects.has(key) ? 'MODIFIED' : 'ADDED'
    if (type === 'ADDED' && this.objects.size >= LIST_OBJECTS_MAX) {
      const { plural } = this.options.resource
      throw new KubeError('too-large', `There are more than ${LIST_OBJECTS_MAX} ${plural}.`)
    }
    this.objects.set(key, object)
    this.options.onChange?.({ type, object })
  }

  private remove(object: KubernetesObject): void {
    if (this.objects.delete(keyOf(object))) this.options.onChange?.({ type: 'DELETED', object })
  }

  private async recover(error: unknown): Promise<void> {
    if (hasStatus(error, 410)) {
      this.version = undefined
      return
    }
    if (hasStatus(error, 404)) {
      this.version = undefined
      if (this.turnToOlder()) return
      // The server does not serve this kind, for now: there are none of it.
      for (const object of [...this.objects.values()]) this.remove(object)
      this.finishSync()
    }
    // A refused, malformed or oversized watch may come from the version itself.
    if (!(error instanceof KubeError) || error.code !== 'unreachable') this.version = undefined
    const message = error instanceof Error ? error.message : String(error)
    if (hasStatus(error, 403)) await this.retreat(this.denial(message), true)
    else await this.retreat(message)
  }

  private denial(reason: string): string {
    const { group, plural } = this.resource
    const { namespace = '' } = this.options
    return denialText({ verb: 'list and watch', group, plural, namespace, reason })
  }

  /** Goes on with the next older version of the kind; false, and back to the newest, after the oldest one. */
  private turnToOlder(): boolean {
    const { resource } = this.options
    const versions = [resource.version, ...(resource.olderVersions ?? [])]
    const version = versions[versions.indexOf(this.resource.version) + 1]
    this.resource = { ...resource, version: version ?? resource.version }
    return version !== undefined
  }

  private async retreat(reason: string, isDenied = false): Promise<void> {
    const { logger, resource } = this.options
    this.setConnection({ state: isDenied ? 'denied' : 'disconnected', message: reason })
    logger?.warn('watch interrupted', { kind: resource.plural, reason })
    const longest = Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** this.failures)
    this.failures = Math.min(this.failures + 1, 16)
    // Between half and all of the delay, so that many informers do not come back together.
    const delay = longest * (0.5 + this.clock.random() / 2)
    await this.clock.delay(delay, this.controller.signal)
    // Whoever may not read learns nothing from another attempt until it succeeds.
    if (!this.controller.signal.aborted && !isDenied) {
      this.setConnection({ state: 'connecting', message: `Trying again: ${reason}` })
    }
  }

  private finishSync(): void {
    this.synced = true
    this.markSynced()
  }

  private setConnection(connection: LiveConnection): void {
    const { state, message } = this.connection
    if (state === connection.state && message === connection.message) return
    this.connection = connection
    this.options.onConnection?.(connection)
  }
}
