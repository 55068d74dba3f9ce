/** The history plane: HTTPRoutes watched through the Kubernetes API in, their revisions over HTTP out. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { HistoryList, RouteHistory } from '@/lib/dashboard-api/history'
import { KINDS } from '@/lib/gateway-api/kinds'
import type { NamespacedName } from '@/lib/gateway-api/references'
import { type Informer, type KubeClock, startInformer, systemClock } from '../kube/informer'
import { KubeError } from '../kube/kube-error'
import type { Cluster } from '../kube/load-cluster'
import { getObject } from '../kube/objects'
import type { Logger } from '../log'
import {
  nothingAt,
  ok,
  type PlaneAnswer,
  type PlaneRequest,
  refuse,
} from '../plane-http/plane-answer'
import { startPlaneServer } from '../plane-http/plane-server'
import { HISTORY_LIMITS, type HistoryLimits } from './limits'
import { Recorder } from './recorder'
import { RevisionStore } from './revision-store'

export interface HistoryOptions {
  readonly cluster: Cluster
  /** Holds one store for each cluster. */
  readonly directory: string
  readonly host?: string
  /** 0 takes any free port. */
  readonly port?: number
  /** What other planes show at the door. */
  readonly secret?: string | undefined
  readonly clock?: KubeClock
  readonly limits?: Partial<HistoryLimits>
  readonly logger: Logger
}

export interface History {
  readonly url: string
  /** Stops watching; what was seen is on disk when it resolves. */
  stop(): Promise<void>
}

interface Opened {
  readonly store: RevisionStore
  readonly recorder: Recorder
  readonly informer: Informer
}

const IDENTIFY_AGAIN_MS = 2_000
const WAITING = 'The cluster does not answer yet; its history opens when it does.'

/** Resolves once it listens; rejects when the port is taken. The store is opened when the cluster has said who it is. */
export async function startHistory(options: HistoryOptions): Promise<History> {
  const { cluster, directory, logger, clock = systemClock } = options
  const limits = { ...HISTORY_LIMITS, ...options.limits }
  const abort = new AbortController()
  let opened: Opened | null = null
  let problem = WAITING
  const opening = identify(cluster, clock, abort.signal)
    .then((identity) => {
      if (identity === null) return
      const store = new RevisionStore(join(directory, identity), limits)
      opened = watch(store, { ...options, limits, clock })
    })
    .catch((error: unknown) => {
      problem = error instanceof Error ? error.message : String(error)
      logger.error('history could not be opened', { error: problem })
    })
  const { host, port, secret } = options
  const door = await startPlaneServer({
    host,
    port,
    secret,
    open: ['/healthz'],
    logger,
    answer: (request) => answer(opened, problem, request),
  })
  return {
    url: door.url,
    async stop() {
      abort.abort()
      await door.close()
      await opening
      if (opened === null) return
      await opened.informer.stop()
      await opened.recorder.settled()
      await opened.store.close()
    },
  }
}

/** Watches from now on; what the first list shows to have changed meanwhile becomes a revision. */
function watch(
  store: RevisionStore,
  { cluster, limits, clock, logger }: HistoryOptions & { limits: HistoryLimits; clock: KubeClock },
): Opened {
  const recorder = new Recorder({ store, limits, now: () => clock.now(), logger })
  let isSynced = false
  const informer = startInformer({
    cluster,
    resource: KINDS.httproutes,
    clock,
    logger,
    onChange: (change) => recorder.see(change, !isSynced),
  })
  void informer.whenSynced.then(() => {
    if (!informer.synced) return
    isSynced = true
    for (const route of [...store.all().keys()]) {
      if (!informer.objects.has(route)) recorder.missing(route)
    }
  })
  return { store, recorder, informer }
}

/**
 * A name for the cluster that outlives its address: the uid of its first namespace, as is the custom. The context's name where
 * that may not be read. Null when asked to stop before there was an answer.
 */
async function identify(
  cluster: Cluster,
  clock: KubeClock,
  signal: AbortSignal,
): Promise<string | null> {
  while (!signal.aborted) {
    try {
      const namespace = await getObject(cluster, KINDS.namespaces, '', 'kube-system', signal)
      return namespace?.metadata.uid ?? nameless(cluster)
    } catch (error) {
      if (error instanceof KubeError && error.status !== null) return nameless(cluster)
      await clock.delay(IDENTIFY_AGAIN_MS, signal)
    }
  }
  return null
}

function nameless({ context, server }: Cluster): string {
  return createHash('sha256').update(`${context} ${server}`).digest('hex').slice(0, 32)
}

function answer(
  opened: Opened | null,
  problem: string,
  { method, url }: PlaneRequest,
): PlaneAnswer {
  if (method !== 'GET') return refuse(405, 'bad-request', 'This service answers GET.')
  if (url.pathname === '/healthz') return ok({ status: 'ok' })
  if (opened === null) return refuse(503, 'cluster-unreachable', problem)
  if (url.pathname === '/history') return answerHistory(opened, url)
  if (url.pathname === '/history/revision') return answerRevision(opened, url)
  return nothingAt(url.pathname)
}

function answerHistory({ store, recorder }: Opened, url: URL): PlaneAnswer {
  const route = url.searchParams.get('route')
  const { problem } = recorder
  if (route === null) {
    const routes = [...store.all()].reverse().map(([key, revisions]) => ({
      route: key,
      isDeleted: revisions.at(-1)?.action === 'deleted',
      revisions: revisions.length,
      at: revisions.at(-1)?.at ?? 0,
    }))
    return ok({ routes, problem } satisfies HistoryList)
  }
  const key = asRoute(route)
  if (key === null) return refuse(400, 'bad-request', 'route takes namespace/name.')
  const revisions = store.of(key)
  const forgotten = (revisions[0]?.id ?? 1) - 1
  const body: RouteHistory = { route: key, revisions: [...revisions].reverse(), forgotten, problem }
  return ok(body)
}

function answerRevision({ store }: Opened, url: URL): PlaneAnswer {
  const route = asRoute(url.searchParams.get('route') ?? '')
  const id = Number(url.searchParams.get('id') ?? '')
  const found = route === null || !Number.isInteger(id) ? null : store.read(route, id)
  if (found !== null) return ok(found)
  return refuse(404, 'not-found', 'This revision is not stored, or no longer.')
}

function asRoute(text: string): NamespacedName | null {
  const [namespace, name, ...more] = text.split('/')
  return namespace && name && more.length === 0 ? `${namespace}/${name}` : null
}
