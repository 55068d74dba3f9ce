/**
 * Field errors in the words of k8s.io/apimachinery/pkg/util/validation/field, as servers up to 1.34 print them.
 */
import type { JsonValue } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'

/** A value that is already in Go's printed form, such as `map[string]string{"app":"b"}`. */
export interface Printed {
  readonly printed: string
}

function print(value: JsonValue | undefined | Printed): string {
  if (typeof value === 'object' && value !== null && 'printed' in value) return `${value.printed}`
  if (value === undefined) return 'null'
  return JSON.stringify(value)
}

/** Go's `%#v` of a map[string]string, keys sorted. */
export function printStringMap(map: Readonly<Record<string, string>> | undefined): Printed {
  if (map === undefined) return { printed: 'map[string]string(nil)' }
  const entries = Object.entries(map)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
  return { printed: `map[string]string{${entries.join(', ')}}` }
}

/** Go's `%#v` of a []string. */
export function printStrings(values: readonly string[]): Printed {
  return { printed: `[]string{${values.map((value) => JSON.stringify(value)).join(', ')}}` }
}

/** `Invalid value: "x": detail`. */
export function invalid(
  field: string,
  value: JsonValue | undefined | Printed,
  detail: string,
): FieldError {
  return {
    reason: 'FieldValueInvalid',
    field,
    message: `Invalid value: ${print(value)}: ${detail}`,
  }
}

/** `Required value: detail`. */
export function required(field: string, detail = ''): FieldError {
  const message = detail === '' ? 'Required value' : `Required value: ${detail}`
  return { reason: 'FieldValueRequired', field, message }
}

/** `Unsupported value: "x": supported values: "a", "b"`. */
export function notSupported(
  field: string,
  value: JsonValue | undefined | Printed,
  supported: readonly string[],
): FieldError {
  const list = supported.map((entry) => JSON.stringify(entry)).join(', ')
  return {
    reason: 'FieldValueNotSupported',
    field,
    message: `Unsupported value: ${print(value)}: supported values: ${list}`,
  }
}

/** `Duplicate value: "x"`. */
export function duplicate(field: string, value: JsonValue | Printed): FieldError {
  return { reason: 'FieldValueDuplicate', field, message: `Duplicate value: ${print(value)}` }
}

/** `Not found: "x"`. */
export function notFound(field: string, value: JsonValue): FieldError {
  return { reason: 'FieldValueNotFound', field, message: `Not found: ${print(value)}` }
}

/** `Forbidden: detail`. */
export function forbidden(field: string, detail: string): FieldError {
  return { reason: 'FieldValueForbidden', field, message: `Forbidden: ${detail}` }
}

/** `Too long: may not be more than 63 bytes`. */
export function tooLong(field: string, bytesMax: number): FieldError {
  return {
    reason: 'FieldValueTooLong',
    field,
    message: `Too long: may not be more than ${bytesMax} bytes`,
  }
}
