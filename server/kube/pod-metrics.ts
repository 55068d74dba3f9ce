/** Pods found by a label → this → their metrics, through the API server's Pod proxy. */
import type { KubeError } from './kube-error'
import type { Cluster } from './load-cluster'

export interface PodMetricsOptions {
  readonly labelSelector: string
  readonly port: number
  /** With its query. */
  readonly path: string
  /** More Pods than this are not read: a sum without some of them would be wrong. */
  readonly podsMax: number
}

interface Bounds {
  readonly bytesMax: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export interface PodMetrics {
  /** `namespace/name` and the Pod's uid: a Pod made anew under its name counts from zero. */
  readonly id: string
  readonly text: string
}

interface Pod {
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

/** Pods are looked for again this often. */
const PODS_FRESH_MS = 10_000

/**
 * Returns a reader of the metrics of every running Pod with the label, or of a sentence that says why there are none:
 * no such Pod, too many, or one that does not answer. Never rejects.
 */
export function podMetricsReader(cluster: Cluster, options: PodMetricsOptions) {
  let known: { readonly pods: readonly Pod[]; readonly at: number } | null = null
  return async (bounds: Bounds): Promise<readonly PodMetrics[] | string> => {
    try {
      if (known === null || performance.now() - known.at > PODS_FRESH_MS) {
        known = { pods: await findPods(cluster, options, bounds), at: performance.now() }
      }
      const { pods } = known
      if (pods.length === 0) {
        return `No Pod with the label ${options.labelSelector} is running. Set MIRRORBOARD_METRICS_URL or MIRRORBOARD_PROMETHEUS_URL if the gateway is counted elsewhere.`
      }
      if (pods.length > options.podsMax) {
        return `${pods.length} Pods have the label ${options.labelSelector}, more than the ${options.podsMax} that are read. Set MIRRORBOARD_PROMETHEUS_URL.`
      }
      return await Promise.all(pods.map((pod) => readPod(cluster, pod, options, bounds)))
    } catch (error) {
      // A Pod that went away is looked for anew at once.
      known = null
      return `The gateway’s Pods could not be read: ${(error as KubeError).message}`
    }
  }
}

async function findPods(
  { transport }: Cluster,
  { labelSelector, podsMax }: PodMetricsOptions,
  { signal, timeoutMs }: Bounds,
): Promise<readonly Pod[]> {
  const { body } = await transport.send({
    method: 'GET',
    path: '/api/v1/pods',
    query: { labelSelector, fieldSelector: 'status.phase=Running', limit: podsMax + 1 },
    signal,
    timeoutMs,
  })
  const list = JSON.parse(body) as {
    items?: { metadata?: Partial<Pod> & { deletionTimestamp?: string } }[]
  }
  return (list.items ?? []).flatMap(({ metadata }) => {
    const { namespace, name, uid, deletionTimestamp } = metadata ?? {}
    const isLeaving = deletionTimestamp !== undefined
    return isLeaving || !namespace || !name || !uid ? [] : [{ namespace, name, uid }]
  })
}

async function readPod(
  { transport }: Cluster,
  { namespace, name, uid }: Pod,
  { port, path }: PodMetricsOptions,
  { signal, timeoutMs, bytesMax }: Bounds,
): Promise<PodMetrics> {
  const { body } = await transport.send({
    method: 'GET',
    path: `/api/v1/namespaces/${namespace}/pods/${name}:${port}/proxy${path}`,
    accept: 'text/plain',
    signal,
    timeoutMs,
    bytesMax,
  })
  return { id: `${namespace}/${name} ${uid}`, text: body }
}
