/** What the page and the validation worker say to one another. */
import type { SchemaResponse } from '@/lib/dashboard-api/live'
import type { Diagnostic } from '@/lib/validation/diagnostic'

/** Schemas and facts travel apart: the schemas are large and hardly ever change. */
export interface SchemasMessage {
  readonly type: 'schemas'
  readonly schemas: readonly SchemaResponse[]
}

export interface FactsMessage {
  readonly type: 'facts'
  /** JSON of `ClusterFacts`, parsed where it keeps nobody waiting. */
  readonly facts: string
}

export interface ValidateMessage {
  readonly type: 'validate'
  readonly id: number
  readonly text: string
  /** Where objects without metadata.namespace belong. */
  readonly defaultNamespace: string
}

export type ToWorker = SchemasMessage | FactsMessage | ValidateMessage

export interface FromWorker {
  readonly id: number
  readonly diagnostics: readonly Diagnostic[]
  /** Set when the validator itself failed; the diagnostics then say nothing. */
  readonly failure: string
}
