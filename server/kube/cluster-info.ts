import type { ClusterInfo } from '@/lib/dashboard-api/live'
import { KubeError } from './kube-error'
import type { Cluster } from './load-cluster'
import { parseJson } from './objects'

/** A person waits for this answer, so it gives up sooner than other calls. */
const VERSION_TIMEOUT_MS = 3_000

/** The server's version, `v1.33.0`. Rejects with `KubeError`. */
export async function getServerVersion(cluster: Cluster, signal?: AbortSignal): Promise<string> {
  const request = { method: 'GET', path: '/version', timeoutMs: VERSION_TIMEOUT_MS } as const
  const { body } = await cluster.transport.send({ ...request, signal })
  const version = parseJson(body)['gitVersion']
  if (typeof version === 'string') return version
  throw new KubeError('malformed', 'The API server did not say its version.')
}

/** Which cluster this is and whether it answers; never rejects. */
export async function getClusterInfo(cluster: Cluster): Promise<Omit<ClusterInfo, 'readOnly'>> {
  const identity = { context: cluster.context, server: cluster.server }
  try {
    const kubernetesVersion = await getServerVersion(cluster)
    return { ...identity, kubernetesVersion, reachable: true, message: '' }
  } catch (error) {
    if (!(error instanceof KubeError)) throw error
    // A refusal is an answer: the cluster is there, and its own words say what is missing.
    const reachable = error.code === 'status'
    return { ...identity, kubernetesVersion: null, reachable, message: error.message }
  }
}
