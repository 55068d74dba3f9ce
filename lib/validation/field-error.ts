/** One validation error as kube-apiserver reports it: a cause of a 422 Status, a line of kubectl's output. */
export interface FieldError {
  /** metav1 cause reason: FieldValueInvalid, FieldValueRequired, FieldValueNotSupported, FieldValueTooLong, … */
  readonly reason: string
  /** Field path: `spec.rules[0].filters[0]`, or `<nil>`. */
  readonly field: string
  /** Text after the path: `Invalid value: "object": filter.requestMirror must be specified …`. */
  readonly message: string
}

/** `field: message`, the form joined into a Status message. */
export function formatFieldError(error: FieldError): string {
  return `${error.field}: ${error.message}`
}

/**
 * The words of messages by the API server's version: 1.34 prints values as JSON, and 1.35 prints the value in place of its
 * type where a rule fails.
 */
export type MessageForm = 'before-1.34' | '1.34' | 'since-1.35'
