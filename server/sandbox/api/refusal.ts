/** Why a write cannot be done, with what the server needs to build a metav1.Status. */
export interface Refusal {
  readonly ok: false
  /** HTTP status. */
  readonly code: number
  /** metav1 StatusReason; empty for errors that kube-apiserver answers without one (500). */
  readonly reason: string
  readonly message: string
  /** Fills `details.causes`; empty means that the Status has no causes. */
  readonly causes: readonly StatusCause[]
}

/** metav1 StatusCause. */
export interface StatusCause {
  readonly reason: string
  readonly message: string
  readonly field: string
}

/** A 400 with this message. */
export function badRequest(message: string): Refusal {
  return { ok: false, code: 400, reason: 'BadRequest', message, causes: [] }
}

/** The Status of a plain error inside kube-apiserver: 500, and no reason. */
export function internalError(message: string): Refusal {
  return { ok: false, code: 500, reason: '', message, causes: [] }
}

/**
 * What kube-apiserver says when a well-formed patch does not fit the object: it hides the cause.
 * The Status carries an empty `details`.
 */
export function unprocessable(): Refusal {
  return {
    ok: false,
    code: 422,
    reason: 'Invalid',
    message: 'the server rejected our request due to an error in our request',
    causes: [],
  }
}
