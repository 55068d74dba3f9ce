import type { JsonValue } from '@/lib/shared/json'
import type { FieldError, MessageForm } from '@/lib/validation/field-error'
import { formatFieldError } from '@/lib/validation/field-error'
import { goJson, goNumber, goQuote, goSyntax } from '@/lib/validation/go-text'

/** Constructors of field errors in the words of k8s.io/apimachinery/pkg/util/validation/field. */

/** The path of a named child; `parent` is empty at the root. */
export function childPath(parent: string, name: string): string {
  return parent === '' ? name : `${parent}.${name}`
}

/** How the root path prints: the API server's path is a nil pointer there. */
export function printedPath(path: string): string {
  return path === '' ? '<nil>' : path
}

function build(reason: string, path: string, head: string, detail: string): FieldError {
  return {
    reason,
    field: printedPath(path),
    message: detail === '' ? head : `${head}: ${detail}`,
  }
}

/** A value as it is shown after `Invalid value: `. */
export function printedValue(value: JsonValue, form: MessageForm): string {
  if (typeof value === 'string') return goQuote(value)
  if (typeof value === 'number') return goNumber(value)
  if (typeof value === 'boolean') return String(value)
  if (form !== 'before-1.34') return goJson(value)
  return value === null ? '"null"' : goSyntax(value)
}

/** FieldValueRequired: `Required value: detail`. */
export function requiredError(path: string, detail = ''): FieldError {
  return build('FieldValueRequired', path, 'Required value', detail)
}

/** FieldValueForbidden: `Forbidden: detail`. */
export function forbiddenError(path: string, detail: string): FieldError {
  return build('FieldValueForbidden', path, 'Forbidden', detail)
}

/** FieldValueInvalid: `Invalid value: "x": detail`. */
export function invalidError(
  path: string,
  value: JsonValue,
  detail: string,
  form: MessageForm,
): FieldError {
  return build('FieldValueInvalid', path, `Invalid value: ${printedValue(value, form)}`, detail)
}

/** `Invalid value: detail`, without the value: how rules on objects and lists print since 1.35. */
export function invalidWithoutValueError(path: string, detail: string): FieldError {
  return build('FieldValueInvalid', path, 'Invalid value', detail)
}

/** FieldValueTypeInvalid: `Invalid value: "string": detail`. */
export function typeInvalidError(path: string, value: string, detail: string): FieldError {
  return build('FieldValueTypeInvalid', path, `Invalid value: ${goQuote(value)}`, detail)
}

/** FieldValueNotSupported: `Unsupported value: "x": supported values: "a", "b"`. */
export function notSupportedError(
  path: string,
  value: JsonValue,
  supported: readonly string[],
  form: MessageForm,
): FieldError {
  const detail =
    supported.length === 0 ? '' : `supported values: ${supported.map(goQuote).join(', ')}`
  const head = `Unsupported value: ${printedValue(value, form)}`
  return build('FieldValueNotSupported', path, head, detail)
}

/** FieldValueTooLong: `Too long: may not be more than 63 bytes`. */
export function tooLongError(path: string, maxBytes: number, form: MessageForm): FieldError {
  const unit = form !== 'before-1.34' && maxBytes === 1 ? 'byte' : 'bytes'
  return build('FieldValueTooLong', path, 'Too long', `may not be more than ${maxBytes} ${unit}`)
}

/** FieldValueTooMany: `Too many: 17: must have at most 16 items`. */
export function tooManyError(
  path: string,
  actual: number,
  max: number,
  form: MessageForm,
): FieldError {
  const unit = form !== 'before-1.34' && max === 1 ? 'item' : 'items'
  return build('FieldValueTooMany', path, `Too many: ${actual}`, `must have at most ${max} ${unit}`)
}

/** FieldValueDuplicate: `Duplicate value: "x"`. */
export function duplicateError(path: string, value: JsonValue, form: MessageForm): FieldError {
  const head = `Duplicate value: ${printedValue(value, form)}`
  return build('FieldValueDuplicate', path, head, '')
}

/** The second cause that says why rules did not run. */
export function rulesNotCheckedError(form: MessageForm): FieldError {
  const detail =
    'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'
  return invalidError('', null, detail, form)
}

/** The errors in one sentence, as in a Status message: `a` alone, `[a, b]` for more, each text once. */
export function joinFieldErrors(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map(formatFieldError))]
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`
}
