import type { MessageForm } from '@/lib/validation/field-error'
import { parseGoDuration } from '@/lib/validation/go-duration'
import { parseIpAddress } from '@/lib/validation/ip-address'
import { compileRegularExpression } from '@/lib/validation/regular-expression'

/**
 * The formats kube-apiserver checks. Others in a schema are ignored, as it does.
 * Source: k8s.io/apiextensions-apiserver/pkg/apiserver/validation/formats.go and k8s.io/kube-openapi/pkg/validation/strfmt.
 */

type Check = (text: string) => boolean

const matches =
  (pattern: string): Check =>
  (text) => {
    const expression = compileRegularExpression(pattern)
    return expression.ok && expression.test(text)
  }

const SHORT_NAME = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?'

const uuid = (version: string, variant: string) =>
  matches(
    `(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}[0-9a-f]{3}-?[0-9a-f]{12}$`,
  )

const CHECKS: Readonly<Record<string, Check>> = {
  bsonobjectid: matches('^[0-9a-fA-F]{24}$'),
  uri: isRequestUri,
  email: matches('^[^\\s@<>]+@[^\\s@<>]+$'),
  hostname: isHostname,
  ipv4: (text) => text.includes('.') && parseIpAddress(text, true) !== undefined,
  ipv6: (text) => text.includes(':') && parseIpAddress(text, true) !== undefined,
  cidr: isCidr,
  mac: matches(
    '^(?:[0-9a-fA-F]{2}([:-])(?:[0-9a-fA-F]{2}[:-]){4}[0-9a-fA-F]{2}|(?:[0-9a-fA-F]{4}[.]){2}[0-9a-fA-F]{4})$',
  ),
  uuid: uuid('[0-9a-f]', '[0-9a-f]'),
  uuid3: uuid('3', '[0-9a-f]'),
  uuid4: uuid('4', '[89ab]'),
  uuid5: uuid('5', '[89ab]'),
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: isCreditCard,
  ssn: matches('^[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}$'),
  hexcolor: matches('^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$'),
  rgbcolor: isRgbColor,
  byte: matches('^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$'),
  password: () => true,
  date: isDate,
  duration: (text) => parseGoDuration(text) !== undefined,
  datetime: isDateTime,
}

/** Formats known only since Kubernetes 1.34. */
const NEWER_CHECKS: Readonly<Record<string, Check>> = {
  k8sshortname: (text) => text.length <= 63 && matches(`^${SHORT_NAME}$`)(text),
  k8slongname: (text) =>
    text.length <= 253 && matches(`^${SHORT_NAME}(?:\\.${SHORT_NAME})*$`)(text),
}

/**
 * The declared format when the API server checks it for this type, else empty.
 * Number formats are checked since 1.36; the message form stands for the version.
 */
export function normalizedFormat(declared: string, type: string, form: MessageForm): string {
  if (declared === '') return ''
  const isText = type === '' || type === 'string'
  return (isText ? checksText(declared, form) : checksNumber(declared, type, form)) ? declared : ''
}

function checksText(format: string, form: MessageForm): boolean {
  const name = registryName(format)
  if (Object.hasOwn(CHECKS, name)) return true
  return form !== 'before-1.34' && Object.hasOwn(NEWER_CHECKS, name)
}

const NUMBER_FORMATS: Readonly<Record<string, readonly string[]>> = {
  integer: ['int32', 'int64'],
  number: ['float', 'double'],
}

function checksNumber(format: string, type: string, form: MessageForm): boolean {
  return form === 'since-1.35' && (NUMBER_FORMATS[type] ?? []).includes(format)
}

/** Whether `text` has the format; formats nobody checks are always had. */
export function hasFormat(format: string, text: string): boolean {
  const name = registryName(format)
  const check = CHECKS[name] ?? NEWER_CHECKS[name]
  return check === undefined || check(text)
}

function registryName(format: string): string {
  return format.replaceAll('-', '')
}

function isRequestUri(text: string): boolean {
  if (/[\s\p{Cc}]/u.test(text) || /%(?![0-9a-fA-F]{2})/.test(text)) return false
  return text.startsWith('/') || /^[a-zA-Z][a-zA-Z0-9+.-]*:./.test(text)
}

const HOSTNAME_LETTERS = 'a-zA-Z0-9\\p{S}\\p{L}'

function isHostname(text: string): boolean {
  const single = `[${HOSTNAME_LETTERS}](?:-?[${HOSTNAME_LETTERS}]{0,62})?`
  const label = `[${HOSTNAME_LETTERS}](?:[-${HOSTNAME_LETTERS}]{0,61}[${HOSTNAME_LETTERS}])?`
  const pattern = `^(?:${single}|(?:${label}\\.)+[a-zA-Z\\p{L}]{2,63})$`
  return (
    matches(pattern)(text) &&
    text.length <= 255 &&
    text.split('.').every((part) => part.length <= 63)
  )
}

function isCidr(text: string): boolean {
  const slash = text.lastIndexOf('/')
  if (slash < 0) return false
  const address = parseIpAddress(text.slice(0, slash), true)
  const bits = text.slice(slash + 1)
  if (address === undefined || !/^[0-9]{1,3}$/.test(bits)) return false
  return Number(bits) <= address.length * 8
}

function isIsbn10(text: string): boolean {
  const digits = text.replace(/[\s-]/g, '')
  if (!/^[0-9]{9}[0-9X]$/.test(digits)) return false
  let sum = 0
  for (let index = 0; index < 10; index += 1) {
    const digit = digits[index] ?? '0'
    sum += (10 - index) * (digit === 'X' ? 10 : Number(digit))
  }
  return sum % 11 === 0
}

function isIsbn13(text: string): boolean {
  const digits = text.replace(/[\s-]/g, '')
  if (!/^[0-9]{13}$/.test(digits)) return false
  let sum = 0
  for (let index = 0; index < 13; index += 1) {
    sum += Number(digits[index] ?? '0') * (index % 2 === 0 ? 1 : 3)
  }
  return sum % 10 === 0
}

const CARD_NUMBER =
  '^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35[0-9]{3})[0-9]{11})$'

function isCreditCard(text: string): boolean {
  const digits = text.replace(/[^0-9]/g, '')
  if (!matches(CARD_NUMBER)(digits)) return false
  let sum = 0
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index] ?? '0')
    const weighted = index % 2 === 0 ? digit : digit * 2
    sum += weighted > 9 ? weighted - 9 : weighted
  }
  return sum % 10 === 0
}

function isRgbColor(text: string): boolean {
  const parts = /^rgb\(\s*([0-9]{1,3})\s*,\s*([0-9]{1,3})\s*,\s*([0-9]{1,3})\s*\)$/.exec(text)
  return parts?.slice(1).every((part) => Number(part) <= 255) ?? false
}

function isDate(text: string): boolean {
  const parts = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text)
  return parts !== null && isCalendarDay(Number(parts[1]), Number(parts[2]), Number(parts[3]))
}

function isCalendarDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0
  return day <= days
}

const DATE_TIME =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})[tT ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[.][0-9]+)?(?:[zZ]|[+-][0-9]{2}:[0-9]{2})$/

function isDateTime(text: string): boolean {
  const parts = DATE_TIME.exec(text)
  if (parts === null || !isDate(parts[1] ?? '')) return false
  return Number(parts[2]) <= 23 && Number(parts[3]) <= 59 && Number(parts[4]) <= 60
}
