import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { goFormat } from '../api/go-format'

/**
 * Why a strategic merge patch stops, thrown only inside this folder and turned into a Refusal at its door.
 * `format` is a malformed directive, `unprocessable` a list that cannot merge, `internal` everything else.
 */
export class PatchError extends Error {
  readonly kind: 'format' | 'unprocessable' | 'internal'

  constructor(kind: PatchError['kind'], message: string) {
    super(message)
    this.name = 'PatchError'
    this.kind = kind
  }
}

/** A directive of the patch that has not the form it must have. */
export function badFormat(of: 'primitive' | 'retainKeys' | 'setElementOrder'): PatchError {
  const list = of === 'retainKeys' ? of : `${of} list`
  return new PatchError('format', `invalid patch format of ${list}`)
}

/** A list item without the key its list is merged by. */
export function noMergeKey(item: JsonObject, mergeKey: string): PatchError {
  return new PatchError(
    'internal',
    `map: ${goFormat(item)} does not contain declared merge key: ${mergeKey}`,
  )
}

/** A value that is neither the map nor the slice the schema says. */
export function badType(expected: 'map' | 'slice', actual: JsonValue): PatchError {
  const names = { map: 'map[string]interface {}', slice: '[]interface {}' }
  return new PatchError(
    'internal',
    `expected a ${names[expected]}, but received a ${goTypeName(actual)}`,
  )
}

function goTypeName(value: JsonValue): string {
  if (Array.isArray(value)) return '[]interface {}'
  if (isJsonObject(value)) return 'map[string]interface {}'
  if (value === null) return '%!s(<nil>)'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  return typeof value === 'boolean' ? 'bool' : 'string'
}
