import { isMap, isScalar, isSeq } from 'yaml'
import { goQuote } from '@/lib/validation/go-text'
import { DUPLICATES_MAX } from './limits'

/**
 * What Go's strict YAML reader says of keys that occur twice in one map, with the line of each later value; '' when there
 * are none. `root` is a parsed document's content, not nested more deeply than bodies may be.
 */
export function yamlDuplicates(root: unknown, lineOf: (offset: number) => number): string {
  const found: string[] = []
  collect(root, lineOf, found)
  if (found.length === 0) return ''
  return ['yaml: unmarshal errors:', ...found.slice(0, DUPLICATES_MAX)].join('\n  ')
}

/** What an alias stands for is looked at where it is written. */
function collect(node: unknown, lineOf: (offset: number) => number, found: string[]): void {
  if (isSeq(node)) for (const item of node.items) collect(item, lineOf, found)
  if (!isMap(node)) return
  const seen = new Set<string>()
  for (const { key, value } of node.items) {
    collect(value, lineOf, found)
    const text = keyText(key)
    if (text === undefined) continue
    if (seen.has(text)) {
      found.push(
        `line ${lineOf(offsetOf(value) ?? offsetOf(key) ?? 0)}: key ${text} already set in map`,
      )
    }
    seen.add(text)
  }
}

/** A key as Go prints it; undefined for merge keys and those that are no scalars. */
function keyText(key: unknown): string | undefined {
  if (!isScalar(key) || key.source === '<<') return undefined
  const { value } = key
  if (typeof value === 'string') return goQuote(value)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

function offsetOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) ? node.range?.[0] : undefined
}
