import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import type { FieldError, MessageForm } from '@/lib/validation/field-error'
import {
  invalidError,
  notSupportedError,
  requiredError,
  tooLongError,
} from '@/lib/validation/field-errors'

const OWNERS = 'metadata.ownerReferences'
const MANAGER_BYTES_MAX = 128
const SUBRESOURCE_BYTES_MAX = 256

/** Errors of `metadata.ownerReferences`. The API server gives no index in these paths. */
export function validateOwnerReferences(
  value: JsonValue | undefined,
  form: MessageForm,
): FieldError[] {
  const references = objectsOf(value)
  const errors: FieldError[] = []
  let controller = ''
  for (const reference of references) {
    errors.push(...validateOwnerReference(reference, form))
    if (reference['controller'] !== true) continue
    const name = `${textOf(reference['kind'])}/${textOf(reference['name'])}`
    if (controller === '') {
      controller = name
      continue
    }
    const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`
    errors.push(invalidError(OWNERS, references, detail, form))
  }
  return errors
}

function validateOwnerReference(reference: JsonObject, form: MessageForm): FieldError[] {
  const errors: FieldError[] = []
  const apiVersion = textOf(reference['apiVersion'])
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1)
  if (version === '' || apiVersion.split('/').length > 2) {
    const detail = 'version must not be empty'
    errors.push(invalidError(`${OWNERS}.apiVersion`, apiVersion, detail, form))
  }
  for (const field of ['kind', 'name', 'uid']) {
    if (textOf(reference[field]) !== '') continue
    const detail = form === 'before-1.34' ? `${field} must not be empty` : 'must not be empty'
    errors.push(invalidError(`${OWNERS}.${field}`, '', detail, form))
  }
  if (apiVersion === 'v1' && reference['kind'] === 'Event') {
    const detail = '/v1, Kind=Event is disallowed from being an owner'
    errors.push(invalidError(OWNERS, reference, detail, form))
  }
  return errors
}

/** Errors of `metadata.managedFields`. */
export function validateManagedFields(
  value: JsonValue | undefined,
  form: MessageForm,
): FieldError[] {
  return objectsOf(value).flatMap((entry, index) =>
    validateManagedFieldsEntry(entry, `metadata.managedFields[${index}]`, form),
  )
}

function validateManagedFieldsEntry(
  entry: JsonObject,
  path: string,
  form: MessageForm,
): FieldError[] {
  const errors: FieldError[] = []
  const operation = textOf(entry['operation'])
  if (operation === '' && form === 'since-1.35') {
    errors.push(requiredError(`${path}.operation`, 'must not be empty'))
  } else if (operation !== 'Apply' && operation !== 'Update') {
    const field = `${path}.operation`
    errors.push(
      form === 'since-1.35'
        ? notSupportedError(field, operation, ['Apply', 'Update'], form)
        : invalidError(field, operation, 'must be `Apply` or `Update`', form),
    )
  }
  const fieldsType = textOf(entry['fieldsType'])
  if (fieldsType !== '' && fieldsType !== 'FieldsV1') {
    errors.push(invalidError(`${path}.fieldsType`, fieldsType, 'must be `FieldsV1`', form))
  }
  if (byteLength(entry['manager']) > MANAGER_BYTES_MAX) {
    errors.push(tooLongError(`${path}.manager`, MANAGER_BYTES_MAX, form))
  }
  if (byteLength(entry['subresource']) > SUBRESOURCE_BYTES_MAX) {
    errors.push(tooLongError(`${path}.subresource`, SUBRESOURCE_BYTES_MAX, form))
  }
  return errors
}

function byteLength(value: JsonValue | undefined): number {
  return new TextEncoder().encode(textOf(value)).length
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

function objectsOf(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter((item) => isJsonObject(item)) : []
}
