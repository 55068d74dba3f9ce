/** What the page and the validation worker say to one another. */
import type { CompletionRequest } from '@/lib/completion/complete-manifest'
import type { Completion } from '@/lib/completion/suggestion'
import type { SchemaResponse } from '@/lib/dashboard-api/live'
import type { SchemaWish } from '@/lib/gateway-api/wanted-schemas'
import type { FieldEdit } from '@/lib/manifest/edit/field-edit'
import type { Diagnostic } from '@/lib/validation/diagnostic'
import type { MirrorPlace } from './mirror-places'
import type { RouteForm } from './route-form'

/** Schemas and facts travel apart: the schemas are large and hardly ever change. They add to those that came before. */
export interface SchemasMessage {
  readonly type: 'schemas'
  readonly schemas: readonly SchemaResponse[]
  /** `wishKey` of each kind that the cluster was asked for and does not serve. */
  readonly unserved: readonly string[]
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
  /** JSON of the object that the text is to change; empty for a new one. */
  readonly stored: string
}

export interface CompleteMessage extends CompletionRequest {
  readonly type: 'complete'
  readonly id: number
}

/** A text with edits of its form made in it, and its form then; or why they can't be made. */
export type FormEdited =
  | { readonly ok: true; readonly text: string; readonly form: RouteForm | string }
  | { readonly ok: false; readonly message: string }

/**
 * Read-form is answered by a form, or why there is none; edit-form by what became of the edits; find-mirrors by the places of
 * mirrors.
 */
export type Question =
  | {
      readonly type: 'edit-form'
      readonly text: string
      readonly defaultNamespace: string
      readonly documentIndex: number
      readonly edits: readonly FieldEdit[]
    }
  | { readonly type: 'read-form'; readonly text: string; readonly defaultNamespace: string }
  | { readonly type: 'find-mirrors'; readonly text: string }

export type Answer = RouteForm | string | FormEdited | readonly MirrorPlace[]

export type ToWorker =
  | SchemasMessage
  | FactsMessage
  | ValidateMessage
  | CompleteMessage
  | (Question & { readonly id: number })

export interface ValidatedMessage {
  readonly type: 'validated'
  readonly id: number
  readonly diagnostics: readonly Diagnostic[]
  /** Schemas the text needs. */
  readonly wishes: readonly SchemaWish[]
  /** Set when the validator itself failed; the diagnostics then say nothing. */
  readonly failure: string
}

export interface CompletedMessage {
  readonly type: 'completed'
  readonly id: number
  readonly completion: Completion | null
}

export interface AnsweredMessage {
  readonly type: 'answered'
  readonly id: number
  readonly answer: Answer
}

export type FromWorker = ValidatedMessage | CompletedMessage | AnsweredMessage
