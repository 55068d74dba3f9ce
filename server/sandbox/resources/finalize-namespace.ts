/** PUT …/namespaces/<name>/finalize: the only way to spec.finalizers, and out of a deletion that does not end. */
import { isJsonObject } from '@/lib/shared/json-values'
import {
  finalizersOf,
  isBeingDeleted,
  listAt,
  metadataOf,
  objectAt,
  textAt,
  uidOf,
} from '../api/api-object'
import { objectKey, resourceKey } from '../api/names'
import { badRequest, conflict, methodNotAllowed, notFound } from '../api/status-error'
import { decodeObject } from '../decode/decode-body'
import { type Answer, failed } from '../requests/answer'
import type { ApiRequest } from '../requests/api-request'
import { identityMismatch } from '../verbs/update-object'
import { represent } from './read-handlers'
import { headObject } from './write-handlers'

/** Stores the finalizers of the body; a namespace that is being deleted goes when none are left, whatever is in it. */
export async function finalizeNamespace(request: ApiRequest): Promise<Answer> {
  const { context, kind, info, http, body } = request
  if (http.method !== 'PUT') return failed(methodNotAllowed())
  const decoded = decodeObject(kind, body, http.headers['content-type'])
  if (!decoded.ok) return failed(decoded.error)
  const { object } = decoded.value
  const live = headObject(request)
  if (live === undefined) return failed(notFound(kind.resource, info.name))
  const mismatch = identityMismatch({ object, name: info.name, namespace: '' })
  if (mismatch !== undefined) return failed(badRequest(mismatch))
  const version = textAt(metadataOf(object), 'resourceVersion')
  const isStale = version !== '' && version !== textAt(live.metadata, 'resourceVersion')
  if (isStale || (uidOf(object) !== '' && uidOf(object) !== uidOf(live))) {
    return failed(conflict(kind.resource, info.name))
  }
  const finalizers = listAt(isJsonObject(object['spec']) ? object['spec'] : {}, 'finalizers')
  const { finalizers: _, ...spec } = objectAt(live, 'spec')
  const changed = {
    ...live,
    spec: finalizers.length === 0 ? spec : { ...spec, finalizers: [...finalizers] },
  }
  const isOver = isBeingDeleted(live) && finalizers.length === 0 && finalizersOf(live).length === 0
  const resource = resourceKey(kind.resource)
  const outcome = isOver
    ? await context.store.remove(resource, objectKey('', info.name))
    : await context.store.put(resource, changed)
  return outcome.ok
    ? represent(request, isOver ? changed : outcome.value, 200)
    : failed(outcome.error)
}
