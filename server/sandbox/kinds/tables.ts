/** Objects → Table and PartialObjectMetadata. https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables */
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { metadataOf } from '../api/api-object'
import type { ServedKind } from './served-kind'

export type IncludeObject = 'None' | 'Metadata' | 'Object'

/** metadata alone, as metav1 PartialObjectMetadata. */
export function partialMetadata(object: JsonObject, apiVersion: string): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion, metadata: metadataOf(object) }
}

export interface TableOptions {
  readonly apiVersion: string
  readonly include: IncludeObject
  readonly now: number
  /** False in all but the first event of a watch. */
  readonly hasColumns: boolean
}

/** A Table with one row per object. */
export function tableOf(
  kind: ServedKind,
  objects: readonly JsonObject[],
  metadata: JsonObject,
  options: TableOptions,
): JsonObject {
  return {
    kind: 'Table',
    apiVersion: options.apiVersion,
    metadata,
    columnDefinitions: options.hasColumns ? kind.columns.map((column) => ({ ...column })) : null,
    rows: objects.map((object) => ({
      cells: [...kind.toCells(object, options.now)],
      object: rowObject(object, options),
    })),
  }
}

function rowObject(object: JsonObject, options: TableOptions): JsonValue {
  if (options.include === 'None') return null
  if (options.include === 'Object') return object
  return partialMetadata(object, options.apiVersion)
}
