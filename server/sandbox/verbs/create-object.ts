/** A decoded body → defaults, admission, validation → the store. */
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import {
  type ApiObject,
  asApiObject,
  nameOf,
  namespaceOf,
  objectAt,
  textAt,
  timestamp,
  withMetadata,
} from '../api/api-object'
import { GENERATE_NAME_TRIES } from '../api/limits'
import { objectKey, resourceKey } from '../api/names'
import { failure, type Outcome, success } from '../api/outcome'
import { alreadyExists, badRequest, internal } from '../api/status-error'
import type { ServedKind } from '../kinds/served-kind'
import type { SandboxContext, WriteOptions } from '../requests/context'
import type { WriteGuard } from '../requests/write-guard'
import { webhookRefusal } from './admission'
import {
  forStorage,
  invalidObject,
  namespaceRefusal,
  outcomeInVersion,
  withTrackedFields,
} from './write-object'

export interface CreateRequest {
  readonly kind: ServedKind
  /** Namespace of the request path; '' for cluster-scoped kinds. */
  readonly namespace: string
  /** Pruned and defaulted. */
  readonly object: JsonObject
  readonly options: WriteOptions
  /** Server-side apply brings its own managedFields. */
  readonly isTracked?: boolean
  /** What the writer has to pass; controllers pass everything. */
  readonly guard?: WriteGuard
  /** Whether a patch creates the object. */
  readonly isPatched?: boolean
}

/** The stored object in the request's version, or why there is none. */
export async function createObject(
  context: SandboxContext,
  request: CreateRequest,
): Promise<Outcome<ApiObject>> {
  const { kind, options } = request
  const mismatch = namespaceMismatch(request)
  if (mismatch !== undefined) return failure(badRequest(mismatch))
  const missing = namespaceRefusal(context, kind, request.namespace, nameOf(request.object))
  if (missing !== undefined) return failure(missing)
  const escalation = request.guard?.escalation(request.object, undefined)
  if (escalation !== undefined) return failure(escalation)
  const prepared = prepare(context, request)
  const errors = kind.validateCreate(prepared)
  if (errors.length > 0) return failure(invalidObject(kind, prepared, errors))
  const refusal =
    (request.isPatched === true ? request.guard?.creation() : undefined) ??
    webhookRefusal(context.store, kind.resource, prepared)
  if (refusal !== undefined) return failure(refusal)
  if (textAt(objectAt(request.object, 'metadata'), 'resourceVersion') !== '') {
    return failure(internal('resourceVersion should not be set on objects to be created'))
  }
  const resource = resourceKey(kind.resource)
  const key = objectKey(namespaceOf(prepared), nameOf(prepared))
  if (context.store.head(resource, key) !== undefined) {
    return failure(alreadyExists(kind.resource, nameOf(prepared)))
  }
  // What storage gives back is defaulted once more, as kube-apiserver does when it reads.
  const defaulted = kind.decode(prepared)
  const final = defaulted.ok ? defaulted.object : prepared
  if (options.isDryRun) return success(asApiObject(final))
  return outcomeInVersion(kind, await context.store.put(resource, forStorage(kind, final)))
}

function namespaceMismatch(request: CreateRequest): string | undefined {
  const given = namespaceOf(request.object)
  if (!request.kind.resource.namespaced || given === '' || given === request.namespace) {
    return undefined
  }
  return 'the namespace of the provided object does not match the namespace sent on the request'
}

function prepare(context: SandboxContext, request: CreateRequest): JsonObject {
  const { kind, options } = request
  const metadata = objectAt(request.object, 'metadata')
  const placed = withMetadata(request.object, {
    namespace: kind.resource.namespaced ? request.namespace : undefined,
    name: nameOf(request.object) || generatedName(context, request),
    uid: context.newUid(),
    creationTimestamp: timestamp(context.now()),
    generation: kind.tracksGeneration ? 1 : undefined,
    resourceVersion: undefined,
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
    selfLink: undefined,
    managedFields: metadata['managedFields'],
  })
  const tracked =
    request.isTracked === true
      ? placed
      : withTrackedFields(context, kind, null, placed, options.manager)
  const { status: _status, ...withoutStatus } = tracked
  return kind.prepareCreate(kind.hasStatus ? withoutStatus : tracked, (field, value) =>
    isTaken(context, kind, field, value),
  )
}

/** A free name with the prefix, or an empty one when generateName is not set. */
function generatedName(context: SandboxContext, request: CreateRequest): string | undefined {
  const prefix = textAt(objectAt(request.object, 'metadata'), 'generateName').slice(0, 58)
  if (prefix === '') return undefined
  const resource = resourceKey(request.kind.resource)
  let name = `${prefix}${context.nameSuffix()}`
  for (let i = 1; i < GENERATE_NAME_TRIES; i += 1) {
    if (context.store.head(resource, objectKey(request.namespace, name)) === undefined) break
    name = `${prefix}${context.nameSuffix()}`
  }
  return name
}

function isTaken(context: SandboxContext, kind: ServedKind, field: string, value: string): boolean {
  for (const object of context.store.headObjects(resourceKey(kind.resource))) {
    let found: JsonValue[] = [object]
    for (const name of field.split('.')) {
      found = found.flatMap((item) => (isJsonObject(item) ? (item[name] ?? []) : []))
    }
    if (found.some((item) => String(item) === value)) return true
  }
  return false
}
