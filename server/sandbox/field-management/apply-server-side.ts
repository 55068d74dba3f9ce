/** Server-side apply: the live object, what a manager applies and its managedFields → the merged object, or the conflicts. track-update.ts does it for all other writes. */
import type { JsonObject } from '@/lib/shared/json'
import { equalJson, isJsonObject, ownValue } from '@/lib/shared/json-values'
import type { OpenApiSchema } from '../api/contracts'
import { isTooDeep, tooDeepMessage } from '../api/json-fields'
import { badRequest, internalError, type Refusal } from '../api/refusal'
import { conflictRefusal } from './conflicts'
import { emptyObject } from './empty-objects'
import { FieldSet } from './field-set'
import { conflictsBeyondLastApplied, kubectlManager, syncLastApplied } from './last-applied'
import {
  decodeManagedFields,
  encodeManagedFields,
  formatTime,
  managedFieldsOf,
  type Owner,
  type Owners,
  ownerId,
  withManagedFields,
} from './managed-fields'
import { mergeObjects } from './merge-objects'
import { type Conflict, ignoredFields, moveOwnership, stripIdentity } from './move-ownership'
import { removeItems, withNamedFields } from './remove-items'
import { type Atom, rootAtom } from './schema-atom'
import { toFieldSet } from './to-field-set'
import { ownersAfterUpdate, reconcileAll } from './track-update'
import { validateApplied } from './validate-applied'

export interface ApplyRequest {
  /** The stored object; null when the apply creates it. */
  readonly live: JsonObject | null
  /** The configuration as the client sent it. */
  readonly applied: JsonObject
  readonly manager: string
  /** Take over fields that others own with another value. */
  readonly force: boolean
  readonly schema: OpenApiSchema
  /** Version the request was made in. */
  readonly apiVersion: string
  /** Kind of the endpoint; by default the live object's, or else the applied one's. */
  readonly kind?: string
  /** `status` or `scale`; empty or absent is the object itself. */
  readonly subresource?: string
  /** Field paths that are not tracked here; by default `status` outside /status, all else in it. */
  readonly resetFields?: readonly (readonly string[])[]
  /** Epoch milliseconds. */
  readonly now: number
}

export type ApplyOutcome = { readonly ok: true; readonly object: JsonObject } | Refusal

/**
 * The object after a server-side apply, with its managedFields, before defaulting. Fields that this manager
 * applied before and no longer does are removed unless someone else owns them too. 409 with a cause per
 * field when others own a changed field and `force` is off; 400 for a wrong type or managedFields in the
 * configuration; 500 when it does not fit the schema, as kube-apiserver has it. An apply that changes
 * nothing before defaulting returns what is stored; when defaulting makes it so, `keepTimes` tells.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
export function applyServerSide(request: ApplyRequest): ApplyOutcome {
  const invalid = refuseInvalid(request)
  if (invalid !== undefined) return invalid
  const atom = rootAtom(request.schema)
  const mismatch = validateApplied(request.applied, atom)
  if (mismatch !== undefined) {
    return internalError(
      `failed to create typed patch object (${identityOf(request)}): ${mismatch}`,
    )
  }
  const stored = decodeManagedFields(managedFieldsOf(request.live ?? {}))
  if ('error' in stored) return internalError(`failed to decode managed fields: ${stored.error}`)
  const tracked = trackUnmanaged(request, stored.owners)
  const outcome = applyTakingOver(request, atom, tracked)
  if (!outcome.ok) return outcome
  const object =
    request.manager === kubectlManager
      ? syncLastApplied(outcome.object, request.applied)
      : outcome.object
  return { ok: true, object: withManagedFields(object, encodeManagedFields(outcome.owners)) }
}

function refuseInvalid(request: ApplyRequest): Refusal | undefined {
  const { applied, live, apiVersion } = request
  if (isTooDeep(applied)) return badRequest(tooDeepMessage('the applied configuration'))
  const kind = textAt(applied, 'kind')
  const expectedKind = request.kind ?? (live === null ? kind : textAt(live, 'kind'))
  const version = textAt(applied, 'apiVersion')
  if (kind === '' || kind !== expectedKind || version !== apiVersion) {
    return badRequest(`invalid object type: ${formatType(applied)}`)
  }
  if (Array.isArray(managedFieldsOf(applied))) {
    return badRequest('metadata.managedFields must be nil')
  }
  return undefined
}

function textAt(object: JsonObject, key: string): string {
  const value = ownValue(object, key)
  return typeof value === 'string' ? value : ''
}

/** `group/version, Kind=Kind`; the core group is empty, as in `/v1, Kind=Pod`. */
function formatType(object: JsonObject): string {
  const version = textAt(object, 'apiVersion')
  const groupVersion = version.includes('/') ? version : `/${version}`
  return `${groupVersion}, Kind=${textAt(object, 'kind')}`
}

/** `namespace/name; group/version, Kind=Kind`, as Go prints an object's identity. */
function identityOf({ applied }: ApplyRequest): string {
  const metadata = ownValue(applied, 'metadata')
  const meta = isJsonObject(metadata) ? metadata : {}
  const identity = `${textAt(meta, 'namespace')}/${textAt(meta, 'name')}`
  return `${identity}; ${formatType(applied)}`
}

/** An object that nobody is known to own is taken to belong to whoever wrote it before the first apply. */
function trackUnmanaged(request: ApplyRequest, owners: Owners): Owners {
  if (owners.size > 0 || request.live === null) return owners
  const tracked = ownersAfterUpdate(owners, {
    ...request,
    before: emptyObject(request.apiVersion, textAt(request.live, 'kind')),
    after: request.live,
    operation: 'Update',
    manager: 'before-first-apply',
  })
  return tracked ?? owners
}

type Applied =
  | { readonly ok: true; readonly object: JsonObject; readonly owners: Owners }
  | { readonly ok: false; readonly conflicts: readonly Conflict[] }
  | Refusal

/** Applies; when only kubectl's own client-side apply is in the way, applies again with force. */
function applyTakingOver(
  request: ApplyRequest,
  atom: Atom,
  owners: Owners,
): Extract<Applied, { ok: true }> | Refusal {
  const first = apply(request, atom, owners, request.force)
  if (first.ok || !('conflicts' in first)) return first
  const remaining =
    request.manager === kubectlManager
      ? conflictsBeyondLastApplied(first.conflicts, request.live ?? {}, request.apiVersion, atom)
      : first.conflicts
  if (remaining.length > 0) return conflictRefusal(remaining)
  const forced = apply(request, atom, owners, true)
  return forced.ok || !('conflicts' in forced) ? forced : conflictRefusal(forced.conflicts)
}

function apply(request: ApplyRequest, atom: Atom, owners: Owners, force: boolean): Applied {
  const live = withManagedFields(request.live ?? {}, undefined)
  const ignored = ignoredFields(request.subresource ?? '', request.resetFields)
  const self = {
    manager: request.manager === '' ? 'unknown' : request.manager,
    operation: 'Apply' as const,
    apiVersion: request.apiVersion,
    subresource: request.subresource ?? '',
  }
  const id = ownerId(self)
  const reconciled = reconcileAll(owners, atom)
  const last = reconciled.get(id)
  const fields = toFieldSet(request.applied, atom).recursiveDifference(ignored)
  const claimed = new Map<string, Owner>(reconciled)
  claimed.set(id, { ...self, fields, time: last?.time })
  const merged = prune(mergeObjects(live, request.applied, atom), claimed, last, atom)
  const change = { before: live, after: merged, atom, ignored }
  const moved = moveOwnership(claimed, change, id, force)
  if ('conflicts' in moved) return { ok: false, conflicts: moved.conflicts }
  if ('error' in moved) return internalError(`failed to compare objects: ${moved.error}`)
  const isChanged = request.live === null || !equalJson(live, merged)
  const mine = moved.owners.get(id)
  if (isChanged && mine !== undefined) {
    moved.owners.set(id, { ...mine, time: formatTime(request.now) })
  }
  stripIdentity(moved.owners, id)
  return { ok: true, object: isChanged ? merged : live, owners: moved.owners }
}

/** Removes what the manager applied last time and nobody claims now. Fields nobody ever owned stay. */
function prune(
  merged: JsonObject,
  claimed: Owners,
  last: Owner | undefined,
  atom: Atom,
): JsonObject {
  if (last === undefined || last.fields.isEmpty()) return merged
  const lastFields = withNamedFields(last.fields, atom)
  const mergedFields = withNamedFields(toFieldSet(merged, atom), atom)
  let owned = new FieldSet()
  for (const owner of claimed.values()) owned = owned.union(owner.fields)
  const pruned = removeItems(merged, lastFields, atom, 'null')
  const kept = fieldsOf(pruned, atom).union(withNamedFields(owned, atom))
  const withOwned = removeItems(merged, mergedFields.difference(kept), atom, 'null')
  const dropped = mergedFields.difference(fieldsOf(withOwned, atom)).intersection(lastFields)
  return removeItems(merged, dropped, atom)
}

function fieldsOf(object: JsonObject, atom: Atom): FieldSet {
  return withNamedFields(toFieldSet(object, atom), atom)
}
