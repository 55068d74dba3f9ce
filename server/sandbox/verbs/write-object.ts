/** Shared steps of create, update, patch and delete. */
import type { JsonObject } from '@/lib/shared/json'
import {
  type ApiObject,
  isBeingDeleted,
  nameOf,
  objectAt,
  textAt,
  withMetadata,
} from '../api/api-object'
import { groupVersionOf, objectKey } from '../api/names'
import type { ApiStatus, Outcome } from '../api/outcome'
import { forbidden, invalid, notFound } from '../api/status-error'
import { trackUpdate } from '../field-management/track-update'
import { resetFieldsOf, type ServedKind } from '../kinds/served-kind'
import type { SandboxContext } from '../requests/context'

/** A stored object in the version a request speaks. */
export function inVersion<T extends JsonObject>(kind: ServedKind, object: T): T {
  const apiVersion = groupVersionOf(kind.resource)
  return object['apiVersion'] === apiVersion ? object : { ...object, apiVersion }
}

/** The outcome's object in the version a request speaks. */
export function outcomeInVersion(
  kind: ServedKind,
  outcome: Outcome<ApiObject>,
): Outcome<ApiObject> {
  return outcome.ok ? { ok: true, value: inVersion(kind, outcome.value) } : outcome
}

/** An object as it is stored: in the storage version. Conversion is None, so only the label changes. */
export function forStorage(kind: ServedKind, object: JsonObject): JsonObject {
  const { group } = kind.resource
  return { ...object, apiVersion: groupVersionOf({ group, version: kind.storageVersion }) }
}

/** 422 for the kind the object claims to be, which is what kube-apiserver prints. */
export function invalidObject(
  kind: ServedKind,
  object: JsonObject,
  errors: Parameters<typeof invalid>[3],
): ApiStatus {
  const claimed = textAt(object, 'kind')
  const name = nameOf(object) || textAt(objectAt(object, 'metadata'), 'generateName')
  return invalid(claimed || kind.resource.kind, kind.resource.group, name, errors)
}

/** metadata.managedFields after this write. An empty list leaves the field out. */
export function withTrackedFields(
  context: SandboxContext,
  kind: ServedKind,
  before: JsonObject | null,
  after: JsonObject,
  manager: string,
  subresource = '',
): JsonObject {
  const managedFields = trackUpdate({
    before,
    after,
    manager,
    apiVersion: groupVersionOf(kind.resource),
    subresource,
    schema: kind.schema,
    now: context.now(),
    resetFields: resetFieldsOf(kind, subresource),
  })
  return withMetadata(after, {
    managedFields: managedFields.length > 0 ? managedFields : undefined,
  })
}

/** The NamespaceLifecycle admission plugin: nothing is created in a namespace that is missing or going away. */
export function namespaceRefusal(
  context: SandboxContext,
  kind: ServedKind,
  namespace: string,
  name: string,
): ApiStatus | undefined {
  if (!kind.resource.namespaced) return undefined
  const found = context.store.head('/namespaces', objectKey('', namespace))
  if (found === undefined) {
    return notFound({ group: '', kind: 'Namespace', plural: 'namespaces' }, namespace)
  }
  if (!isBeingDeleted(found)) return undefined
  return {
    ...forbidden(
      kind.resource,
      name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    ),
    details: {
      name,
      ...(kind.resource.group === '' ? {} : { group: kind.resource.group }),
      kind: kind.resource.plural,
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    },
  }
}
