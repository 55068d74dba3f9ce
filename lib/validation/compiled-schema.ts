import type { JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import type { MessageForm } from '@/lib/validation/field-error'
import { readSchema, type SchemaNode } from '@/lib/validation/structural-schema'

export interface SchemaOptions {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly messageForm: MessageForm
  /** Namespaced unless said otherwise. */
  readonly scope?: 'Namespaced' | 'Cluster'
  /** Whether status is a subresource, so that other writes cannot set it. By default, whether the schema declares status. */
  readonly statusSubresource?: boolean
}

/** One version of a kind, ready to admit objects. */
export interface CompiledSchema {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly messageForm: MessageForm
  readonly namespaced: boolean
  readonly statusSubresource: boolean
  readonly root: SchemaNode
}

/**
 * Reads a CRD version's `openAPIV3Schema`. Cheap: rules and patterns are compiled when first needed,
 * and shared between all schemas by their text.
 */
export function compileSchema(
  openAPIV3Schema: JsonValue | undefined,
  options: SchemaOptions,
): CompiledSchema {
  const declared = isJsonObject(openAPIV3Schema) ? openAPIV3Schema['properties'] : undefined
  return {
    group: options.group,
    version: options.version,
    kind: options.kind,
    messageForm: options.messageForm,
    namespaced: options.scope !== 'Cluster',
    statusSubresource:
      options.statusSubresource ?? (isJsonObject(declared) && Object.hasOwn(declared, 'status')),
    root: readSchema(openAPIV3Schema, options.messageForm),
  }
}

/** `apiVersion` of the kind, as objects spell it. */
export function schemaApiVersion(schema: Pick<CompiledSchema, 'group' | 'version'>): string {
  return schema.group === '' ? schema.version : `${schema.group}/${schema.version}`
}
