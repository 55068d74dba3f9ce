/** DELETE: preconditions, finalizers, grace for Pods. https://kubernetes.io/docs/concepts/architecture/garbage-collection/ */
import type { JsonObject } from '@/lib/shared/json'
import {
  type ApiObject,
  asApiObject,
  finalizersOf,
  integerAt,
  isBeingDeleted,
  metadataOf,
  nameOf,
  namespaceOf,
  textAt,
  timestamp,
  uidOf,
  withMetadata,
} from '../api/api-object'
import type { PropagationPolicy } from '../api/contracts'
import { objectKey, resourceKey } from '../api/names'
import { type ApiStatus, failure, type Outcome, success } from '../api/outcome'
import { conflict, forbidden } from '../api/status-error'
import type { ServedKind } from '../kinds/served-kind'
import type { SandboxContext } from '../requests/context'
import { forStorage, inVersion } from './write-object'

export interface DeleteOptions {
  readonly isDryRun: boolean
  readonly propagationPolicy: PropagationPolicy | undefined
  readonly gracePeriodSeconds: number | undefined
  /** Preconditions; undefined takes any. */
  readonly uid: string | undefined
  readonly resourceVersion: string | undefined
}

/** How a controller deletes: any version, with the object's own grace; what depends on it goes afterwards. */
export const BACKGROUND_DELETION: DeleteOptions = {
  isDryRun: false,
  propagationPolicy: 'Background',
  gracePeriodSeconds: undefined,
  uid: undefined,
  resourceVersion: undefined,
}

export interface Deletion {
  /** The object as it was last, or as it is while it waits. */
  readonly object: ApiObject
  /** False while finalizers or a grace period hold it. */
  readonly isGone: boolean
}

const ORPHAN = 'orphan'
const FOREGROUND = 'foregroundDeletion'

/** Deletes or begins to delete a stored object. */
export async function deleteObject(
  context: SandboxContext,
  kind: ServedKind,
  live: ApiObject,
  options: DeleteOptions,
): Promise<Outcome<Deletion>> {
  const refusal = preconditionError(kind, live, options) ?? immortalError(kind, live)
  if (refusal !== undefined) return failure(refusal)
  const marked = markForDeletion(context, kind, live, options)
  if (marked === undefined) return removeNow(context, kind, live, options)
  if (options.isDryRun || marked === live) {
    return success({ object: asApiObject(inVersion(kind, marked)), isGone: false })
  }
  const stored = await context.store.put(resourceKey(kind.resource), forStorage(kind, marked))
  if (!stored.ok) return stored
  return success({ object: inVersion(kind, stored.value), isGone: false })
}

function preconditionError(
  kind: ServedKind,
  live: ApiObject,
  options: DeleteOptions,
): ApiStatus | undefined {
  // This one message names the kind where others name the resource.
  const names = { ...kind.resource, plural: kind.resource.kind }
  const uid = uidOf(live)
  if (options.uid !== undefined && options.uid !== uid) {
    const why = `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`
    return conflict(names, nameOf(live), why)
  }
  const version = textAt(live.metadata, 'resourceVersion')
  if (options.resourceVersion !== undefined && options.resourceVersion !== version) {
    const why = `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${version}). The object might have been modified`
    return conflict(names, nameOf(live), why)
  }
  return undefined
}

function immortalError(kind: ServedKind, live: ApiObject): ApiStatus | undefined {
  const why = kind.deletion.refusal?.(live)
  return why === undefined ? undefined : forbidden(kind.resource, nameOf(live), why)
}

async function removeNow(
  context: SandboxContext,
  kind: ServedKind,
  live: ApiObject,
  options: DeleteOptions,
): Promise<Outcome<Deletion>> {
  const gone = { object: inVersion(kind, live), isGone: true }
  if (options.isDryRun) return success(gone)
  const key = objectKey(namespaceOf(live), nameOf(live))
  const removed = await context.store.remove(resourceKey(kind.resource), key)
  return removed.ok ? success(gone) : removed
}

/** The object waiting for its end; the same object when nothing changes; undefined when nothing holds it. */
function markForDeletion(
  context: SandboxContext,
  kind: ServedKind,
  live: ApiObject,
  options: DeleteOptions,
): JsonObject | undefined {
  const finalizers = wantedFinalizers(live, options)
  const grace = graceSeconds(kind, live, options)
  const isHeld = finalizers.length > 0 || kind.deletion.isHeld?.(live) === true
  if (!isHeld && grace === 0) return undefined
  const metadata = metadataOf(live)
  const before = integerAt(metadata, 'deletionGracePeriodSeconds')
  const isShorter = before !== undefined && grace < before
  const isSameList = finalizers.length === finalizersOf(live).length
  if (isBeingDeleted(live) && !isShorter && isSameList) return live
  const generation = integerAt(metadata, 'generation')
  const marked = withMetadata(live, {
    finalizers: finalizers.length > 0 ? finalizers : undefined,
    ...(isBeingDeleted(live) && !isShorter
      ? {}
      : {
          deletionTimestamp: timestamp(context.now() + grace * 1000),
          deletionGracePeriodSeconds: grace,
        }),
    ...(generation === undefined || isBeingDeleted(live) ? {} : { generation: generation + 1 }),
  })
  return kind.deletion.mark?.(marked) ?? marked
}

function wantedFinalizers(live: ApiObject, options: DeleteOptions): string[] {
  const others = finalizersOf(live).filter((name) => name !== ORPHAN && name !== FOREGROUND)
  if (options.propagationPolicy === undefined) return finalizersOf(live)
  if (options.propagationPolicy === 'Orphan') return [...others, ORPHAN]
  if (options.propagationPolicy === 'Foreground') return [...others, FOREGROUND]
  return others
}

/** What a kind gives time to finish gets what the client asks for, or its own; everything else goes at once. */
function graceSeconds(kind: ServedKind, live: ApiObject, options: DeleteOptions): number {
  const declared = kind.deletion.graceSeconds?.(live)
  return declared === undefined ? 0 : Math.max(0, options.gracePeriodSeconds ?? declared)
}

/** Details of a Success Status, which is what most kinds answer. */
export function deletionStatus(kind: ServedKind, object: JsonObject): JsonObject {
  const { group, plural } = kind.resource
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: nameOf(object),
      ...(group === '' ? {} : { group }),
      kind: plural,
      uid: uidOf(object),
    },
  }
}

/** What a DELETE answers. */
export function deletionAnswer(kind: ServedKind, deletion: Deletion): JsonObject {
  const isStatus = deletion.isGone && kind.deletion.isAnswered !== true
  return isStatus ? deletionStatus(kind, deletion.object) : deletion.object
}
