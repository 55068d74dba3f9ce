/** A merge in words. Pure. */

import { pathText } from '@/lib/manifest/edit/field-edit'
import type { FieldChange } from '@/lib/manifest/three-way/field-changes'
import { toYaml } from '@/lib/manifest/to-yaml'
import type { JsonValue } from '@/lib/shared/json'

const VALUE_CHARACTERS_MAX = 60

/** A value of any size, as YAML; `removed` for none. */
export function valueText(value: JsonValue | undefined): string {
  if (value === undefined) return 'removed'
  if (typeof value === 'object' && value !== null) return toYaml(value).trimEnd()
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A value in a few words of one line, as YAML in flow style. */
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

/** `spec.hostnames[0]: a.example → b.example`, `… added: …`, `… removed`. */
export function changeText({ path, before, after }: FieldChange): string {
  const field = pathText(path)
  if (after === undefined) return `${field} removed, was ${shortValue(before)}`
  if (before === undefined) return `${field} added: ${shortValue(after)}`
  return `${field}: ${shortValue(before)} → ${shortValue(after)}`
}
