/** Rules that ConfigMap and Secret share: keys, total size and immutability. */
import type { JsonObject } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'
import { forbidden, tooLong } from './field-errors'
import { isDeepEqual, stringMapAt } from './json-access'
import { checkName, configKey } from './name-rules'

/** Bytes of all values together; the API server's own limit for both kinds. */
export const DATA_BYTES_MAX = 1_048_576

/** Errors of the keys of the map at `key`. */
export function checkDataKeys(object: JsonObject, key: string): FieldError[] {
  return Object.keys(stringMapAt(object, key) ?? {}).flatMap((name) =>
    checkName(`${key}[${name}]`, name, configKey),
  )
}

/** Decoded length in bytes of a padded base64 text. */
export function base64Bytes(text: string): number {
  return Buffer.byteLength(text, 'base64')
}

/** `Too long` at `path` when `bytes` exceeds the limit of the kind. */
export function checkDataSize(bytes: number, path: string): FieldError[] {
  return bytes > DATA_BYTES_MAX ? [tooLong(path, DATA_BYTES_MAX)] : []
}

/** Errors of changing an object that was marked immutable. */
export function checkImmutable(
  object: JsonObject,
  old: JsonObject,
  keys: readonly string[],
): FieldError[] {
  if (old['immutable'] !== true) return []
  const detail = 'field is immutable when `immutable` is set'
  const errors = object['immutable'] === true ? [] : [forbidden('immutable', detail)]
  for (const key of keys) {
    if (!isDeepEqual(object[key] ?? {}, old[key] ?? {})) errors.push(forbidden(key, detail))
  }
  return errors
}
