import { escaped, toYaml, UNPRINTABLE, type YamlLayout } from '@/lib/manifest/to-yaml'
import type { JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'

/** The former writing of a scalar, kept where the new value allows. */
export type Quote = 'plain' | 'single' | 'double'

/** What ends or begins something inside `[…]` and `{…}`. */
const FLOW_INDICATOR = /[,[\]{}?]|^:/

/** A scalar, or an empty map or list, on one line. */
export function renderScalar(value: JsonValue, quote: Quote, inFlow: boolean): string {
  if (Array.isArray(value)) return '[]'
  if (isJsonObject(value)) return '{}'
  if (typeof value !== 'string') return JSON.stringify(value)
  if (quote === 'double') return doubleQuoted(value)
  if (quote === 'single' && /^[\x20-\x7e]*$/.test(value)) return `'${value.replaceAll("'", "''")}'`
  const plain = toYaml(value).trimEnd()
  const isOneLine = !plain.includes('\n') && !plain.startsWith('|')
  if (!isOneLine || value.search(UNPRINTABLE) >= 0) return doubleQuoted(value)
  const isBare = plain === value
  return inFlow && isBare && FLOW_INDICATOR.test(value) ? doubleQuoted(value) : plain
}

function doubleQuoted(text: string): string {
  return JSON.stringify(text).replace(UNPRINTABLE, escaped)
}

/** Any value on one line, as it stands inside `[…]` and `{…}`. */
export function renderFlow(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(renderFlow).join(', ')}]`
  if (!isJsonObject(value)) return renderScalar(value, 'plain', true)
  const fields = Object.entries(value).map(([key, field]) => renderFlowField(key, field))
  return `{${fields.join(', ')}}`
}

/** `key: value` inside `{…}`. */
export function renderFlowField(key: string, value: JsonValue): string {
  return `${renderScalar(key, 'plain', true)}: ${renderFlow(value)}`
}

/** Lines of a value laid out below one another, not indented, without line breaks. */
export function renderLines(value: JsonValue, layout: YamlLayout): readonly string[] {
  if (isEmptyOrScalar(value)) return [renderScalar(value, 'plain', false)]
  return toYaml(value, layout).slice(0, -1).split('\n')
}

/** Whether the value stands on the line of its key. */
export function isEmptyOrScalar(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.length === 0
  return !isJsonObject(value) || Object.keys(value).length === 0
}
