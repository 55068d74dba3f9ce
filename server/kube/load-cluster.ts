import { readFileSync } from 'node:fs'
import { KubeConfig } from '@kubernetes/client-node'
import { type Cluster, createCluster } from './cluster'

export type LoadResult =
  | { readonly ok: true; readonly cluster: Cluster }
  | { readonly ok: false; readonly message: string }

export interface LoadOptions {
  readonly kubeconfig: string
  /** The file's current context when absent. */
  readonly context?: string | undefined
}

/** The cluster of a kubeconfig file, or one sentence that says what is wrong with it. Does not connect. */
export function loadCluster({ kubeconfig, context }: LoadOptions): LoadResult {
  const config = new KubeConfig()
  try {
    readFileSync(kubeconfig)
    config.loadFromFile(kubeconfig)
  } catch (error) {
    return { ok: false, message: `the kubeconfig ${kubeconfig} cannot be read: ${reasonOf(error)}.` }
  }
  if (context !== undefined) {
    if (!config.getContextObject(context)) {
      const names = config.getContexts().map((known) => known.name)
      return {
        ok: false,
        message: `the kubeconfig ${kubeconfig} has no context "${context}"; it has ${names.join(', ') || 'none'}.`,
      }
    }
    config.setCurrentContext(context)
  }
  const cluster = config.getCurrentCluster()
  if (!cluster) {
    return { ok: false, message: `the kubeconfig ${kubeconfig} names no cluster for its current context.` }
  }
  if (!URL.canParse(cluster.server)) {
    return { ok: false, message: `the kubeconfig ${kubeconfig} has a server that is no URL: ${cluster.server}` }
  }
  return { ok: true, cluster: createCluster(allowPlainHttp(config)) }
}

/** The library refuses http servers unless TLS checks are off; plain http has none to switch off. */
function allowPlainHttp(config: KubeConfig): KubeConfig {
  config.clusters = config.clusters.map((cluster) =>
    cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
  )
  return config
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return 'the file does not exist'
  if (code === 'EACCES') return 'permission denied'
  if (code === 'EISDIR') return 'it is a directory'
  return error.message.split('\n')[0] ?? 'it is not a kubeconfig'
}
