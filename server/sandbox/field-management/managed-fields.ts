import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, ownValue } from '@/lib/shared/json-values'
import { compareUtf8 } from '../api/go-format'
import type { FieldSet } from './field-set'
import { decodeFieldsV1, encodeFieldsV1 } from './fields-v1'
import { MANAGERS_MAX } from './limits'

/** One entry of metadata.managedFields, its fields decoded. */
export interface Owner {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource: string
  readonly fields: FieldSet
  /** RFC 3339 with seconds, or undefined: an apply that changed ownership but not the object has no time. */
  readonly time: string | undefined
}

/** Owners by `ownerId`. */
export type Owners = ReadonlyMap<string, Owner>

/** Who an entry belongs to: everything but fields and time, and for Apply also without the version. */
export function ownerId(
  owner: Pick<Owner, 'manager' | 'operation' | 'apiVersion' | 'subresource'>,
): string {
  return JSON.stringify({
    ...(owner.manager === '' ? {} : { manager: owner.manager }),
    operation: owner.operation,
    ...(owner.operation === 'Apply' ? {} : { apiVersion: owner.apiVersion }),
    ...(owner.subresource === '' ? {} : { subresource: owner.subresource }),
  })
}

/** The owners in a managedFields list (absent means none), or why the list is not one. */
export function decodeManagedFields(
  entries: JsonValue | undefined,
): { readonly owners: Map<string, Owner> } | { readonly error: string } {
  const owners = new Map<string, Owner>()
  if (!Array.isArray(entries)) return { owners }
  if (entries.length > MANAGERS_MAX) return { error: `there are more than ${MANAGERS_MAX} entries` }
  for (const [index, entry] of entries.entries()) {
    const owner = isJsonObject(entry)
      ? decodeEntry(entry, index)
      : { error: 'entry is not an object' }
    if ('error' in owner) return owner
    owners.set(ownerId(owner), owner)
  }
  return { owners }
}

function decodeEntry(entry: JsonObject, index: number): Owner | { readonly error: string } {
  const operation = textAt(entry, 'operation')
  if (operation !== 'Apply' && operation !== 'Update') {
    return { error: 'operation must be `Apply` or `Update`' }
  }
  const apiVersion = textAt(entry, 'apiVersion')
  if (apiVersion === '') return { error: 'apiVersion must not be empty' }
  const fieldsType = textAt(entry, 'fieldsType')
  if (fieldsType === '') return { error: `missing fieldsType in managed fields entry ${index}` }
  if (fieldsType !== 'FieldsV1') {
    return {
      error: `invalid fieldsType ${JSON.stringify(fieldsType)} in managed fields entry ${index}`,
    }
  }
  const fields = decodeFieldsV1(ownValue(entry, 'fieldsV1') ?? {})
  if (fields === undefined)
    return { error: `error decoding fieldsV1 of managed fields entry ${index}` }
  return {
    manager: textAt(entry, 'manager'),
    operation,
    apiVersion,
    subresource: textAt(entry, 'subresource'),
    fields,
    time: textAt(entry, 'time') || undefined,
  }
}

function textAt(object: JsonObject, key: string): string {
  const value = ownValue(object, key)
  return typeof value === 'string' ? value : ''
}

/** The managedFields list of these owners, sorted as kube-apiserver does: Apply first, then by time and name. */
export function encodeManagedFields(owners: Owners): JsonObject[] {
  return [...owners.values()].sort(compareOwners).map((owner) => ({
    apiVersion: owner.apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1: encodeFieldsV1(owner.fields),
    manager: owner.manager,
    operation: owner.operation,
    ...(owner.subresource === '' ? {} : { subresource: owner.subresource }),
    ...(owner.time === undefined ? {} : { time: owner.time }),
  }))
}

function compareOwners(left: Owner, right: Owner): number {
  return (
    compareUtf8(left.operation, right.operation) ||
    secondsOf(left.time) - secondsOf(right.time) ||
    compareUtf8(left.manager, right.manager) ||
    compareUtf8(left.apiVersion, right.apiVersion) ||
    compareUtf8(left.subresource, right.subresource)
  )
}

/** Seconds since the epoch; 0 when there is no time. */
export function secondsOf(time: string | undefined): number {
  const milliseconds = time === undefined ? Number.NaN : Date.parse(time)
  return Number.isNaN(milliseconds) ? 0 : Math.floor(milliseconds / 1000)
}

/** A metav1.Time as the API prints it: whole seconds, UTC. `now` in epoch milliseconds. */
export function formatTime(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`
}

/** metadata.managedFields of an object, undefined when it has none. */
export function managedFieldsOf(object: JsonObject): JsonValue | undefined {
  const metadata = ownValue(object, 'metadata')
  return isJsonObject(metadata) ? ownValue(metadata, 'managedFields') : undefined
}

/** The object without metadata.managedFields, or with these instead. Shares the rest with the original. */
export function withManagedFields(
  object: JsonObject,
  entries: readonly JsonObject[] | undefined,
): JsonObject {
  const metadata = ownValue(object, 'metadata')
  const { managedFields: _, ...rest } = isJsonObject(metadata) ? metadata : {}
  const hasEntries = entries !== undefined && entries.length > 0
  if (!isJsonObject(metadata) && !hasEntries) return object
  return {
    ...object,
    metadata: { ...rest, ...(hasEntries ? { managedFields: [...entries] } : {}) },
  }
}

/** Whether a client asked to forget all owners: an empty list, or one empty entry. */
export function isReset(entries: JsonValue | undefined): boolean {
  if (!Array.isArray(entries)) return false
  const [first] = entries
  if (first === undefined) return true
  return entries.length === 1 && isJsonObject(first) && Object.keys(first).length === 0
}
