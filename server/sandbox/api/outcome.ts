/** Errors as values: what an operation of the API server gives back. */
import type { JsonObject } from '@/lib/shared/json'

/** A metav1.Status of a failure, with the HTTP code it travels under. */
export interface ApiStatus {
  readonly code: number
  readonly reason: string
  readonly message: string
  readonly details?: JsonObject
  /** Answered as `404 page not found` in plain text, the way paths that are no API are. */
  readonly isPlainText?: boolean
  /** Sent as Warning headers with the failure. */
  readonly warnings?: readonly string[]
  /** Offered with an expired list page: continues at the newest version. */
  readonly continueToken?: string
}

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: ApiStatus }

/** The operation succeeded with this value. */
export function success<T>(value: T): Outcome<T> {
  return { ok: true, value }
}

/** The operation failed; fits an Outcome of any type. */
export function failure(error: ApiStatus): { ok: false; error: ApiStatus } {
  return { ok: false, error }
}
