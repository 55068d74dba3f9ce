import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, ownValue } from '@/lib/shared/json-values'
import { goSyntax } from '@/lib/validation/go-text'
import { compareUtf8, goFormat } from '../api/go-format'
import { itemElement } from './list-items'
import { fieldElement, formatPath, formatPathElement, type PathElement } from './path-element'
import { type Atom, deduce, type ListAtom, type MapAtom, type ScalarKind } from './schema-atom'

/**
 * Why an applied configuration does not fit its schema, in the words of structured-merge-diff; undefined
 * when it does. Only what merging needs is checked: declared fields, types, list keys.
 */
export function validateApplied(object: JsonObject, atom: Atom): string | undefined {
  const errors: string[] = []
  validate(errors, atom, object, [])
  if (errors.length <= 1) return errors[0]
  return ['errors:', ...errors.map((error) => `  ${error}`)].join('\n')
}

function report(errors: string[], path: readonly PathElement[], message: string): void {
  errors.push(path.length === 0 ? message : `${formatPath(path)}: ${message}`)
}

function validate(errors: string[], atom: Atom, value: JsonValue, path: PathElement[]): void {
  if (value === null) return
  const { map, scalar, list } = deduce(atom, value)
  if (map !== undefined) {
    if (isJsonObject(value)) validateMap(errors, map, value, path)
    else report(errors, path, `expected map, got &{${goFormat(value)}}`)
  } else if (scalar !== undefined) {
    const error = scalarError(scalar, value)
    if (error !== undefined) report(errors, path, error)
  } else if (list !== undefined) {
    if (Array.isArray(value)) validateList(errors, list, value, path)
    else report(errors, path, `expected list, got &{${goFormat(value)}}`)
  }
}

function scalarError(kind: ScalarKind, value: JsonValue): string | undefined {
  switch (kind) {
    case 'numeric':
      return typeof value === 'number'
        ? undefined
        : `expected numeric (int or float), got ${goTypeName(value)}`
    case 'string':
      return typeof value === 'string'
        ? undefined
        : `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `expected boolean, got &{${goFormat(value)}}`
    case 'untyped':
      return typeof value === 'object'
        ? `expected any scalar, got &{${goFormat(value)}}`
        : undefined
  }
}

function goTypeName(value: JsonValue): string {
  if (Array.isArray(value)) return '[]interface {}'
  if (isJsonObject(value)) return 'map[string]interface {}'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

function validateMap(errors: string[], map: MapAtom, value: JsonObject, path: PathElement[]): void {
  for (const name of Object.keys(value).sort(compareUtf8)) {
    path.push(fieldElement(name))
    const atom = map.field(name)
    if (atom === undefined) report(errors, path, 'field not declared in schema')
    else validate(errors, atom, ownValue(value, name) ?? null, path)
    path.pop()
    // One undeclared field per map is reported, as upstream stops at it.
    if (atom === undefined) return
  }
}

function validateList(
  errors: string[],
  list: ListAtom,
  value: readonly JsonValue[],
  path: PathElement[],
): void {
  const seen = new Set<PathElement>()
  for (const [index, item] of value.entries()) {
    let element = `i:${index}`
    if (list.associative) {
      const found = itemElement(list, item)
      if ('error' in found) {
        report(errors, path, `element ${index}: ${found.error}`)
        return
      }
      element = found.element
      if (seen.has(element)) {
        report(errors, path, `duplicate entries for key ${formatPathElement(element)}`)
      }
      seen.add(element)
    }
    path.push(element)
    validate(errors, list.element(), item, path)
    path.pop()
  }
}
