/** An object before and after a write → its managedFields. */
import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject, ownValue } from '@/lib/shared/json-values'
import type { OpenApiSchema } from '../api/contracts'
import { compareUtf8 } from '../api/go-format'
import { isTooDeep } from '../api/json-fields'
import { emptyObject } from './empty-objects'
import { FieldSet } from './field-set'
import { UPDATE_MANAGERS_MAX } from './limits'
import {
  decodeManagedFields,
  encodeManagedFields,
  formatTime,
  isReset,
  managedFieldsOf,
  type Owner,
  type Owners,
  ownerId,
  secondsOf,
  withManagedFields,
} from './managed-fields'
import { ignoredFields, moveOwnership, stripIdentity } from './move-ownership'
import { reconcileFieldSet } from './reconcile-field-set'
import { type Atom, rootAtom } from './schema-atom'

export interface UpdateRequest {
  /** The stored object; null on create. */
  readonly before: JsonObject | null
  /** The object about to be stored, defaulted and pruned, with the managedFields the client sent, if any. */
  readonly after: JsonObject
  /** Field manager; empty becomes `unknown`. */
  readonly manager: string
  readonly operation?: 'Update'
  /** Version the request was made in. */
  readonly apiVersion: string
  /** `status` or `scale`; empty or absent is the object itself. */
  readonly subresource?: string
  readonly schema: OpenApiSchema
  /** Field paths whose changes do not count here; by default `status` outside /status, all else in it. */
  readonly resetFields?: readonly (readonly string[])[]
  /** Epoch milliseconds. */
  readonly now: number
}

/**
 * The metadata.managedFields to store with a create, update or patch; empty means that the field is left out.
 * Changed fields move to the manager, times move only with them. A client may edit the list, or empty it
 * (`[]` or `[{}]`), which also ends tracking until the next apply. When ownership cannot be worked out the
 * list stays as it was. https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function trackUpdate(request: UpdateRequest): JsonObject[] {
  const { before, after } = request
  const owners = startingOwners(before, after, request.subresource ?? '')
  // Tracking that was given up stays so until someone applies.
  if (owners.size === 0 && before !== null && isStored(before)) return []
  const updated = ownersAfterUpdate(owners, {
    ...request,
    before: before ?? emptyObject(request.apiVersion, kindOf(after)),
  })
  if (updated !== undefined) return encodeManagedFields(capUpdateManagers(updated))
  return before === null ? [] : encodeManagedFields(ownersOf(before))
}

function isStored(object: JsonObject): boolean {
  const metadata = ownValue(object, 'metadata')
  return isJsonObject(metadata) && Boolean(ownValue(metadata, 'uid'))
}

function kindOf(object: JsonObject): string {
  const kind = ownValue(object, 'kind')
  return typeof kind === 'string' ? kind : ''
}

/** What the client sent if it is a list of owners, else what is stored. Subresources cannot edit the list. */
function startingOwners(
  before: JsonObject | null,
  after: JsonObject,
  subresource: string,
): Map<string, Owner> {
  const sent = managedFieldsOf(after)
  if (subresource === '') {
    if (isReset(sent)) return new Map()
    const decoded = decodeManagedFields(sent)
    if ('owners' in decoded && decoded.owners.size > 0) return decoded.owners
  }
  return before === null ? new Map() : ownersOf(before)
}

function ownersOf(object: JsonObject): Map<string, Owner> {
  const decoded = decodeManagedFields(managedFieldsOf(object))
  return 'owners' in decoded ? decoded.owners : new Map()
}

/** Owners after one update, or undefined when the objects cannot be compared. */
export function ownersAfterUpdate(
  owners: Owners,
  request: UpdateRequest & { readonly before: JsonObject },
): Map<string, Owner> | undefined {
  if (isTooDeep(request.after)) return undefined
  const self: Omit<Owner, 'fields' | 'time'> = {
    manager: request.manager === '' ? 'unknown' : request.manager,
    operation: 'Update',
    apiVersion: request.apiVersion,
    subresource: request.subresource ?? '',
  }
  const change = {
    before: withManagedFields(request.before, undefined),
    after: withManagedFields(request.after, undefined),
    atom: rootAtom(request.schema),
    ignored: ignoredFields(self.subresource, request.resetFields),
  }
  // Nobody has this id: the updater's own older entry loses changed fields too, and gets them back below.
  const moved = moveOwnership(reconcileAll(owners, change.atom), change, '', true)
  if (!('owners' in moved)) return undefined
  const changed = moved.comparison.modified.union(moved.comparison.added)
  const taken = new Map(moved.owners)
  const id = ownerId(self)
  if (!changed.isEmpty()) {
    // The scale endpoint writes its entries without a time.
    const time = self.subresource === 'scale' ? undefined : formatTime(request.now)
    const current = new Map([[id, { ...self, fields: changed, time }]])
    stripIdentity(current, id)
    const fields = current.get(id)?.fields
    const previous = taken.get(id)?.fields ?? new FieldSet()
    if (fields !== undefined) taken.set(id, { ...self, fields: fields.union(previous), time })
  }
  return taken
}

/** Stored owners, their sets brought up to date with the schema of today. */
export function reconcileAll(owners: Owners, atom: Atom): Map<string, Owner> {
  return new Map(
    [...owners].map(([id, owner]) => [
      id,
      { ...owner, fields: reconcileFieldSet(owner.fields, atom) },
    ]),
  )
}

/**
 * At most `UPDATE_MANAGERS_MAX` Update entries: of the oldest, those of one version are merged into an entry
 * called `ancient-changes`. Entries are only merged with others of their version, so one may remain per version.
 */
function capUpdateManagers(owners: ReadonlyMap<string, Owner>): Map<string, Owner> {
  const capped = new Map(owners)
  const updaters = [...owners]
    .filter(([, owner]) => owner.operation === 'Update')
    .sort(([leftId, left], [rightId, right]) => {
      const age = secondsOf(left.time) - secondsOf(right.time)
      return age || compareUtf8(leftId, rightId)
    })
  let excess = updaters.length - UPDATE_MANAGERS_MAX
  const oldestOf = new Map<string, string>()
  for (const [id, owner] of updaters) {
    if (excess <= 0) break
    const oldest = oldestOf.get(owner.apiVersion)
    if (oldest === undefined) {
      oldestOf.set(owner.apiVersion, id)
      continue
    }
    mergeIntoAncient(capped, oldest, id)
    excess -= 1
  }
  return capped
}

/** Folds two entries of one version into its `ancient-changes`, with the time of the newer one. */
function mergeIntoAncient(owners: Map<string, Owner>, olderId: string, newerId: string): void {
  const newer = owners.get(newerId)
  if (newer === undefined) return
  const ancient = {
    manager: 'ancient-changes',
    operation: 'Update' as const,
    apiVersion: newer.apiVersion,
    subresource: '',
  }
  const bucketId = ownerId(ancient)
  let fields = new FieldSet()
  for (const id of new Set([bucketId, olderId, newerId])) {
    fields = fields.union(owners.get(id)?.fields ?? new FieldSet())
    owners.delete(id)
  }
  owners.set(bucketId, { ...ancient, fields, time: newer.time })
}
