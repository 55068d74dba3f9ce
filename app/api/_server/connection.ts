/** The one cluster this process talks to, shared by handlers that Next compiles apart. */
import { statSync } from 'node:fs'
import { createLiveCache, type LiveCache } from '@/server/kube/live-cache'
import { type Cluster, loadCluster } from '@/server/kube/load-cluster'
import { createLogger } from '@/server/log'
import { DashboardFailure } from './respond'

interface Connection {
  readonly cluster: Cluster
  readonly live: LiveCache
  readonly kubeconfigTime: number
  /** Aborted when another connection has taken this one's place: streams on it end, and their pages come back. */
  readonly replaced: AbortController
}

/** Next may load this module several times in one process; the process has one connection. */
const CONNECTION = Symbol.for('mirrorboard.connection')
const shared = globalThis as typeof globalThis & { [CONNECTION]?: Connection }

/** The connection, made anew when the kubeconfig has changed. Throws a DashboardFailure when it can't be read. */
export function connection(): Connection {
  const path = process.env['MIRRORBOARD_KUBECONFIG']
  const time = path ? modifiedAt(path) : 0
  const known = shared[CONNECTION]
  if (known && known.kubeconfigTime === time) return known
  const loaded = loadCluster({ kubeconfigPath: path, context: process.env['MIRRORBOARD_CONTEXT'] })
  if (!loaded.ok)
    throw new DashboardFailure(503, { code: 'cluster-unreachable', message: loaded.message })
  known?.replaced.abort()
  void known?.live.stop()
  known?.cluster.close()
  const live = createLiveCache(loaded.cluster, { logger: createLogger('dashboard') })
  const made = {
    cluster: loaded.cluster,
    live,
    kubeconfigTime: time,
    replaced: new AbortController(),
  }
  shared[CONNECTION] = made
  return made
}

function modifiedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
