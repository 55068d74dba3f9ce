import type { ResourceKind } from '@/lib/gateway-api/kinds'
import type { JsonObject } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'
import type { OpenApiSchema, TableColumn } from '../api/contracts'

export type Cell = string | number | boolean | null

/** Where a kind keeps what the scale subresource shows, as dotted paths without the leading dot. */
export interface ScalePaths {
  readonly specReplicas: string
  readonly statusReplicas: string
  /** Path of a label selector object or text; empty when there is none. */
  readonly selector: string
}

/** What decoding a body gives: pruned and defaulted, with the fields nobody knows. `conversion` says the reason in a strategic patch's words. */
export type DecodedBody =
  | { readonly ok: true; readonly object: JsonObject; readonly unknownFields: readonly string[] }
  | { readonly ok: false; readonly reason: string; readonly conversion?: string }

/** One kind in one served version, built in or from a CustomResourceDefinition: all that the verbs need to know. */
export interface ServedKind {
  readonly resource: ResourceKind
  readonly storageVersion: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: readonly string[]
  /** Why clients may not write objects; undefined for kinds that they may. */
  readonly readOnlyReason: string | undefined
  readonly isCustom: boolean
  readonly hasStatus: boolean
  /** Fields besides `spec` that a write to /status leaves as they are and does not track, as paths. */
  readonly statusResets: readonly (readonly string[])[]
  readonly hasLog: boolean
  /** Whether objects are service accounts, which tokens can be asked of. */
  readonly hasTokens: boolean
  readonly scale: ScalePaths | undefined
  readonly schema: OpenApiSchema
  readonly columns: readonly TableColumn[]
  /** Field paths a field selector may name besides metadata.name and metadata.namespace. */
  readonly selectableFields: readonly string[]
  readonly tracksGeneration: boolean
  toCells(object: JsonObject, now: number): readonly Cell[]
  /**
   * Prunes and defaults; fails when metadata cannot be read as ObjectMeta. What comes out of a server-side apply keeps nulls of
   * custom resources that no default replaces: they are refused then, where other writes drop them.
   */
  decode(object: JsonObject, isApplied?: boolean): DecodedBody
  /** Server-side values of a new object; `status` is dropped already where it has an own endpoint. */
  prepareCreate(object: JsonObject, isTaken: (field: string, value: string) => boolean): JsonObject
  prepareUpdate(object: JsonObject, old: JsonObject): JsonObject
  validateCreate(object: JsonObject): readonly FieldError[]
  validateUpdate(object: JsonObject, old: JsonObject, subresource: string): readonly FieldError[]
  changesGeneration(object: JsonObject, old: JsonObject): boolean
}

/** What reading a body takes of a kind. */
export type DecodableKind = Pick<ServedKind, 'resource' | 'isCustom' | 'decode'>

/** `gateway.networking.k8s.io/v1`, or `v1` in the core group. */
export function groupVersionOf(resource: { group: string; version: string }): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
}

/** Field paths that an endpoint leaves as they are, and whose owners it therefore does not write down. */
export function resetFieldsOf(
  kind: ServedKind,
  subresource: string,
): readonly (readonly string[])[] {
  // Kinds whose status has no endpoint of its own write it with everything else.
  if (!kind.hasStatus) return []
  if (subresource === 'status') return [['spec'], ...kind.statusResets]
  return subresource === '' ? [['status']] : []
}

/** Whether objects are stored in the very version this kind is served in. */
export function isStorageVersion(kind: ServedKind): boolean {
  return kind.storageVersion === kind.resource.version
}
