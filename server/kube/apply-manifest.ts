import type { KubernetesStatus } from '@/lib/dashboard-api/errors'
import type { ManifestResult, ReviewBase } from '@/lib/dashboard-api/manifests'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import type { FieldSteps } from '@/lib/manifest/ownership/field-tree'
import type { LeftField } from '@/lib/manifest/ownership/left-out'
import { removalPaths } from '@/lib/manifest/ownership/take-over'
import { editablePart, notEditable, toEditableYaml } from '@/lib/manifest/to-editable-yaml'
import { sendApply, type Target, type Written } from './apply-request'
import { conflictsByManager, describeConflicts, hasSameContent } from './conflicts'
import { KubeError } from './kube-error'
import { APPLY_ATTEMPTS_MAX } from './limits'
import type { Cluster } from './load-cluster'
import { getObject } from './objects'
import { chosenOf, isThere, leftBehind, previewRemoval, removeAndApply } from './remove-left-out'
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
  /** The draft is a part of the object: of what it leaves out only these fields are named as left. Absent: the whole object. */
  readonly part?: readonly FieldSteps[] | undefined
  /** Fields to take over from whoever owns them and remove, of those that the dry run named as left. Others are passed over. */
  readonly remove?: readonly FieldSteps[] | undefined
  readonly signal?: AbortSignal | undefined
}

export type ApplyResult = Omit<ManifestResult, 'documentIndex'>

/**
 * Applies one object by server-side apply as field manager `mirrorboard`, with strict field validation. What the server
 * refuses is a result (`rejected`, `conflict`), in its own words; `KubeError` is thrown only when there was no answer. What the
 * server itself writes of an object is not applied, and kubectl's record of its last apply is not either: `dropped` names it.
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
  const { base, part, remove = [], ...how } = options
  const isGuarded = base !== undefined || remove.length > 0
  const applied = editablePart(draft) as KubernetesObject
  const target: Target = {
    ...{ cluster, resource, namespace, name, part, remove, isGuarded },
    ...{ draft: applied, dryRun: how.dryRun, force: how.force, signal: how.signal },
  }
  const result = await attempt(target, base)
  return { ...result, dropped: notEditable(draft) }
}

type Attempted = Omit<ApplyResult, 'dropped'>

async function attempt(target: Target, base: ApplyOptions['base']): Promise<Attempted> {
  const { cluster, resource, namespace, name, signal } = target
  for (let attempts = 1; ; attempts++) {
    const live = await getObject(cluster, resource, namespace, name, signal)
    if (isStale(live, base)) return { ...answerOf(target, live), outcome: 'stale' }
    const result = await send(target, live)
    // The object moved between the two calls: look again, so that `stale` is decided on what is there now.
    if (result !== 'moved') return result
    if (attempts >= APPLY_ATTEMPTS_MAX) return { ...answerOf(target, live), outcome: 'stale' }
  }
}

function isStale(live: KubernetesObject | null, base: ApplyOptions['base']): boolean {
  if (base === undefined) return false
  if ('absent' in base) return live !== null
  if (live === null || live.metadata.uid !== base.uid) return true
  if (live.metadata.resourceVersion === base.resourceVersion) return false
  return base.manifest === undefined || toEditableYaml(live) !== base.manifest
}

async function send(target: Target, live: KubernetesObject | null): Promise<Attempted | 'moved'> {
  try {
    const { status, object, warnings, left } = await write(target, live)
    const same = live !== null && status !== 201 && hasSameContent(live, object)
    const outcome = status === 201 || live === null ? 'created' : same ? 'unchanged' : 'configured'
    return { ...answerOf(target, live), outcome, result: object, warnings, left }
  } catch (error) {
    if (!(error instanceof KubeError) || error.status === null) throw error
    return await refused(target, live, error.status)
  }
}

/** The apply, or its dry run; with the fields that it lets stay, where that was looked for. */
async function write(
  target: Target,
  live: KubernetesObject | null,
): Promise<Written & { readonly left: readonly LeftField[] }> {
  const { dryRun, force, remove } = target
  const apply = (isDry: boolean) =>
    sendApply(target, { dryRun: isDry, force, resourceVersion: guardOf(target, live) })
  if (live === null || (!dryRun && remove.length === 0))
    return { ...(await apply(dryRun)), left: [] }
  // Before anything is removed the server has to take the rest.
  const answer = await apply(true)
  const left = await leftBehind(target, live, answer.object)
  const chosen = chosenOf(left, remove)
  if (chosen.length === 0) return { ...(dryRun ? answer : await apply(false)), left }
  const paths = removalPaths(left, chosen, target.draft)
  const preview = await previewRemoval(target, live, answer.object, paths)
  if (dryRun) {
    const warnings = [...new Set([...answer.warnings, ...preview.warnings])]
    return { ...preview, warnings, left: left.filter((field) => !chosen.includes(field)) }
  }
  const written = await removeAndApply(target, live, paths)
  return { ...written, left: chosen.filter((field) => isThere(written.object, field)) }
}

async function refused(
  target: Target,
  live: KubernetesObject | null,
  error: KubernetesStatus,
): Promise<Attempted | 'moved'> {
  const isGuarded = target.isGuarded && error.code === 409
  // Reviewed as absent and yet there: somebody created it between the look and the write.
  if (isGuarded && live === null) return 'moved'
  if (conflictsByManager(error).size > 0) return await conflict(target, live, error)
  return isGuarded ? 'moved' : { ...answerOf(target, live), outcome: 'rejected', error }
}

async function conflict(
  target: Target,
  live: KubernetesObject | null,
  error: KubernetesStatus,
): Promise<Attempted> {
  const resourceVersion = guardOf(target, live)
  const forced = await sendApply(target, { dryRun: true, force: true, resourceVersion }).catch(
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
    left: live && forced ? await leftBehind(target, live, forced.object) : [],
  }
}

/**
 * A version no object has: the first write of an etcd is 2. An apply with it creates what is absent, since versions are not
 * compared then, and gets 409 where something is. https://github.com/kubernetes/kubernetes/issues/106745
 */
const VERSION_OF_NOTHING = '1'

/** The version just read guards the write where a base is given; without one, no version is sent. */
function guardOf({ isGuarded }: Target, live: KubernetesObject | null): string | undefined {
  return isGuarded ? (live?.metadata.resourceVersion ?? VERSION_OF_NOTHING) : undefined
}

function answerOf({ draft, namespace, name }: Target, live: KubernetesObject | null) {
  const { apiVersion, kind } = draft
  return { apiVersion, kind, namespace, name, live, ...NOTHING }
}

const NOTHING = { result: null, warnings: [], conflicts: [], left: [] }

function rejected(
  identity: Pick<ApplyResult, 'apiVersion' | 'kind' | 'namespace' | 'name'>,
  error: KubernetesStatus,
): ApplyResult {
  return { ...identity, live: null, ...NOTHING, dropped: [], outcome: 'rejected', error }
}

function refusal(code: number, reason: string, message: string): KubernetesStatus {
  return { code, reason, message, causes: [] }
}
