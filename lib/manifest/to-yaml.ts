import { isScalar, type Pair, stringify } from 'yaml'
import { KUBECTL_YAML } from '@/lib/manifest/yaml-options'

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

/** The value as YAML in a fixed order of keys, so that equal values give equal text; ends with a line break. */
export function toYaml(value: unknown, layout: YamlLayout = KUBECTL_LAYOUT): string {
  return stringify(value, {
    ...KUBECTL_YAML,
    ...layout,
    aliasDuplicateObjects: false,
    blockQuote: 'literal',
    lineWidth: 0,
    sortMapEntries: (left: Pair, right: Pair) => compareKeys(keyOf(left), keyOf(right)),
  })
}

function keyOf(pair: Pair): string {
  return String(isScalar(pair.key) ? pair.key.value : pair.key)
}

function compareKeys(left: string, right: string): number {
  return rankOf(left) - rankOf(right) || (left < right ? -1 : left > right ? 1 : 0)
}
