import type { MessageForm } from '@/lib/validation/field-error'

/**
 * The name formats of Kubernetes. Each returns what is wrong, in the API server's words; an empty list means valid.
 * Source: k8s.io/apimachinery/pkg/util/validation and pkg/api/validation.
 */
export type NameCheck = (name: string) => string[]

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'

const LABEL_PATTERN = new RegExp(`^${LABEL}$`)
const SUBDOMAIN_LABELS_PATTERN = /^[a-z0-9.-]+$/
const LABEL_1035_PATTERN = new RegExp(`^${LABEL_1035}$`)
const QUALIFIED_PATTERN = new RegExp(`^${QUALIFIED}$`)

function isSubdomain(name: string): boolean {
  // Label by label, because the one expression for all of it backtracks quadratically on long names.
  return (
    SUBDOMAIN_LABELS_PATTERN.test(name) &&
    name.split('.').every((label) => LABEL_PATTERN.test(label))
  )
}

function tooLong(max: number): string {
  return `must be no more than ${max} characters`
}

function mismatch(sentence: string, pattern: string, ...examples: string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(' or ')
  return `${sentence} (e.g. ${shown}regex used for validation is '${pattern}')`
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}

/** DNS-1123 subdomain, the rule for most names. */
export const subdomainProblems: NameCheck = (name) => {
  const problems: string[] = []
  if (byteLength(name) > 253) problems.push(tooLong(253))
  if (!isSubdomain(name)) {
    const sentence =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
    problems.push(mismatch(sentence, SUBDOMAIN, 'example.com'))
  }
  return problems
}

/** DNS-1123 label, the rule for namespaces. */
export const labelProblems: NameCheck = (name) => {
  const problems: string[] = []
  if (byteLength(name) > 63) problems.push(tooLong(63))
  if (LABEL_PATTERN.test(name)) return problems
  if (isSubdomain(name)) return [...problems, 'must not contain dots']
  const sentence =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"
  return [...problems, mismatch(sentence, LABEL, 'my-name', '123-abc')]
}

/** DNS-1035 label, the rule for Services before Kubernetes relaxed it. */
export const label1035Problems: NameCheck = (name) => {
  const problems: string[] = []
  if (byteLength(name) > 63) problems.push(tooLong(63))
  if (!LABEL_1035_PATTERN.test(name)) {
    const sentence =
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character"
    problems.push(mismatch(sentence, LABEL_1035, 'my-name', 'abc-123'))
  }
  return problems
}

/** A path segment: the least any name must be, checked for embedded resources. */
export const pathSegmentProblems: NameCheck = (name) => {
  if (name === '.' || name === '..') return [`may not be '${name}'`]
  return ['/', '%'].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`)
}

const QUALIFIED_SENTENCE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"

/** Label key, annotation key and finalizer name: an optional DNS subdomain, a slash, a name. */
export function qualifiedNameProblems(value: string, form: MessageForm): string[] {
  const parts = value.split('/')
  const wrong = mismatch(QUALIFIED_SENTENCE, QUALIFIED, 'MyName', 'my.name', '123-abc')
  if (parts.length > 2) {
    const called = form === 'since-1.35' ? 'a valid label key' : 'a qualified name'
    return [
      `${called} ${wrong} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ]
  }
  const problems: string[] = []
  const [prefix, name] = parts.length === 2 ? [parts[0], parts[1] ?? ''] : [undefined, value]
  if (prefix === '') problems.push('prefix part must be non-empty')
  else if (prefix !== undefined) {
    problems.push(...subdomainProblems(prefix).map((problem) => `prefix part ${problem}`))
  }
  if (name === '') problems.push('name part must be non-empty')
  else if (byteLength(name) > 63) problems.push(`name part ${tooLong(63)}`)
  if (!QUALIFIED_PATTERN.test(name)) problems.push(`name part ${wrong}`)
  return problems
}

/** The value of a label. */
export const labelValueProblems: NameCheck = (value) => {
  const problems: string[] = []
  if (byteLength(value) > 63) problems.push(tooLong(63))
  if (value !== '' && !QUALIFIED_PATTERN.test(value)) {
    const sentence =
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
    problems.push(mismatch(sentence, `(${QUALIFIED})?`, 'MyValue', 'my_value', '12345'))
  }
  return problems
}

/** A prefix to which five characters will be added may end in a dash, which is masked for the check. */
export function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name
}
