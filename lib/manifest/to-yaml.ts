import { Document, isScalar, type Pair, visit } from 'yaml'
import { resolvePlain } from '@/lib/manifest/go-scalar'

/** Keys that come first, in this order, wherever they occur; the others follow alphabetically. */
const FIRST_KEYS = [
  'apiVersion',
  'group',
  'kind',
  'metadata',
  'type',
  'name',
  'generateName',
  'namespace',
  'sectionName',
  'port',
  'weight',
  'numerator',
  'denominator',
  'labels',
  'annotations',
  'gatewayClassName',
  'parentRefs',
  'hostnames',
  'matches',
  'filters',
  'backendRefs',
]
const LAST_KEYS = ['status']

const FIRST_RANKS = new Map(FIRST_KEYS.map((key, rank) => [key, rank - FIRST_KEYS.length]))
const LAST_RANKS = new Map(LAST_KEYS.map((key, rank) => [key, rank + 1]))

function rankOf(key: string): number {
  return FIRST_RANKS.get(key) ?? LAST_RANKS.get(key) ?? 0
}

/** How lists and maps are laid out. */
export interface YamlLayout {
  /** Spaces by which a nested map is indented. */
  readonly indent: number
  /** Whether a list is indented below its key. */
  readonly indentSeq: boolean
}

/** As kubectl prints them. */
const KUBECTL_LAYOUT: YamlLayout = { indent: 2, indentSeq: false }

/**
 * The value as YAML in a fixed order of keys, so that equal values give equal text; ends with a line break. kubectl reads the very
 * value in it: texts that it, or another reader of YAML 1.1, would take for something else stand in quotes.
 */
export function toYaml(value: unknown, layout: YamlLayout = KUBECTL_LAYOUT): string {
  const document = new Document(value, {
    aliasDuplicateObjects: false,
    sortMapEntries: (left, right) => compareKeys(keyOf(left), keyOf(right)),
  })
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'string' && needsQuotes(node.value)) node.type = 'QUOTE_DOUBLE'
    },
  })
  const text = document.toString({ ...layout, blockQuote: 'literal', lineWidth: 0 })
  return text.replace(UNPRINTABLE, escaped)
}

/** What YAML 1.1 readers take for a line break, or not at all, although JSON allows it in a string. */
export const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g

/** Numbers of base 60 and times, which kubectl takes for text and others do not. */
const OTHERS_READ = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$|^\d{4}-\d\d?-\d\d?/

/** Texts of several lines that begin with white space or end in blank lines: as blocks they depend on what stands around them. */
const BLANK_EDGE = /^\n|^\s.*\n|\n\s*\n$/s

function needsQuotes(text: string): boolean {
  return (
    resolvePlain(text).kind !== 'str' ||
    text === '<<' ||
    text === '=' ||
    OTHERS_READ.test(text) ||
    BLANK_EDGE.test(text) ||
    text.search(UNPRINTABLE) >= 0
  )
}

/** An escape as it stands inside double quotes. */
export function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function keyOf(pair: Pair): string {
  return String(isScalar(pair.key) ? pair.key.value : pair.key)
}

function compareKeys(left: string, right: string): number {
  return rankOf(left) - rankOf(right) || (left < right ? -1 : left > right ? 1 : 0)
}
