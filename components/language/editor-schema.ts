/** The cluster's OpenAPI schema of a kind → the JSON schema behind hover and completion. */
import type { JSONSchema } from 'monaco-yaml'
import type { SchemaResponse } from '@/lib/dashboard-api/live'
import { splitApiVersion } from '@/lib/gateway-api/api-version'
import type { JsonObject } from '@/lib/shared/json'
import { toJsonSchema } from '@/lib/validation/to-json-schema'

/** The schema as monaco-yaml reads it. */
export function toEditorSchema({ apiVersion, kind, openAPIV3Schema }: SchemaResponse): JSONSchema {
  // The schema came as JSON, and a JSON schema is what monaco-yaml reads.
  return toJsonSchema(openAPIV3Schema as JsonObject, {
    ...splitApiVersion(apiVersion),
    kind,
  }) as JSONSchema
}
