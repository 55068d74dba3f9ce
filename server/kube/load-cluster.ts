import { accessSync, constants } from 'node:fs'
import { KubeConfig } from '@kubernetes/client-node'
import { createTransport, type Transport } from './transport'

/** One context of a kubeconfig, ready to be asked. Nothing has been sent yet. */
export interface Cluster {
  readonly context: string
  /** URL of the API server, fit to be shown: without a user or password. */
  readonly server: string
  /** Where namespaced objects without a namespace go. */
  readonly namespace: string
  readonly transport: Transport
  /** Closes idle connections. Calls under way finish. */
  close(): void
}

export interface LoadClusterOptions {
  /** Absent: `KUBECONFIG`, then `~/.kube/config`, then the Pod's service account, as kubectl does. */
  readonly kubeconfigPath?: string | undefined
  /** Absent: the file's current context. */
  readonly context?: string | undefined
}

export type LoadedCluster =
  | { readonly ok: true; readonly cluster: Cluster }
  | { readonly ok: false; readonly message: string }

/** The cluster a kubeconfig points at, or one sentence that says what is wrong with the file. */
export function loadCluster(options: LoadClusterOptions = {}): LoadedCluster {
  const { kubeconfigPath } = options
  const source = kubeconfigPath ?? 'the default kubeconfig'
  const config = new KubeConfig()
  try {
    if (kubeconfigPath === undefined) {
      config.loadFromDefault()
    } else {
      accessSync(kubeconfigPath, constants.R_OK)
      config.loadFromFile(kubeconfigPath)
    }
  } catch (error) {
    return { ok: false, message: `${source} cannot be read: ${reasonOf(error)}.` }
  }
  if (options.context !== undefined) config.setCurrentContext(options.context)
  return selectContext(config, source)
}

function selectContext(config: KubeConfig, source: string): LoadedCluster {
  const name = config.getCurrentContext()
  const context = config.getContextObject(name)
  if (!name || context === null) {
    const names = config.getContexts().map((known) => known.name)
    const known = names.length === 0 ? 'It has no contexts' : `It has ${names.join(', ')}`
    const wanted = name ? `has no context "${name}"` : 'sets no current context'
    return { ok: false, message: `${source} ${wanted}. ${known}.` }
  }
  const cluster = config.getCurrentCluster()
  if (cluster === null) {
    return { ok: false, message: `${source}: context "${name}" names a cluster that is not there.` }
  }
  if (!URL.canParse(cluster.server)) {
    return { ok: false, message: `${source}: the server of context "${name}" is not a URL.` }
  }
  const transport = createTransport(toUsable(config, name), cluster.server)
  return {
    ok: true,
    cluster: {
      context: name,
      server: withoutCredentials(cluster.server),
      namespace: context.namespace ?? 'default',
      transport,
      close: () => transport.close(),
    },
  }
}

function withoutCredentials(server: string): string {
  const url = new URL(server)
  url.username = ''
  url.password = ''
  return url.href.replace(/\/$/, '')
}

/**
 * client-node refuses plain http unless TLS verification is off, which has no meaning there and which kubectl does not ask
 * for; and it skips the CA of a context without a user. Both are filled in.
 */
function toUsable(config: KubeConfig, contextName: string): KubeConfig {
  const anonymous = 'mirrorboard-anonymous'
  const hasUser = config.getCurrentUser() !== null
  const usable = new KubeConfig()
  usable.loadFromOptions({
    clusters: config
      .getClusters()
      .map((cluster) =>
        cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
      ),
    users: hasUser ? config.getUsers() : [...config.getUsers(), { name: anonymous }],
    contexts: config
      .getContexts()
      .map((context) =>
        context.name === contextName && !hasUser ? { ...context, user: anonymous } : context,
      ),
    currentContext: contextName,
  })
  return usable
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason'
  if ('code' in error && error.code === 'ENOENT') return 'the file does not exist'
  if ('code' in error && error.code === 'EACCES') return 'permission denied'
  // Parsers print the offending line after the first, and a kubeconfig's lines hold credentials.
  return (error.message.split('\n')[0] ?? '').replace(/\.$/, '')
}
