/** What must change in one value to make it another. */
import { alignItems } from '@/lib/manifest/align-items'
import type { FieldEdit, FieldPath } from '@/lib/manifest/edit/field-edit'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { equalJson, isJsonObject } from '@/lib/shared/json-values'

/**
 * Edits that turn `from`, at the path, into `to`; to be made in this order. Items that are in both lists stay or are changed in
 * place, recognised by what they share; what is left over is removed or inserted.
 */
export function editsTowards(path: FieldPath, from: JsonValue, to: JsonValue): FieldEdit[] {
  if (equalJson(from, to)) return []
  if (isJsonObject(from) && isJsonObject(to)) return mapEdits(path, from, to)
  if (Array.isArray(from) && Array.isArray(to) && from.length > 0 && to.length > 0) {
    return listEdits(path, from, to)
  }
  return [{ op: 'set', path, value: to }]
}

function mapEdits(path: FieldPath, from: JsonObject, to: JsonObject): FieldEdit[] {
  const edits: FieldEdit[] = []
  for (const key of Object.keys(to)) {
    const value = to[key] ?? null
    if (!Object.hasOwn(from, key)) edits.push({ op: 'set', path: [...path, key], value })
    else edits.push(...editsTowards([...path, key], from[key] ?? null, value))
  }
  for (const key of Object.keys(from)) {
    if (!Object.hasOwn(to, key)) edits.push({ op: 'remove', path: [...path, key] })
  }
  return edits
}

function listEdits(path: FieldPath, from: JsonValue[], to: JsonValue[]): FieldEdit[] {
  const edits: FieldEdit[] = []
  // Where the next item is in the list as changed so far.
  let index = 0
  for (const [left, right] of alignItems(from, to)) {
    if (right === null) {
      edits.push({ op: 'remove', path: [...path, index] })
      continue
    }
    const value = to[right] ?? null
    if (left === null) edits.push({ op: 'insert', path, index, value })
    else edits.push(...editsTowards([...path, index], from[left] ?? null, value))
    index += 1
  }
  return edits
}
