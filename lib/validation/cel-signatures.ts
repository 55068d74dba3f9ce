import { type CelType, DYN, plainType } from '@/lib/validation/cel-types'

/** One way to call a function. A method's receiver is its first argument. */
export interface Overload {
  readonly isMethod: boolean
  readonly args: readonly CelType[]
  readonly result: CelType
}

const NUMBERS = ['int', 'uint', 'double']
const COMPARABLE = ['bool', 'string', 'bytes', 'timestamp', 'duration']

const comparisons = ['<', '<=', '>', '>='].flatMap((operator) => [
  ...COMPARABLE.map((type) => `_${operator}_ (${type}, ${type}) bool`),
  ...NUMBERS.flatMap((a) => NUMBERS.map((b) => `_${operator}_ (${a}, ${b}) bool`)),
])

const arithmetic = ['+', '-', '*', '/'].flatMap((operator) =>
  NUMBERS.map((type) => `_${operator}_ (${type}, ${type}) ${type}`),
)

const conversions = Object.entries({
  int: 'int uint double string timestamp',
  uint: 'uint int double string',
  double: 'double int uint string',
  string: 'string bool int uint double bytes timestamp duration',
  bytes: 'bytes string',
  bool: 'bool string',
  timestamp: 'timestamp string int',
  duration: 'duration string',
}).flatMap(([result, from]) => from.split(' ').map((type) => `${result} (${type}) ${result}`))

const timeParts = [
  'getFullYear',
  'getMonth',
  'getDate',
  'getDayOfMonth',
  'getDayOfWeek',
  'getDayOfYear',
].flatMap((name) => [`${name} timestamp.() int`, `${name} timestamp.(string) int`])
const clockParts = ['getHours', 'getMinutes', 'getSeconds', 'getMilliseconds'].flatMap((name) => [
  `${name} timestamp.() int`,
  `${name} timestamp.(string) int`,
  `${name} duration.() int`,
])

/**
 * What rules may call: standard CEL, and the Kubernetes libraries whose results need a type here.
 * https://kubernetes.io/docs/reference/using-api/cel/ and the CEL language definition.
 */
const SIGNATURES: readonly string[] = [
  ...comparisons,
  ...arithmetic,
  ...conversions,
  ...timeParts,
  ...clockParts,
  '!_ (bool) bool',
  '-_ (int) int',
  '-_ (double) double',
  '_&&_ (bool, bool) bool',
  '_||_ (bool, bool) bool',
  '_==_ (A, A) bool',
  '_!=_ (A, A) bool',
  '_+_ (string, string) string',
  '_+_ (bytes, bytes) bytes',
  '_+_ (list(A), list(A)) list(A)',
  '_+_ (timestamp, duration) timestamp',
  '_+_ (duration, timestamp) timestamp',
  '_+_ (duration, duration) duration',
  '_-_ (timestamp, duration) timestamp',
  '_-_ (timestamp, timestamp) duration',
  '_-_ (duration, duration) duration',
  '_%_ (int, int) int',
  '_%_ (uint, uint) uint',
  '_?_:_ (bool, A, A) A',
  '_[_] (list(A), int) A',
  '_[_] (map(A, B), A) B',
  '@in (A, list(A)) bool',
  '@in (A, map(A, B)) bool',
  ...['string', 'bytes', 'list(A)', 'map(A, B)'].flatMap((type) => [
    `size (${type}) int`,
    `size ${type}.() int`,
  ]),
  'type (A) type',
  'dyn (A) dyn',
  'matches (string, string) bool',
  ...['matches', 'contains', 'startsWith', 'endsWith'].map(
    (name) => `${name} string.(string) bool`,
  ),
  'charAt string.(int) string',
  'indexOf string.(string) int',
  'indexOf string.(string, int) int',
  'lastIndexOf string.(string) int',
  'lastIndexOf string.(string, int) int',
  ...['lowerAscii', 'upperAscii', 'trim'].map((name) => `${name} string.() string`),
  'replace string.(string, string) string',
  'replace string.(string, string, int) string',
  'split string.(string) list(string)',
  'split string.(string, int) list(string)',
  'substring string.(int) string',
  'substring string.(int, int) string',
  'format string.(list(dyn)) string',
  'join list(string).() string',
  'join list(string).(string) string',
  'find string.(string) string',
  'findAll string.(string) list(string)',
  'findAll string.(string, int) list(string)',
  ...['int', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes'].map(
    (type) => `isSorted list(${type}).() bool`,
  ),
  ...['sum', 'min', 'max'].map((name) => `${name} list(A).() A`),
  'indexOf list(A).(A) int',
  'lastIndexOf list(A).(A) int',
  ...['contains', 'equivalent', 'intersects'].map((name) => `sets.${name} (list(A), list(A)) bool`),
  ...['isURL', 'isIP', 'isCIDR', 'isQuantity', 'isSemver'].map((name) => `${name} (string) bool`),
  'url (string) kubernetes.URL',
  'url (kubernetes.URL) kubernetes.URL',
  ...['getScheme', 'getHost', 'getHostname', 'getPort', 'getEscapedPath'].map(
    (name) => `${name} kubernetes.URL.() string`,
  ),
  'getQuery kubernetes.URL.() map(string, list(string))',
  'optional.none () optional(A)',
  'optional.of (A) optional(A)',
  'optional.ofNonZeroValue (A) optional(A)',
  'hasValue optional(A).() bool',
  'value optional(A).() A',
  'orValue optional(A).(A) A',
  'or optional(A).(optional(A)) optional(A)',
]

/** Functions that exist and whose results are not worked out here. */
const UNTYPED = new Set(
  `ip ip.isCanonical family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast cidr
  containsIP containsCIDR prefixLength masked quantity sign isInteger asInteger asApproximateFloat add sub isGreaterThan
  isLessThan compareTo semver major minor patch format.named validate strings.quote @not_strictly_false path group
  resource subresource namespace name check allowed reason errored error serviceAccount fieldSelector labelSelector
  format.dns1123Label format.dns1123Subdomain format.dns1035Label format.qualifiedName
  format.dns1123LabelPrefix format.dns1123SubdomainPrefix format.dns1035LabelPrefix format.labelValue format.uri
  format.uuid format.byte format.date format.datetime jsonpatch.escapeKey`.split(/\s+/),
)

function readSignatures(): Map<string, Overload[]> {
  const overloads = new Map<string, Overload[]>()
  for (const signature of SIGNATURES) {
    const space = signature.indexOf(' ')
    const name = signature.slice(0, space)
    const list = overloads.get(name) ?? []
    list.push(readOverload(signature.slice(space + 1)))
    overloads.set(name, list)
  }
  return overloads
}

/** `list(A).(A) int` or `(int, int) int`. */
function readOverload(text: string): Overload {
  const reader = new TypeReader(text)
  const receiver = text.startsWith('(') ? undefined : reader.type()
  if (receiver !== undefined) reader.take('.')
  const args = reader.list()
  reader.take(' ')
  const result = reader.type()
  return {
    isMethod: receiver !== undefined,
    args: receiver === undefined ? args : [receiver, ...args],
    result,
  }
}

class TypeReader {
  #rest: string

  constructor(text: string) {
    this.#rest = text
  }

  take(text: string): boolean {
    if (!this.#rest.startsWith(text)) return false
    this.#rest = this.#rest.slice(text.length)
    return true
  }

  /** Types in parentheses. */
  list(): CelType[] {
    const types: CelType[] = []
    this.take('(')
    while (!this.take(')')) {
      types.push(this.type())
      this.take(', ')
    }
    return types
  }

  type(): CelType {
    const name = /^[\w]+(\.[A-Z]\w*)?/.exec(this.#rest)?.[0] ?? ''
    this.take(name)
    const [first = DYN, second = DYN] = this.#rest.startsWith('(') ? this.list() : []
    if (name === 'list') return { is: 'list', item: first }
    if (name === 'map') return { is: 'map', key: first, value: second }
    if (name === 'optional') return { is: 'optional', value: first }
    if (name === 'dyn') return DYN
    return /^[A-Z]$/.test(name) ? { is: 'variable', name } : plainType(name)
  }
}

const OVERLOADS = readSignatures()

/** The ways to call a function; `untyped` when it exists but is not described, undefined when there is none. */
export function overloadsOf(name: string): readonly Overload[] | 'untyped' | undefined {
  return OVERLOADS.get(name) ?? (UNTYPED.has(name) ? 'untyped' : undefined)
}
