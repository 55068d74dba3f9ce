/** The writes an apply is made of. Each rejects with `KubeError` when it is refused. */
import { FIELD_MANAGER } from '@/lib/gateway-api/field-manager'
import type { ResourceKind } from '@/lib/gateway-api/kinds'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import type { FieldSteps } from '@/lib/manifest/ownership/field-tree'
import type { Cluster } from './load-cluster'
import { objectPath, parseKubernetesObject } from './objects'

/** What is applied, and to which object. */
export interface Target {
  readonly cluster: Cluster
  readonly resource: ResourceKind
  readonly namespace: string
  readonly name: string
  /** Without what the server writes, which an apply must not say. */
  readonly draft: KubernetesObject
  readonly force: boolean
  readonly dryRun: boolean
  /** Whether only the version that was read may be written over. */
  readonly isGuarded: boolean
  /** Fields that are to be named of those left out; undefined: all. */
  readonly part: readonly FieldSteps[] | undefined
  readonly remove: readonly FieldSteps[]
  readonly signal: AbortSignal | undefined
}

export interface Written {
  readonly status: number
  readonly object: KubernetesObject
  readonly warnings: readonly string[]
}

interface ApplyWrite {
  readonly dryRun: boolean
  readonly force: boolean
  /** The write is refused with 409 over another version. */
  readonly resourceVersion?: string | undefined
}

/** A server-side apply of the draft, with strict field validation. */
export async function sendApply(target: Target, write: ApplyWrite): Promise<Written> {
  const { draft, resource, namespace } = target
  const { resourceVersion } = write
  const metadata = {
    ...draft.metadata,
    ...(resource.namespaced ? { namespace } : {}),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  }
  const body = { ...draft, metadata }
  return await send(target, 'application/apply-patch+yaml', body, {
    dryRun: write.dryRun,
    force: write.force,
  })
}

/** A JSON merge patch of the object. */
export async function sendMergePatch(
  target: Target,
  body: unknown,
  options: { readonly dryRun: boolean },
): Promise<Written> {
  return await send(target, 'application/merge-patch+json', body, options)
}

async function send(
  { cluster, resource, namespace, name, signal }: Target,
  contentType: string,
  body: unknown,
  options: { readonly dryRun: boolean; readonly force?: boolean },
): Promise<Written> {
  const {
    status,
    body: answer,
    warnings,
  } = await cluster.transport.send({
    method: 'PATCH',
    path: objectPath(resource, namespace, name),
    query: {
      fieldManager: FIELD_MANAGER,
      fieldValidation: 'Strict',
      force: options.force,
      dryRun: options.dryRun ? 'All' : undefined,
    },
    contentType,
    body,
    signal,
  })
  return { status, object: parseKubernetesObject(answer), warnings }
}
