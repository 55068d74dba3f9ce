/** Reading and changing single objects and collections by the API's own paths. */
import { type ResourceKind, resourcePath } from '@/lib/gateway-api/kinds'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import type { Cluster } from './cluster'
import { KubeError, statusCodeOf } from './kube-error'
import { LIST_PAGE_ITEMS } from './limits'

export interface ObjectList {
  readonly items: readonly KubernetesObject[]
  readonly resourceVersion: string
}

/** The object, or null when it does not exist. */
export async function getObject(
  cluster: Cluster,
  resource: ResourceKind,
  namespace: string,
  name: string,
): Promise<KubernetesObject | null> {
  try {
    const { body } = await cluster.request({ path: resourcePath(resource, namespace, name) })
    return asObject(body)
  } catch (error) {
    if (statusCodeOf(error) === 404) return null
    throw error
  }
}

/** All objects of a kind in one consistent list, fetched page by page. */
export async function listObjects(
  cluster: Cluster,
  resource: ResourceKind,
  options: { namespace?: string; fieldSelector?: string; signal?: AbortSignal } = {},
): Promise<ObjectList> {
  const items: KubernetesObject[] = []
  let continueToken = ''
  for (;;) {
    const { body } = await cluster.request({
      path: resourcePath(resource, options.namespace),
      query: {
        limit: String(LIST_PAGE_ITEMS),
        ...(options.fieldSelector && { fieldSelector: options.fieldSelector }),
        ...(continueToken && { continue: continueToken }),
      },
      ...(options.signal && { signal: options.signal }),
    })
    const list = asList(body)
    // Items of a list carry no kind of their own.
    const identity = { apiVersion: list.apiVersion, kind: list.kind.replace(/List$/, '') }
    for (const item of list.items) items.push({ ...identity, ...item })
    continueToken = list.metadata.continue ?? ''
    if (continueToken === '') return { items, resourceVersion: list.metadata.resourceVersion }
  }
}

/** Deletes one object; with `uid` only if it is still that one. Throws a KubeError, 404 included. */
export async function deleteObject(
  cluster: Cluster,
  resource: ResourceKind,
  namespace: string,
  name: string,
  options: { uid?: string } = {},
): Promise<void> {
  await cluster.request({
    method: 'DELETE',
    path: resourcePath(resource, namespace, name),
    body: {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      ...(options.uid && { preconditions: { uid: options.uid } }),
    },
  })
}

/** Replaces `status` by a merge patch that fails with 409 when the object has moved on. */
export async function patchStatus(
  cluster: Cluster,
  resource: ResourceKind,
  object: KubernetesObject,
  status: unknown,
  fieldManager: string,
): Promise<KubernetesObject> {
  const { name, namespace, resourceVersion } = object.metadata
  const { body } = await cluster.request({
    method: 'PATCH',
    path: `${resourcePath(resource, namespace, name)}/status`,
    query: { fieldManager },
    contentType: 'application/merge-patch+json',
    body: { metadata: { resourceVersion }, status },
  })
  return asObject(body)
}

interface WireList {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string }
  readonly items: readonly KubernetesObject[]
}

/** The API server's answer is trusted to be what its path says; its outline is checked. */
export function asObject(body: unknown): KubernetesObject {
  if (typeof body === 'object' && body !== null && 'metadata' in body) return body as KubernetesObject
  throw new KubeError('bad-answer', 'The API server answered with something that is no object.')
}

function asList(body: unknown): WireList {
  if (typeof body === 'object' && body !== null && 'items' in body && Array.isArray(body.items)) {
    return body as WireList
  }
  throw new KubeError('bad-answer', 'The API server answered with something that is no list.')
}
