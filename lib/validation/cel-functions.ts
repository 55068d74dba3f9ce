import {
  type CelFunc,
  type CelInput,
  type CelList,
  CelScalar,
  celFunc,
  celMethod,
  isCelList,
  isCelMap,
  listType,
  objectType,
} from '@bufbuild/cel'
import { strings } from '@bufbuild/cel/ext'
import { DurationSchema } from '@bufbuild/protobuf/wkt'
import { toDuration } from '@/lib/validation/cel-values'
import { parseGoDuration } from '@/lib/validation/go-duration'
import { parseIpAddress } from '@/lib/validation/ip-address'
import {
  label1035Problems,
  labelProblems,
  labelValueProblems,
  maskTrailingDash,
  type NameCheck,
  qualifiedNameProblems,
  subdomainProblems,
} from '@/lib/validation/names'
import { hasFormat } from '@/lib/validation/string-formats'

/**
 * Functions that kube-apiserver gives to rules beyond standard CEL.
 * Source: https://kubernetes.io/docs/reference/using-api/cel/.
 * An optional value is represented by a list of none or one.
 */

const { STRING, BOOL, INT, DYN } = CelScalar
const DURATION = objectType(DurationSchema)

const prefixed =
  (check: NameCheck): NameCheck =>
  (name) =>
    check(maskTrailingDash(name))

const formatted =
  (format: string, problem: string): NameCheck =>
  (text) =>
    hasFormat(format, text) ? [] : [problem]

const NAMED_FORMATS: Readonly<Record<string, NameCheck>> = {
  dns1123Label: labelProblems,
  dns1123Subdomain: subdomainProblems,
  dns1035Label: label1035Problems,
  qualifiedName: (name) => qualifiedNameProblems(name, 'since-1.35'),
  dns1123LabelPrefix: prefixed(labelProblems),
  dns1123SubdomainPrefix: prefixed(subdomainProblems),
  dns1035LabelPrefix: prefixed(label1035Problems),
  labelValue: labelValueProblems,
  uri: formatted('uri', 'invalid URI for request'),
  uuid: formatted('uuid', 'does not match the UUID format'),
  byte: formatted('byte', 'invalid base64'),
  date: formatted('date', 'invalid date'),
  datetime: formatted('datetime', 'invalid datetime'),
}

const none: CelInput = []
const some = (value: CelInput): CelInput => [value]

/** A format object is a map with one entry, as rules only ever call `validate` on it. */
const formatObject = (name: string): CelInput => new Map([['format', name]])

const formatFunctions: CelFunc[] = [
  ...Object.keys(NAMED_FORMATS).map((name) =>
    celFunc(`format.${name}`, [], DYN, () => formatObject(name)),
  ),
  celFunc('format.named', [STRING], DYN, (name) =>
    Object.hasOwn(NAMED_FORMATS, name) ? some(formatObject(name)) : none,
  ),
  celMethod('validate', DYN, [STRING], DYN, function (text): CelInput {
    const name = isCelMap(this) ? this.get('format') : undefined
    const check = typeof name === 'string' ? NAMED_FORMATS[name] : undefined
    if (check === undefined) throw new Error('no such overload')
    const problems = check(text)
    return problems.length === 0 ? none : some(problems)
  }),
]

const optionalFunctions: CelFunc[] = [
  celFunc('optional.none', [], DYN, () => none),
  celFunc('optional.of', [DYN], DYN, (value) => some(value)),
  celMethod('hasValue', DYN, [], BOOL, function () {
    return isCelList(this) && this.size > 0
  }),
  celMethod('value', DYN, [], DYN, function (): CelInput {
    const value = isCelList(this) ? this.get(0) : undefined
    if (value === undefined) throw new Error('optional.none() dereference')
    return value
  }),
  celMethod('orValue', DYN, [DYN], DYN, function (fallback): CelInput {
    return (isCelList(this) ? this.get(0) : undefined) ?? fallback
  }),
]

const stringFunctions: CelFunc[] = [
  ...strings,
  celFunc('duration', [STRING], DURATION, (text) => {
    const duration = parseGoDuration(text)
    if (duration !== undefined) return toDuration(duration)
    throw new Error("type conversion error from 'string' to 'google.protobuf.Duration'")
  }),
  celFunc('isIP', [STRING], BOOL, (text) => parseIpAddress(text) !== undefined),
  celFunc('isURL', [STRING], BOOL, (text) => hasFormat('uri', text)),
  celFunc('isCIDR', [STRING], BOOL, (text) => hasFormat('cidr', text)),
]

type Comparable = bigint | number | string

function comparables(list: CelList): Comparable[] {
  return Array.from(list).map((item) => {
    if (typeof item === 'bigint' || typeof item === 'number' || typeof item === 'string') {
      return item
    }
    throw new Error('no such overload')
  })
}

function extreme(list: CelList, name: string, sign: 1 | -1): CelInput {
  const items = comparables(list)
  const [first, ...others] = items
  if (first === undefined) throw new Error(`${name} called on empty list`)
  return others.reduce((best, item) => (sign * (item > best ? 1 : -1) > 0 ? item : best), first)
}

function indexOf(list: CelList, wanted: unknown, fromEnd: boolean): bigint {
  const items = Array.from(list)
  return BigInt(fromEnd ? items.lastIndexOf(wanted as never) : items.indexOf(wanted as never))
}

const LIST = listType(DYN)

const listFunctions: CelFunc[] = [
  celMethod('isSorted', LIST, [], BOOL, function () {
    const items = comparables(this)
    return items.every((item, index) => {
      const before = items[index - 1]
      return before === undefined || before <= item
    })
  }),
  celMethod('sum', LIST, [], DYN, function (): CelInput {
    const items = comparables(this)
    if (items.every((item) => typeof item === 'bigint')) {
      return items.reduce((total, item) => total + item, 0n)
    }
    return items.reduce<number>((total, item) => total + Number(item), 0)
  }),
  celMethod('min', LIST, [], DYN, function () {
    return extreme(this, 'min', -1)
  }),
  celMethod('max', LIST, [], DYN, function () {
    return extreme(this, 'max', 1)
  }),
  celMethod('indexOf', LIST, [DYN], INT, function (wanted) {
    return indexOf(this, wanted, false)
  }),
  celMethod('lastIndexOf', LIST, [DYN], INT, function (wanted) {
    return indexOf(this, wanted, true)
  }),
]

/** Every function beyond standard CEL that rules can call here. */
export const CEL_FUNCTIONS: readonly CelFunc[] = [
  ...stringFunctions,
  ...formatFunctions,
  ...optionalFunctions,
  ...listFunctions,
]
