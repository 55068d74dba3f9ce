import type { LiveChange, LiveConnection, LiveSnapshot } from '@/lib/dashboard-api/live'
import { apiVersionOf, KINDS, type KnownPlural } from '@/lib/gateway-api/kinds'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { once } from '@/lib/shared/once'
import type { Logger } from '../log'
import { type Informer, type KubeClock, startInformer, systemClock } from './informer'
import { LIVE_LINGER_MS, LIVE_SUBSCRIBERS_MAX } from './limits'
import type { Cluster } from './load-cluster'

export interface LiveHandlers {
  /** Once, as soon as the kind's objects are known. */
  readonly onSnapshot: (snapshot: LiveSnapshot) => void
  /** Every change after the snapshot. */
  readonly onChange: (change: LiveChange) => void
  /** The state at subscription, then every change of it. */
  readonly onConnection: (connection: LiveConnection) => void
}

/** One informer per kind, shared by all pages: backs GET /api/live. */
export interface LiveCache {
  /**
   * Starts following a kind. Null when there are `LIVE_SUBSCRIBERS_MAX` already, or the cache has stopped; else the function
   * that ends this subscription and no other, however often and late it is called.
   */
  subscribe(plural: KnownPlural, handlers: LiveHandlers): (() => void) | null
  /** Objects of a kind as last seen, without asking the server; undefined when the kind is not followed or not yet known. */
  peek(plural: KnownPlural): readonly KubernetesObject[] | undefined
  stop(): Promise<void>
}

export interface LiveCacheOptions {
  readonly logger?: Logger
  readonly clock?: KubeClock
}

/** One subscription; the same handlers may have several. */
interface Subscriber {
  readonly handlers: LiveHandlers
}

interface Channel {
  readonly informer: Informer
  readonly subscribers: Set<Subscriber>
  /** Ends the wait for another subscriber. */
  linger: AbortController | undefined
}

/** Creates the cache. Nothing is asked of the cluster before the first subscription. */
export function createLiveCache(cluster: Cluster, options: LiveCacheOptions = {}): LiveCache {
  const channels = new Map<KnownPlural, Channel>()
  const clock = options.clock ?? systemClock
  let subscribers = 0
  let isStopped = false

  const open = (plural: KnownPlural): Channel => {
    const known = channels.get(plural)
    if (known !== undefined) return known
    const channel = openChannel(cluster, plural, clock, options.logger)
    channels.set(plural, channel)
    return channel
  }
  const closeLater = async (plural: KnownPlural, channel: Channel) => {
    const linger = new AbortController()
    channel.linger = linger
    await clock.delay(LIVE_LINGER_MS, linger.signal)
    if (linger.signal.aborted || isStopped) return
    channels.delete(plural)
    await channel.informer.stop()
  }

  return {
    subscribe(plural, handlers) {
      if (isStopped || subscribers >= LIVE_SUBSCRIBERS_MAX) return null
      const channel = open(plural)
      channel.linger?.abort()
      channel.linger = undefined
      subscribers += 1
      const subscriber = { handlers }
      join(channel, plural, subscriber)
      return once(() => {
        channel.subscribers.delete(subscriber)
        subscribers -= 1
        if (channel.subscribers.size === 0 && !isStopped) void closeLater(plural, channel)
      })
    },
    peek(plural) {
      const informer = channels.get(plural)?.informer
      return informer?.synced === true ? [...informer.objects.values()] : undefined
    },
    async stop() {
      isStopped = true
      const open = [...channels.values()]
      channels.clear()
      for (const channel of open) channel.linger?.abort()
      await Promise.all(open.map((channel) => channel.informer.stop()))
    },
  }
}

function openChannel(
  cluster: Cluster,
  plural: KnownPlural,
  clock: KubeClock,
  logger: Logger | undefined,
): Channel {
  const subscribers = new Set<Subscriber>()
  const informer: Informer = startInformer({
    cluster,
    resource: KINDS[plural],
    clock,
    logger,
    // Changes of the first list are told by the snapshot.
    onChange: (change) => {
      if (!informer.synced) return
      for (const { handlers } of subscribers) handlers.onChange({ kind: plural, ...change })
    },
    onConnection: (connection) => {
      for (const { handlers } of subscribers) handlers.onConnection(connection)
    },
  })
  return { informer, subscribers, linger: undefined }
}

function join(channel: Channel, plural: KnownPlural, subscriber: Subscriber): void {
  const { informer, subscribers } = channel
  const { handlers } = subscriber
  handlers.onConnection(informer.connection)
  const snapshot = () =>
    handlers.onSnapshot({
      kind: plural,
      apiVersion: apiVersionOf(informer.resource),
      items: [...informer.objects.values()],
    })
  subscribers.add(subscriber)
  if (informer.synced) {
    snapshot()
    return
  }
  void informer.whenSynced.then(() => {
    if (informer.synced && subscribers.has(subscriber)) snapshot()
  })
}
