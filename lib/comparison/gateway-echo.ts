/**
 * What the gateway sends to one side only (how often a copy was mirrored, what one backendRef's filters set) comes back from
 * backends that repeat their request. An answer's values → this → the values without it, so that it is told as the
 * gateway's own doing and not as the mirror's.
 */
import { isObject } from '@/lib/comparison/canonical'
import type { HeaderLine } from '@/lib/comparison/exchange'
import { numberText } from '@/lib/comparison/json-number'
import type { PatternNode, PatternTree } from '@/lib/comparison/path-pattern'

/** Values by lower-case name, those of one name joined as RFC 9110, section 5.3, joins them. */
export type SentHeaders = ReadonlyMap<string, string>

/** Hears of every place that gives a header back, with what stood there. */
export type EchoFound = (node: PatternNode, value: unknown) => void

/** The lines by name. */
export function sentHeaders(lines: readonly HeaderLine[]): SentHeaders {
  const headers = new Map<string, string>()
  for (const [name, value] of lines) {
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return headers
}

/**
 * The value without the headers' names with their values: fields of an object, items of a list (`[name, value]`,
 * `{name, value}`, `name: value`, or both in turn), whole lines of a text. The same value when there are none. It must not
 * nest deeper than `depthMax`.
 */
export function withoutEchoes(
  value: unknown,
  sent: SentHeaders,
  at: { readonly node: PatternNode; readonly tree: PatternTree },
  found: EchoFound,
): unknown {
  if (sent.size === 0) return value
  const { node, tree } = at
  const walk = (inner: unknown, innerNode: PatternNode): unknown => {
    if (Array.isArray(inner)) return list(inner, innerNode)
    return isObject(inner) ? fields(inner, innerNode) : inner
  }
  const fields = (object: Readonly<Record<string, unknown>>, objectNode: PatternNode) => {
    let isChanged = false
    const kept: Record<string, unknown> = Object.create(null) as Record<string, unknown>
    for (const [key, field] of Object.entries(object)) {
      const child = tree.child(objectNode, key)
      const isEcho = givesBack(sent, key, field)
      if (isEcho) found(child, field)
      else kept[key] = walk(field, child)
      isChanged ||= isEcho || kept[key] !== field
    }
    return isChanged ? kept : object
  }
  const list = (items: readonly unknown[], listNode: PatternNode) => {
    const item = tree.item(listNode)
    const kept: unknown[] = []
    for (let index = 0; index < items.length; index += 1) {
      const count = echoedItems(sent, items[index], items[index + 1])
      if (count > 0) found(item, items[index])
      else kept.push(walk(items[index], item))
      if (count === 2) index += 1
    }
    return kept.every((one, index) => one === items[index]) && kept.length === items.length
      ? items
      : kept
  }
  return typeof value === 'string' ? withoutLines(value, sent, node, found) : walk(value, node)
}

function withoutLines(text: string, sent: SentHeaders, node: PatternNode, found: EchoFound) {
  const lower = text.toLowerCase()
  if (![...sent.keys()].some((name) => lower.includes(name))) return text
  const kept = text.split('\n').filter((line) => {
    const isEcho = isHeaderText(sent, line)
    if (isEcho) found(node, line)
    return !isEcho
  })
  return kept.join('\n')
}

/** How many items from here on are one header given back: 0, 1, or 2 where name and value stand in turn. */
function echoedItems(sent: SentHeaders, item: unknown, next: unknown): number {
  if (typeof item === 'string') {
    if (isHeaderText(sent, item)) return 1
    return typeof next === 'string' && givesBack(sent, item, next) ? 2 : 0
  }
  if (Array.isArray(item)) return item.length === 2 && givesBack(sent, item[0], item[1]) ? 1 : 0
  if (!isObject(item)) return 0
  const { name, key = name, value } = item
  return givesBack(sent, key, value) ? 1 : 0
}

/** Names as CGI writes them (RFC 3875, section 4.1.18) are read as well: `HTTP_X_REQUEST_ID`. */
function givesBack(sent: SentHeaders, name: unknown, value: unknown): boolean {
  if (typeof name !== 'string') return false
  const expected = sent.get(
    name
      .toLowerCase()
      .replaceAll('_', '-')
      .replace(/^http-/, ''),
  )
  return expected !== undefined && valueText(value) === expected
}

function valueText(value: unknown): string | null {
  if (Array.isArray(value)) return value.join(', ')
  return typeof value === 'string' ? value : numberText(value)
}

/** A line that holds a header's name, its value, and nothing else but punctuation. */
function isHeaderText(sent: SentHeaders, line: string): boolean {
  for (const [name, value] of sent) {
    if (line.length > name.length + value.length + PUNCTUATION_MAX) continue
    const at = line.toLowerCase().indexOf(name)
    if (at === -1) continue
    const rest = line.slice(0, at) + line.slice(at + name.length).replace(value, '')
    if (line.includes(value) && /^[\s"'[\]:=,;{}]*$/.test(rest)) return true
  }
  return false
}

const PUNCTUATION_MAX = 40
