/** A change of a field in one line of words. */
import { pathText } from '@/lib/manifest/edit/field-edit'
import type { FieldChange } from '@/lib/manifest/three-way/field-changes'
import type { JsonValue } from '@/lib/shared/json'

const VALUE_CHARACTERS_MAX = 60

/** A value in a few words of one line, as YAML in flow style; cut where it is long. */
export function shortValue(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing'
  const text = flowText(value)
  return text.length > VALUE_CHARACTERS_MAX ? `${text.slice(0, VALUE_CHARACTERS_MAX)}…` : text
}

function flowText(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([key, field]) => `${key}: ${flowText(field)}`)
    return `{${fields.join(', ')}}`
  }
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value)
}

/** `spec.hostnames[0]: a.example → b.example`, `… added: …`, `… removed, was …`. */
export function changeText({ path, before, after }: FieldChange): string {
  const field = pathText(path)
  if (after === undefined) return `${field} removed, was ${shortValue(before)}`
  if (before === undefined) return `${field} added: ${shortValue(after)}`
  return `${field}: ${shortValue(before)} → ${shortValue(after)}`
}
