import type { KubernetesStatus } from '@/lib/dashboard-api/errors'
import type { ManifestResult, ReviewBase } from '@/lib/dashboard-api/manifests'
import { FIELD_MANAGER } from '@/lib/gateway-api/field-manager'
import type { ResourceKind } from '@/lib/gateway-api/kinds'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { toEditableYaml } from '@/lib/manifest/to-editable-yaml'
import { conflictsByManager, describeConflicts, hasSameContent } from './conflicts'
import { KubeError } from './kube-error'
import { APPLY_ATTEMPTS_MAX } from './limits'
import type { Cluster } from './load-cluster'
import { getObject, objectPath, parseKubernetesObject } from './objects'
import { resolveKind, servedVersionOf } from './resolve-kind'

export interface ApplyOptions {
  readonly dryRun: boolean
  /** Take fields from other managers. */
  readonly force: boolean
  /**
   * What the draft was based on. When the live object is another one, or what a person writes in it has changed, the outcome
   * is `stale` and nothing is written; see lib/dashboard-api/manifests.ts.
   */
  readonly base?: ReviewBase | undefined
  readonly signal?: AbortSignal | undefined
}

export type ApplyResult = Omit<ManifestResult, 'documentIndex'>

/**
 * Applies one object by server-side apply as field manager `mirrorboard`, with strict field validation. What the server
 * refuses is a result (`rejected`, `conflict`), in its own words; `KubeError` is thrown only when there was no answer.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
export async function applyManifest(
  cluster: Cluster,
  draft: KubernetesObject,
  options: ApplyOptions,
): Promise<ApplyResult> {
  const { apiVersion, kind } = draft
  const name = draft.metadata.name
  const unknown = { apiVersion, kind, namespace: draft.metadata.namespace ?? '', name }
  if (typeof name !== 'string' || name === '') {
    return rejected(unknown, refusal(400, 'BadRequest', 'resource name may not be empty'))
  }
  const resource = await resolveKind(cluster, apiVersion, kind)
  if (resource === null) {
    const served = await servedVersionOf(cluster, kind)
    const instead = served === null ? '' : `: the cluster serves ${kind} as ${served}`
    const message = `no matches for kind "${kind}" in version "${apiVersion}"${instead}`
    return rejected(unknown, refusal(404, 'NotFound', message))
  }
  const namespace = resource.namespaced ? (draft.metadata.namespace ?? cluster.namespace) : ''
  const target: Target = { cluster, resource, namespace, name, draft, options }
  for (let attempt = 1; ; attempt++) {
    const live = await getObject(cluster, resource, namespace, name, options.signal)
    if (isStale(live, options.base)) return { ...answerOf(target, live), outcome: 'stale' }
    const result = await send(target, live)
    // The object moved between the two calls: look again, so that `stale` is decided on what is there now.
    if (result !== 'moved') return result
    if (attempt >= APPLY_ATTEMPTS_MAX) return { ...answerOf(target, live), outcome: 'stale' }
  }
}

interface Target {
  readonly cluster: Cluster
  readonly resource: ResourceKind
  readonly namespace: string
  readonly name: string
  readonly draft: KubernetesObject
  readonly options: ApplyOptions
}

function isStale(live: KubernetesObject | null, base: ApplyOptions['base']): boolean {
  if (base === undefined) return false
  if ('absent' in base) return live !== null
  if (live === null || live.metadata.uid !== base.uid) return true
  if (live.metadata.resourceVersion === base.resourceVersion) return false
  return base.manifest === undefined || toEditableYaml(live) !== base.manifest
}

async function send(target: Target, live: KubernetesObject | null): Promise<ApplyResult | 'moved'> {
  const { dryRun, force } = target.options
  try {
    const { status, object, warnings } = await patch(target, live, { dryRun, force })
    const same = live !== null && status !== 201 && hasSameContent(live, object)
    const outcome = status === 201 || live === null ? 'created' : same ? 'unchanged' : 'configured'
    return { ...answerOf(target, live), outcome, result: object, warnings }
  } catch (error) {
    if (!(error instanceof KubeError) || error.status === null) throw error
    return await refused(target, live, error.status)
  }
}

async function refused(
  target: Target,
  live: KubernetesObject | null,
  error: KubernetesStatus,
): Promise<ApplyResult | 'moved'> {
  const isGuarded = target.options.base !== undefined && error.code === 409
  // Reviewed as absent and yet there: somebody created it between the look and the write.
  if (isGuarded && live === null) return 'moved'
  if (conflictsByManager(error).size > 0) return await conflict(target, live, error)
  return isGuarded ? 'moved' : { ...answerOf(target, live), outcome: 'rejected', error }
}

async function conflict(
  target: Target,
  live: KubernetesObject | null,
  error: KubernetesStatus,
): Promise<ApplyResult> {
  const forced = await patch(target, live, { dryRun: true, force: true }).catch(
    (reason: unknown) => {
      // The forced draft may be invalid for reasons of its own; then nothing is claimed about its values.
      if (reason instanceof KubeError && reason.status !== null) return null
      throw reason
    },
  )
  return {
    ...answerOf(target, live),
    outcome: 'conflict',
    result: forced?.object ?? null,
    warnings: forced?.warnings ?? [],
    error,
    conflicts: describeConflicts(error, live, forced?.object ?? null),
  }
}

async function patch(
  target: Target,
  live: KubernetesObject | null,
  { dryRun, force }: { dryRun: boolean; force: boolean },
) {
  const { cluster, resource, namespace, name, options } = target
  const { status, body, warnings } = await cluster.transport.send({
    method: 'PATCH',
    path: objectPath(resource, namespace, name),
    query: {
      fieldManager: FIELD_MANAGER,
      fieldValidation: 'Strict',
      force,
      dryRun: dryRun ? 'All' : undefined,
    },
    contentType: 'application/apply-patch+yaml',
    body: toApply(target, live),
    signal: options.signal,
  })
  return { status, object: parseKubernetesObject(body), warnings }
}

/**
 * A version no object has: the first write of an etcd is 2. An apply with it creates what is absent, since versions are not
 * compared then, and gets 409 where something is. https://github.com/kubernetes/kubernetes/issues/106745
 */
const VERSION_OF_NOTHING = '1'

/**
 * The draft as it may be applied. Drafts start from a live object, and the server refuses managedFields in an apply.
 * With a base, the version just read guards the write; without one, no version is sent.
 */
function toApply({ draft, resource, namespace, options }: Target, live: KubernetesObject | null) {
  const { managedFields, resourceVersion, ...metadata } = draft.metadata
  const version = live?.metadata.resourceVersion ?? VERSION_OF_NOTHING
  const guard = options.base === undefined ? undefined : version
  return {
    ...draft,
    metadata: {
      ...metadata,
      ...(resource.namespaced ? { namespace } : {}),
      ...(guard === undefined ? {} : { resourceVersion: guard }),
    },
  }
}

function answerOf({ draft, namespace, name }: Target, live: KubernetesObject | null) {
  const { apiVersion, kind } = draft
  return { apiVersion, kind, namespace, name, live, result: null, warnings: [], conflicts: [] }
}

function rejected(
  identity: Pick<ApplyResult, 'apiVersion' | 'kind' | 'namespace' | 'name'>,
  error: KubernetesStatus,
): ApplyResult {
  const nothing = { live: null, result: null, warnings: [], conflicts: [] }
  return { ...identity, ...nothing, outcome: 'rejected', error }
}

function refusal(code: number, reason: string, message: string): KubernetesStatus {
  return { code, reason, message, causes: [] }
}
