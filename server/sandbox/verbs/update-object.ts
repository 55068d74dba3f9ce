/** The wanted state of an existing object → admission, validation, generation → the store. */

import type { JsonObject } from '@/lib/shared/json'
import { equalJson } from '@/lib/shared/json-values'
import {
  type ApiObject,
  asApiObject,
  integerAt,
  metadataOf,
  nameOf,
  namespaceOf,
  objectAt,
  textAt,
  withMetadata,
} from '../api/api-object'
import { objectKey, resourceKey } from '../api/names'
import { failure, type Outcome, success } from '../api/outcome'
import { badRequest, conflict, internal, invalid } from '../api/status-error'
import { keepTimes } from '../field-management/keep-times'
import type { ServedKind } from '../kinds/served-kind'
import type { SandboxContext, WriteOptions } from '../requests/context'
import type { WriteGuard } from '../requests/write-guard'
import { isReadyToRemove } from '../storage/store'
import { webhookRefusal } from './admission'
import {
  forStorage,
  inVersion,
  invalidObject,
  outcomeInVersion,
  withTrackedFields,
} from './write-object'

export interface UpdateRequest {
  readonly kind: ServedKind
  readonly namespace: string
  readonly name: string
  /** Pruned and defaulted. */
  readonly object: JsonObject
  /** The stored object in the request's version. */
  readonly live: JsonObject
  readonly subresource: '' | 'status'
  readonly options: WriteOptions
  /** The endpoint that managedFields name, where it is not `subresource`. */
  readonly trackedAs?: 'scale'
  /** Server-side apply brings its own managedFields. */
  readonly isTracked?: boolean
  /** What the writer has to pass; controllers pass everything. */
  readonly guard?: WriteGuard
}

/** The stored object in the request's version, or why nothing was written. An update that changes nothing writes nothing. */
export async function updateObject(
  context: SandboxContext,
  request: UpdateRequest,
): Promise<Outcome<ApiObject>> {
  const { kind, live, subresource } = request
  const stale = identityError(request)
  if (stale !== undefined) return failure(stale)
  const escalation = request.guard?.escalation(request.object, live)
  if (escalation !== undefined) return failure(escalation)
  const merged = mergeWithLive(request)
  const tracked = request.isTracked === true ? merged : track(context, request, merged)
  const reset = subresource === 'status' ? resetMetadata(kind, tracked, live) : tracked
  const kept = keepTimes(live, reset)
  const own = kind.prepareUpdate(kept, live)
  const moved = subresource === 'status' ? own : withGeneration(kind, own, live)
  const errors = kind.validateUpdate(moved, live, subresource)
  if (errors.length > 0) return failure(invalidObject(kind, moved, errors))
  const refusal =
    subresource === '' ? webhookRefusal(context.store, kind.resource, moved) : undefined
  if (refusal !== undefined) return failure(refusal)
  return store(context, request, moved)
}

function identityError(request: UpdateRequest) {
  const { kind, object, live, name } = request
  const mismatch = identityMismatch(request)
  if (mismatch !== undefined) return badRequest(mismatch)
  const given = givenVersion(object)
  if (!/^\d*$/.test(given)) {
    return internal(`strconv.ParseUint: parsing ${JSON.stringify(given)}: invalid syntax`)
  }
  if (given === '' && kind.isCustom && request.isTracked !== true) {
    return versionMissing(kind, name)
  }
  if (given !== '' && given !== textAt(metadataOf(live), 'resourceVersion')) {
    return conflict(kind.resource, name)
  }
  return undefined
}

/** The version an update names; 0 is none. */
function givenVersion(object: JsonObject): string {
  const version = textAt(metadataOf(object), 'resourceVersion')
  return version === '0' ? '' : version
}

/** Custom resources are never updated whatever their version; the message names the resource as if it were the kind. */
function versionMissing({ resource }: ServedKind, name: string) {
  const message = 'Invalid value: 0x0: must be specified for an update'
  const error = { reason: 'FieldValueInvalid', field: 'metadata.resourceVersion', message } as const
  return invalid(resource.plural, resource.group, name, [error])
}

/** Why the object is not the one of the request path. */
export function identityMismatch(
  request: Pick<UpdateRequest, 'object' | 'name' | 'namespace'>,
): string | undefined {
  const name = nameOf(request.object)
  if (name !== request.name) {
    return name === ''
      ? `the name of the object (${request.name} based on URL) was undeterminable: name must be provided`
      : `the name of the object (${name}) does not match the name on the URL (${request.name})`
  }
  const namespace = namespaceOf(request.object)
  if (namespace !== '' && namespace !== request.namespace) {
    return 'the namespace of the provided object does not match the namespace sent on the request'
  }
  return undefined
}

/** What this endpoint may change comes from the request, the rest from the stored object. */
function mergeWithLive(request: UpdateRequest): JsonObject {
  const { kind, object, live, subresource } = request
  const metadata = metadataOf(live)
  const given = metadataOf(object)
  const merged = withMetadata(object, {
    namespace: metadata['namespace'],
    uid: given['uid'] ?? metadata['uid'],
    creationTimestamp: metadata['creationTimestamp'],
    generation: metadata['generation'],
    deletionTimestamp: metadata['deletionTimestamp'] ?? given['deletionTimestamp'],
    deletionGracePeriodSeconds:
      given['deletionGracePeriodSeconds'] ?? metadata['deletionGracePeriodSeconds'],
    resourceVersion:
      givenVersion(object) || (kind.isCustom ? undefined : metadata['resourceVersion']),
  })
  if (subresource === 'status') return withStatus({ ...live, metadata: metadataOf(merged) }, object)
  return kind.hasStatus ? withStatus(merged, live) : merged
}

function withStatus(object: JsonObject, { status }: JsonObject): JsonObject {
  const { status: _status, ...rest } = object
  return status === undefined ? rest : { ...rest, status }
}

/** Takes back what a status write may not change of the metadata: all but who owns what in custom resources, little in others. */
function resetMetadata(kind: ServedKind, object: JsonObject, live: JsonObject): JsonObject {
  if (kind.isCustom) {
    const { managedFields } = metadataOf(object)
    return withMetadata({ ...object, metadata: metadataOf(live) }, { managedFields })
  }
  const fields = kind.statusResets.flatMap(([, field]) => field ?? [])
  const kept = fields.map((field) => [field, metadataOf(live)[field]] as const)
  return withMetadata(object, Object.fromEntries(kept))
}

function track(context: SandboxContext, request: UpdateRequest, merged: JsonObject): JsonObject {
  const { kind, live, options, subresource } = request
  const given = metadataOf(merged)['managedFields'] ?? metadataOf(live)['managedFields']
  const after = withMetadata(merged, { managedFields: given })
  const place = request.trackedAs ?? subresource
  return withTrackedFields(context, kind, live, after, options.manager, place)
}

function withGeneration(kind: ServedKind, object: JsonObject, live: JsonObject): JsonObject {
  if (!kind.tracksGeneration || !kind.changesGeneration(object, live)) return object
  const generation = integerAt(objectAt(live, 'metadata'), 'generation') ?? 0
  return withMetadata(object, { generation: generation + 1 })
}

async function store(
  context: SandboxContext,
  request: UpdateRequest,
  object: JsonObject,
): Promise<Outcome<ApiObject>> {
  const { kind, live, options } = request
  if (equalJson(object, live)) return success(asApiObject(object))
  if (options.isDryRun) return success(asApiObject(object))
  const resource = resourceKey(kind.resource)
  if (!isReadyToRemove(object)) {
    return outcomeInVersion(kind, await context.store.put(resource, forStorage(kind, object)))
  }
  // The last finalizer is gone: the update is the deletion.
  const key = objectKey(request.namespace, request.name)
  const removed = await context.store.remove(resource, key)
  return removed.ok ? success(asApiObject(inVersion(kind, object))) : removed
}
