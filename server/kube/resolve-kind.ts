import { apiVersionOf, KINDS, type ResourceKind } from '@/lib/gateway-api/kinds'
import { asObject, hasStatus } from './kube-error'
import { DISCOVERY_DOCUMENTS_MAX, DISCOVERY_MAX_AGE_MS } from './limits'
import type { Cluster } from './load-cluster'
import { parseJson } from './objects'

interface Document {
  readonly readAt: number
  readonly kinds: readonly ResourceKind[]
}

/** Discovery documents by group-version, one set per cluster for as long as the cluster is in use. */
const documentsByCluster = new WeakMap<Cluster, Map<string, Document>>()

/** The resource behind a manifest's apiVersion and kind; null when the server does not serve it. Rejects with `KubeError`. */
export async function resolveKind(
  cluster: Cluster,
  apiVersion: string,
  kind: string,
  now: () => number = Date.now,
): Promise<ResourceKind | null> {
  for (const known of Object.values(KINDS)) {
    if (known.kind === kind && apiVersionOf(known) === apiVersion) return known
  }
  const kinds = await discover(cluster, apiVersion, now)
  return kinds.find((served) => served.kind === kind) ?? null
}

/** The `apiVersion` in which the server has a kind that the product knows; null for any other kind, and for one it does not serve. */
export async function servedVersionOf(
  cluster: Cluster,
  kind: string,
  now: () => number = Date.now,
): Promise<string | null> {
  const known: ResourceKind | undefined = Object.values(KINDS).find((one) => one.kind === kind)
  if (known === undefined) return null
  for (const version of [known.version, ...(known.olderVersions ?? [])]) {
    const apiVersion = apiVersionOf({ group: known.group, version })
    const kinds = await discover(cluster, apiVersion, now)
    if (kinds.some((served) => served.kind === kind)) return apiVersion
  }
  return null
}

async function discover(
  cluster: Cluster,
  apiVersion: string,
  now: () => number,
): Promise<readonly ResourceKind[]> {
  const documents = documentsByCluster.get(cluster) ?? new Map<string, Document>()
  documentsByCluster.set(cluster, documents)
  const known = documents.get(apiVersion)
  if (known !== undefined && now() - known.readAt < DISCOVERY_MAX_AGE_MS) return known.kinds
  const kinds = await readKinds(cluster, apiVersion)
  const [oldest] = documents.keys()
  if (documents.size >= DISCOVERY_DOCUMENTS_MAX && oldest !== undefined) documents.delete(oldest)
  // An unknown kind is asked for again each time: its CRD may be the document before this one.
  if (kinds.length > 0) documents.set(apiVersion, { readAt: now(), kinds })
  return kinds
}

async function readKinds(cluster: Cluster, apiVersion: string): Promise<readonly ResourceKind[]> {
  if (!/^[a-z0-9.-]+(\/[a-z0-9]+)?$/.test(apiVersion)) return []
  const [group, version] = splitApiVersion(apiVersion)
  const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  try {
    const { body } = await cluster.transport.send({ method: 'GET', path })
    const resources = parseJson(body)['resources']
    return (Array.isArray(resources) ? resources : []).flatMap((resource: unknown) => {
      const { name, kind, namespaced } = asObject(resource) ?? {}
      // A name with a slash is a subresource.
      if (typeof name !== 'string' || typeof kind !== 'string' || name.includes('/')) return []
      return [{ group, version, kind, plural: name, namespaced: namespaced === true }]
    })
  } catch (error) {
    if (hasStatus(error, 404)) return []
    throw error
  }
}

function splitApiVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf('/')
  return slash === -1 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)]
}
