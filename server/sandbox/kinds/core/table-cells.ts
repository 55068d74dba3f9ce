/** Columns and cells shared by the kinds' `kubectl get` tables. */
import type { JsonObject } from '@/lib/shared/json'
import type { TableColumn } from '../../api/contracts'
import { humanDuration } from '../../api/human-duration'
import { coreDescription } from './core-schemas'
import { objectAt, objectIn, objectsAt, stringAt, stringMapAt } from './json-access'

/** One column; priority 1 is shown with `-o wide` only. */
export function column(name: string, type: string, description: string, priority = 0): TableColumn {
  return { name, type, format: '', description, priority }
}

export const NAME_COLUMN: TableColumn = {
  ...column('Name', 'string', coreDescription('V1ObjectMeta', 'name')),
  format: 'name',
}

export const AGE_COLUMN: TableColumn = column(
  'Age',
  'string',
  // The generated description lost its paragraph break.
  coreDescription('V1ObjectMeta', 'creationTimestamp').replace('  Populated', '\n\nPopulated'),
)

/** metadata.name. */
export function nameOf(object: JsonObject): string {
  return stringAt(objectAt(object, 'metadata'), 'name')
}

/** Time since creation, as `kubectl get` prints it. */
export function ageOf(object: JsonObject, now: number): string {
  return timeSince(stringAt(objectAt(object, 'metadata'), 'creationTimestamp'), now)
}

/** Time since an RFC 3339 instant in short form; `<unknown>` when it is absent. */
export function timeSince(timestamp: string, now: number): string {
  const then = Date.parse(timestamp)
  return Number.isNaN(then) ? '<unknown>' : humanDuration(now - then)
}

/** `key=value` pairs sorted and joined by commas; `<none>` when there are none. */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(labels ?? {}).sort(([left], [right]) => (left < right ? -1 : 1))
  return entries.length === 0
    ? '<none>'
    : entries.map(([key, value]) => `${key}=${value}`).join(',')
}

/** A label selector as `kubectl` writes it: `app=b,tier in (x,y),!old`; `<none>` when it selects everything. */
export function formatSelector(selector: JsonObject | undefined): string {
  const requirements = Object.entries(stringMapAt(selector, 'matchLabels') ?? {}).map(
    ([key, value]) => ({ key, text: `${key}=${value}` }),
  )
  for (const expression of objectsAt(selector, 'matchExpressions')) {
    const key = stringAt(expression, 'key')
    const listed = expression['values']
    const values = Array.isArray(listed) ? listed.map(String).sort().join(',') : ''
    const texts: Record<string, string> = {
      In: `${key} in (${values})`,
      NotIn: `${key} notin (${values})`,
      Exists: key,
      DoesNotExist: `!${key}`,
    }
    requirements.push({ key, text: texts[stringAt(expression, 'operator')] ?? key })
  }
  requirements.sort((left, right) => (left.key < right.key ? -1 : 1))
  return requirements.length === 0 ? '<none>' : requirements.map(({ text }) => text).join(',')
}

/** Names and images of a Pod template's containers, each joined by commas. */
export function containerCells(workload: JsonObject): readonly [names: string, images: string] {
  const containers = objectsAt(objectIn(workload, 'spec', 'template', 'spec'), 'containers')
  return [
    containers.map((container) => stringAt(container, 'name')).join(','),
    containers.map((container) => stringAt(container, 'image')).join(','),
  ]
}
