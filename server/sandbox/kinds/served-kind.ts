/** The one shape of a kind: builtin-served-kind.ts wraps those of core/ and definitions/, custom-served-kind.ts a CustomResourceDefinition. */
import type { JsonObject } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'
import type { DecodableKind, DeletionRules, OpenApiSchema, TableColumn } from '../api/contracts'

export type Cell = string | number | boolean | null

/** Where a kind keeps what the scale subresource shows, as dotted paths without the leading dot. */
export interface ScalePaths {
  readonly specReplicas: string
  readonly statusReplicas: string
  /** Path of a label selector object or text; empty when there is none. */
  readonly selector: string
}

/** One kind in one served version, built in or from a CustomResourceDefinition: all that the verbs need to know. */
export interface ServedKind extends DecodableKind {
  readonly storageVersion: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: readonly string[]
  /** Why clients may not write objects; undefined for kinds that they may. */
  readonly readOnlyReason: string | undefined
  readonly hasStatus: boolean
  /** Fields besides `spec` that a write to /status leaves as they are and does not track, as paths. */
  readonly statusResets: readonly (readonly string[])[]
  readonly hasLog: boolean
  /** Whether objects are service accounts, which tokens can be asked of. */
  readonly hasTokens: boolean
  /** Whether spec.finalizers change through an own endpoint, as a Namespace's do. */
  readonly hasFinalize: boolean
  /** Whether discovery lists a proxy; that of Pods comes with their logs. */
  readonly hasProxy: boolean
  readonly deletion: DeletionRules
  readonly scale: ScalePaths | undefined
  readonly schema: OpenApiSchema
  readonly columns: readonly TableColumn[]
  /** Field paths a field selector may name besides metadata.name and metadata.namespace. */
  readonly selectableFields: readonly string[]
  readonly tracksGeneration: boolean
  toCells(object: JsonObject, now: number): readonly Cell[]
  /** Server-side values of a new object; `status` is dropped already where it has an own endpoint. */
  prepareCreate(object: JsonObject, isTaken: (field: string, value: string) => boolean): JsonObject
  prepareUpdate(object: JsonObject, old: JsonObject): JsonObject
  validateCreate(object: JsonObject): readonly FieldError[]
  validateUpdate(object: JsonObject, old: JsonObject, subresource: string): readonly FieldError[]
  changesGeneration(object: JsonObject, old: JsonObject): boolean
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
