import { isMap, isScalar, isSeq, type Pair } from 'yaml'
import { resolveScalar } from '@/lib/manifest/go-scalar'
import { isMergeKey, writtenScalar } from '@/lib/manifest/to-json'
import { goQuote } from '@/lib/validation/go-text'
import { DUPLICATES_MAX } from '../api/limits'

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
  for (const pair of node.items) {
    const { key, value } = pair
    collect(value, lineOf, found)
    const text = keyText(pair)
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
function keyText(pair: Pair): string | undefined {
  const { key } = pair
  if (!isScalar(key) || isMergeKey(pair)) return undefined
  const found = resolveScalar(writtenScalar(key))
  if (typeof found === 'string' || found.kind === 'null') return undefined
  return found.kind === 'str' ? goQuote(found.value) : String(found.value)
}

function offsetOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) ? node.range?.[0] : undefined
}
