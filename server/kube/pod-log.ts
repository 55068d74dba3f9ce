import type { Readable } from 'node:stream'
import { KINDS } from '@/lib/gateway-api/kinds'
import type { Cluster } from './load-cluster'
import { objectPath } from './objects'
import { readText, toStatusError } from './transport'

export interface PodLogOptions {
  readonly container?: string | undefined
  /** Keep the stream open for lines to come. */
  readonly follow?: boolean
  /** Only so many of the last lines. */
  readonly tailLines?: number | undefined
  readonly timestamps?: boolean
  readonly signal?: AbortSignal
}

/**
 * A Pod's log as text, as it arrives. The caller reads it to the end, destroys it, or aborts the signal; reading slowly slows the
 * server. Rejects with `KubeError`, for example status 400 while the container is starting.
 */
export async function openPodLog(
  cluster: Cluster,
  namespace: string,
  name: string,
  options: PodLogOptions = {},
): Promise<Readable> {
  const response = await cluster.transport.open({
    method: 'GET',
    path: `${objectPath(KINDS.pods, namespace, name)}/log`,
    query: {
      container: options.container,
      follow: options.follow === true ? true : undefined,
      tailLines: options.tailLines,
      timestamps: options.timestamps === true ? true : undefined,
    },
    accept: 'text/plain, application/json',
    signal: options.signal,
  })
  const status = response.statusCode ?? 0
  if (status !== 200) throw toStatusError(status, await readText(response))
  return response
}
