import { FIELD_MANAGER } from '@/lib/gateway-api/field-manager'
import { apiVersionOf, type ResourceKind, resourcePath } from '@/lib/gateway-api/kinds'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { asObject, hasStatus, KubeError } from './kube-error'
import { LIST_OBJECTS_MAX, LIST_PAGE_SIZE } from './limits'
import type { Cluster } from './load-cluster'

export interface ListOptions {
  /** Absent: all namespaces. */
  readonly namespace?: string | undefined
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
  /** `0` accepts the server's cache, which is several times faster; absent asks for the newest. */
  readonly resourceVersion?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export interface ObjectList {
  readonly items: readonly KubernetesObject[]
  /** Where a watch continues. */
  readonly resourceVersion: string
}

/** The REST path of a collection or an object. Throws `malformed` for a name that could lead elsewhere. */
export function objectPath(resource: ResourceKind, namespace?: string, name?: string): string {
  return resourcePath(resource, segment(namespace), segment(name))
}

function segment(text: string | undefined): string | undefined {
  if (text === '.' || text === '..') throw new KubeError('malformed', `"${text}" is not a name.`)
  return text === undefined ? undefined : encodeURIComponent(text)
}

/** The object, or null when it does not exist. Rejects with `KubeError`. */
export async function getObject(
  cluster: Cluster,
  resource: ResourceKind,
  namespace: string,
  name: string,
  signal?: AbortSignal,
): Promise<KubernetesObject | null> {
  try {
    const path = objectPath(resource, namespace, name)
    const { body } = await cluster.transport.send({ method: 'GET', path, signal })
    return parseKubernetesObject(body)
  } catch (error) {
    if (hasStatus(error, 404)) return null
    throw error
  }
}

/** All objects of a kind, page by page, up to `LIST_OBJECTS_MAX`. Rejects with `KubeError`. */
export async function listObjects(
  cluster: Cluster,
  resource: ResourceKind,
  options: ListOptions = {},
): Promise<ObjectList> {
  const items: KubernetesObject[] = []
  let continuation: string | undefined
  for (;;) {
    const first = continuation === undefined
    const { body } = await cluster.transport.send({
      method: 'GET',
      path: objectPath(resource, options.namespace),
      query: {
        limit: LIST_PAGE_SIZE,
        continue: continuation,
        labelSelector: options.labelSelector,
        fieldSelector: options.fieldSelector,
        resourceVersion: first ? options.resourceVersion : undefined,
      },
      signal: options.signal,
    })
    const page = parsePage(body, resource)
    items.push(...page.items)
    if (items.length > LIST_OBJECTS_MAX) {
      const message = `There are more than ${LIST_OBJECTS_MAX} ${resource.plural}.`
      throw new KubeError('too-large', message)
    }
    if (page.continuation === '') return { items, resourceVersion: page.resourceVersion }
    continuation = page.continuation
  }
}

function parsePage(body: string, resource: ResourceKind) {
  const list = parseJson(body)
  const metadata = asObject(list['metadata'])
  const items = Array.isArray(list['items']) ? list['items'] : []
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  return {
    // Items of built-in kinds come without apiVersion and kind: the list's own kind says them.
    items: items.map((item: unknown) =>
      toKubernetesObject({
        apiVersion: apiVersionOf(resource),
        kind: resource.kind,
        ...asObject(item),
      }),
    ),
    resourceVersion: text(metadata?.['resourceVersion']),
    continuation: text(metadata?.['continue']),
  }
}

export interface DeleteOptions {
  /** Delete only this very object, not one created later under the same name. */
  readonly uid?: string | undefined
  readonly resourceVersion?: string | undefined
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
  readonly dryRun?: boolean
}

/** Deletes an object. Rejects with status 404 when it is not there, 409 when the preconditions do not hold. */
export async function deleteObject(
  cluster: Cluster,
  resource: ResourceKind,
  namespace: string,
  name: string,
  options: DeleteOptions = {},
): Promise<void> {
  const { uid, resourceVersion, propagationPolicy = 'Background' } = options
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  }
  await cluster.transport.send({
    method: 'DELETE',
    path: objectPath(resource, namespace, name),
    query: { dryRun: options.dryRun === true ? 'All' : undefined },
    body: {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy,
      ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
    },
  })
}

/**
 * Replaces parts of an object's status by a merge patch: maps merge, lists are replaced whole. With `resourceVersion`
 * the patch is refused with 409 when the object has moved on. Answers the object as stored.
 */
export async function patchStatus(
  cluster: Cluster,
  resource: ResourceKind,
  target: { readonly namespace: string; readonly name: string; readonly resourceVersion?: string },
  status: unknown,
  signal?: AbortSignal,
): Promise<KubernetesObject> {
  const { resourceVersion } = target
  const { body } = await cluster.transport.send({
    method: 'PATCH',
    path: `${objectPath(resource, target.namespace, target.name)}/status`,
    query: { fieldManager: FIELD_MANAGER },
    contentType: 'application/merge-patch+json',
    body: { ...(resourceVersion === undefined ? {} : { metadata: { resourceVersion } }), status },
    signal,
  })
  return parseKubernetesObject(body)
}

/** A JSON object from a body; throws `malformed` for anything else. */
export function parseJson(body: string): Record<string, unknown> {
  try {
    const object = asObject(JSON.parse(body))
    if (object !== null) return object
  } catch (error) {
    throw new KubeError('malformed', 'The API server did not answer with JSON.', { cause: error })
  }
  throw new KubeError('malformed', 'The API server did not answer with a JSON object.')
}

/** A Kubernetes object from a body; throws `malformed` for anything else. */
export function parseKubernetesObject(body: string): KubernetesObject {
  return toKubernetesObject(parseJson(body))
}

/** Checks that a value has what every object has: apiVersion, kind, metadata.name. Throws `malformed` otherwise. */
export function toKubernetesObject(value: unknown): KubernetesObject {
  if (isKubernetesObject(value)) return value
  throw new KubeError('malformed', 'The API server sent something that is not an object.')
}

function isKubernetesObject(value: unknown): value is KubernetesObject {
  const object = asObject(value)
  const metadata = asObject(object?.['metadata'])
  return (
    typeof object?.['apiVersion'] === 'string' &&
    typeof object['kind'] === 'string' &&
    typeof metadata?.['name'] === 'string'
  )
}
