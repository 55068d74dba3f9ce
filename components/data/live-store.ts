/**
 * The page's one stream of Kubernetes objects. Components retain the kinds they show; the stream carries their union and
 * writes each kind into the query cache, which is the only thing components read.
 */
import type { QueryClient } from '@tanstack/react-query'
import type { LiveChange, LiveConnection, LiveDenial, LiveSnapshot } from '@/lib/dashboard-api/live'
import { API } from '@/lib/dashboard-api/paths'
import { KINDS, type KnownPlural } from '@/lib/gateway-api/kinds'
import { once } from '@/lib/shared/once'
import { browserEnvironment, openEventStream, type StreamEnvironment } from './event-stream'
import { applyChanges, type LiveList, snapshotList } from './live-list'

/** Changes are applied in batches, so that a burst of 1,000 events renders a few times and not 1,000. */
export const BATCH_MS = 100

export const liveKeys = {
  list: (plural: KnownPlural) => ['live', 'list', plural] as const,
  connection: ['live', 'connection'] as const,
  denials: ['live', 'denials'] as const,
}

/** Kinds that may not be read, each with the right that is missing. */
export type Denials = Readonly<Record<string, string>>

export interface LiveStore {
  /** Opens the stream; returns the function that closes it, and not the one of a later start. */
  start(): () => void
  /** Adds a kind to the stream until the returned function is called. */
  retain(plural: KnownPlural): () => void
}

/** Kinds the shell always shows. */
const ALWAYS: readonly KnownPlural[] = ['httproutes', 'gateways']

function isKnown(kind: string): kind is KnownPlural {
  return Object.hasOwn(KINDS, kind)
}

interface CacheWriter {
  snapshot(snapshot: LiveSnapshot): void
  change(change: LiveChange): void
  connection(connection: LiveConnection): void
  denial(denial: LiveDenial): void
  stop(): void
}

/** Stream events → the query cache. A change of a kind without a snapshot is dropped: the snapshot will hold it. */
function createCacheWriter(queryClient: QueryClient, environment: StreamEnvironment): CacheWriter {
  const pending = new Map<KnownPlural, LiveChange[]>()
  let cancelFlush: (() => void) | undefined

  const flush = () => {
    cancelFlush = undefined
    for (const [plural, changes] of pending) {
      queryClient.setQueryData<LiveList>(liveKeys.list(plural), (list) =>
        list === undefined ? list : applyChanges(list, changes),
      )
    }
    pending.clear()
  }

  return {
    snapshot: ({ kind, ...snapshot }) => {
      if (!isKnown(kind)) return
      pending.delete(kind)
      queryClient.setQueryData(liveKeys.list(kind), snapshotList(snapshot))
    },
    change: (change) => {
      if (!isKnown(change.kind)) return
      const changes = pending.get(change.kind)
      if (changes) changes.push(change)
      else pending.set(change.kind, [change])
      cancelFlush ??= environment.setTimer(flush, BATCH_MS)
    },
    connection: (connection) => {
      queryClient.setQueryData(liveKeys.connection, connection)
    },
    denial: ({ kind, message }) => {
      queryClient.setQueryData<Denials>(liveKeys.denials, ({ [kind]: _, ...others } = {}) =>
        message === '' ? others : { ...others, [kind]: message },
      )
    },
    stop: () => {
      cancelFlush?.()
      flush()
    },
  }
}

const LOST: LiveConnection = {
  state: 'disconnected',
  message: 'The dashboard server does not answer.',
}
const OPENING: LiveConnection = { state: 'connecting', message: '' }

/** The store of one page. Nothing is opened before `start`. */
export function createLiveStore(
  queryClient: QueryClient,
  environment: StreamEnvironment = browserEnvironment,
): LiveStore {
  const retained = new Map<KnownPlural, number>()
  const writer = createCacheWriter(queryClient, environment)
  let carried: ReadonlySet<KnownPlural> = new Set()
  let close: (() => void) | undefined
  let cancelReopen: (() => void) | undefined
  let starts = 0

  queryClient.setQueryDefaults(['live'], {
    structuralSharing: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  })

  const wanted = () => new Set<KnownPlural>([...ALWAYS, ...retained.keys()])

  const open = () => {
    close?.()
    carried = wanted()
    close = openEventStream(
      {
        url: `${API.live}?kinds=${[...carried].sort().join(',')}`,
        events: {
          snapshot: (data) => writer.snapshot(data as LiveSnapshot),
          change: (data) => writer.change(data as LiveChange),
          connection: (data) => writer.connection(data as LiveConnection),
          denial: (data) => writer.denial(data as LiveDenial),
        },
        // That the stream is open says nothing of the cluster: its own `connection` events do.
        onState: (state) => {
          if (state !== 'connected') writer.connection(state === 'connecting' ? OPENING : LOST)
        },
      },
      environment,
    )
  }

  const reopenSoon = () => {
    if (close === undefined || cancelReopen !== undefined) return
    cancelReopen = environment.setTimer(() => {
      cancelReopen = undefined
      if (close !== undefined && [...wanted()].some((plural) => !carried.has(plural))) open()
    }, 0)
  }

  return {
    start: () => {
      open()
      starts += 1
      const start = starts
      return once(() => {
        if (start !== starts) return
        close?.()
        close = undefined
        cancelReopen?.()
        cancelReopen = undefined
        writer.stop()
      })
    },
    retain: (plural) => {
      retained.set(plural, (retained.get(plural) ?? 0) + 1)
      reopenSoon()
      return once(() => {
        const count = (retained.get(plural) ?? 1) - 1
        // A kind no longer shown leaves at the next reopening: dropping it now would restart the others.
        if (count === 0) retained.delete(plural)
        else retained.set(plural, count)
      })
    },
  }
}
