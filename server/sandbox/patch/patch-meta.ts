import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject, ownValue } from '@/lib/shared/json-values'
import type { OpenApiSchema } from '../api/contracts'

/** How strategic merge patch treats one field. */
export interface PatchMeta {
  readonly strategy: 'merge' | 'replace' | ''
  /** Field that tells list items apart; empty for lists of primitives. */
  readonly mergeKey: string
  /** Schema of the field's own fields, or for a list of its items'. Undefined where nothing is declared. */
  readonly below: OpenApiSchema | undefined
}

/** What the schema says of a field. Unknown fields merge as maps do and are replaced as lists are. */
export function patchMeta(schema: OpenApiSchema | undefined, field: string): PatchMeta {
  const declared = schemaOf(schema, field)
  const strategies = textAt(declared, 'x-kubernetes-patch-strategy').split(',')
  const items = declared === undefined ? undefined : ownValue(declared, 'items')
  const strategy = strategies.find((name) => name === 'merge' || name === 'replace')
  return {
    strategy: strategy === 'merge' || strategy === 'replace' ? strategy : '',
    mergeKey: textAt(declared, 'x-kubernetes-patch-merge-key'),
    below: isJsonObject(items) ? items : declared,
  }
}

function schemaOf(schema: OpenApiSchema | undefined, field: string): OpenApiSchema | undefined {
  if (schema === undefined) return undefined
  const properties = ownValue(schema, 'properties')
  const declared = isJsonObject(properties) ? ownValue(properties, field) : undefined
  if (isJsonObject(declared)) return declared
  const values = ownValue(schema, 'additionalProperties')
  return isJsonObject(values) ? values : undefined
}

function textAt(object: JsonObject | undefined, key: string): string {
  const value = object === undefined ? undefined : ownValue(object, key)
  return typeof value === 'string' ? value : ''
}
