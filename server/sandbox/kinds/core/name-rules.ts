/** Name formats of k8s.io/apimachinery/pkg/util/validation, each answering the messages of that package. */
import type { JsonValue } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'
import { invalid } from './field-errors'

/** Messages saying why the value is not of a format; none when it is. */
export type NameRule = (value: string) => readonly string[]

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
const QUALIFIED_NAME = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const LABEL_VALUE = `(${QUALIFIED_NAME})?`
const CONFIG_KEY = '[-._a-zA-Z0-9]+'

const whole = (pattern: string): RegExp => new RegExp(`^${pattern}$`)

function withExamples(text: string, pattern: string, ...examples: string[]): string {
  const quoted = examples.map((example) => `'${example}'`).join(',  or ')
  return `${text} (e.g. ${quoted}, regex used for validation is '${pattern}')`
}

function rule(lengthMax: number, pattern: string, message: string): NameRule {
  const expression = whole(pattern)
  return (value) => [
    ...(value.length > lengthMax ? [`must be no more than ${lengthMax} characters`] : []),
    ...(expression.test(value) ? [] : [message]),
  ]
}

const label: NameRule = rule(
  63,
  LABEL,
  withExamples(
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
    LABEL,
    'my-name',
    '123-abc',
  ),
)

/** RFC 1123 label, at most 63 bytes. What would do as a subdomain only has its dots against it. */
export const dns1123Label: NameRule = (value) =>
  whole(SUBDOMAIN).test(value) && value.includes('.')
    ? [...label(value).slice(0, -1), 'must not contain dots']
    : label(value)

/** RFC 1123 subdomain, at most 253 bytes. */
export const dns1123Subdomain: NameRule = rule(
  253,
  SUBDOMAIN,
  withExamples(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
    SUBDOMAIN,
    'example.com',
  ),
)

/** RFC 1035 label, at most 63 bytes: the name of a Service. */
export const dns1035Label: NameRule = rule(
  63,
  LABEL_1035,
  withExamples(
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
    LABEL_1035,
    'my-name',
    'abc-123',
  ),
)

/** Key of a ConfigMap or Secret entry. */
export const configKey: NameRule = (value) => {
  const messages = [
    ...rule(
      253,
      CONFIG_KEY,
      withExamples(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        CONFIG_KEY,
        'key.name',
        'KEY_NAME',
        'key-name',
      ),
    )(value),
  ]
  if (value === '.') messages.push("must not be '.'")
  else if (value === '..') messages.push("must not be '..'")
  else if (value.startsWith('..')) messages.push("must not start with '..'")
  return messages
}

/** Name of a container port, and a Service's targetPort by name: at most 15 characters, one letter. */
export const portName: NameRule = (value) => {
  const messages: string[] = []
  if (value.length > 15) messages.push('must be no more than 15 characters')
  if (!/^[-a-z0-9]+$/.test(value)) {
    messages.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  }
  if (!/[a-z]/.test(value)) messages.push('must contain at least one letter (a-z)')
  if (value.includes('--')) messages.push('must not contain consecutive hyphens')
  if (value.startsWith('-') || value.endsWith('-')) {
    messages.push('must not begin or end with a hyphen')
  }
  return messages
}

const qualifiedPart: NameRule = rule(
  63,
  QUALIFIED_NAME,
  withExamples(
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    QUALIFIED_NAME,
    'MyName',
    'my.name',
    '123-abc',
  ),
)

/** Key of a label or annotation: an optional DNS prefix, a slash, and a name. */
export const labelKey: NameRule = (value) => {
  const parts = value.split('/')
  if (parts.length > 2) {
    return [
      `a qualified name ${withExamples("must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character", QUALIFIED_NAME, 'MyName', 'my.name', '123-abc')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ]
  }
  const [prefix, name] = parts.length === 2 ? parts : [undefined, parts[0]]
  const messages: string[] = []
  if (prefix === '') messages.push('prefix part must be non-empty')
  else if (prefix !== undefined) {
    messages.push(...dns1123Subdomain(prefix).map((message) => `prefix part ${message}`))
  }
  if (name === undefined || name === '') messages.push('name part must be non-empty')
  return [...messages, ...qualifiedPart(name ?? '')]
}

/** Value of a label: empty, or a name of at most 63 bytes. */
export const labelValue: NameRule = rule(
  63,
  LABEL_VALUE,
  withExamples(
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    LABEL_VALUE,
    'MyValue',
    'my_value',
    '12345',
  ),
)

/** One Invalid error per message of the rule. */
export function checkName(field: string, value: string, nameRule: NameRule): FieldError[] {
  return nameRule(value).map((message) => invalid(field, value, message))
}

/** Errors of a label map: bad keys under the map's path, bad values likewise. */
export function checkLabels(
  field: string,
  labels: Readonly<Record<string, JsonValue>> | undefined,
): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...checkName(field, key, labelKey),
    ...checkName(field, typeof value === 'string' ? value : '', labelValue),
  ])
}
