/** Label and field selectors as the API server reads them. https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ */
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { goQuote } from '@/lib/validation/go-text'
import { metadataOf, nameOf, namespaceOf, objectAt } from '../api/api-object'
import type { Matcher } from '../api/contracts'
import { SELECTOR_LENGTH_MAX } from '../api/limits'
import { failure, type Outcome, success } from '../api/outcome'
import { badRequest } from '../api/status-error'
import { labelKey, labelValue } from './core/name-rules'
import type { ServedKind } from './served-kind'

type Operator = '=' | '!=' | 'in' | 'notin' | 'exists' | '!' | '>' | '<'

interface Requirement {
  readonly key: string
  readonly operator: Operator
  readonly values: readonly string[]
}

/** A matcher on metadata.labels; an empty selector matches everything. */
export function parseLabelSelector(text: string): Outcome<Matcher> {
  if (text.length > SELECTOR_LENGTH_MAX)
    return failure(badRequest('the label selector is too long'))
  const parser = new SelectorParser(text)
  const requirements = parser.parse()
  if (typeof requirements === 'string') return failure(badRequest(requirements))
  return success((object) => {
    const labels = objectAt(metadataOf(object), 'labels')
    return requirements.every((requirement) => satisfies(requirement, labels))
  })
}

function satisfies({ key, operator, values }: Requirement, labels: JsonObject): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
  const text = typeof value === 'string' ? value : undefined
  switch (operator) {
    case 'exists':
      return text !== undefined
    case '!':
      return text === undefined
    case '=':
    case 'in':
      return text !== undefined && values.includes(text)
    case '!=':
    case 'notin':
      return text === undefined || !values.includes(text)
    case '>':
      return text !== undefined && Number(text) > Number(values[0])
    case '<':
      return text !== undefined && Number(text) < Number(values[0])
  }
}

const TOKEN = /\s*(==|!=|[=!(),<>]|[^\s=!(),<>]+)/gy

class SelectorParser {
  readonly #tokens: string[]
  #position = 0

  constructor(text: string) {
    this.#tokens = [...text.matchAll(TOKEN)].map((match) => match[1] ?? '')
  }

  /** The requirements, or what is wrong in the words of k8s.io/apimachinery/pkg/labels. */
  parse(): Requirement[] | string {
    const requirements: Requirement[] = []
    const [first = ''] = this.#tokens
    if (first !== '' && first !== '!' && !isWord(first)) {
      return `found '${first}', expected: !, identifier, or 'end of string'`
    }
    while (this.#peek() !== undefined) {
      const requirement = this.#requirement()
      if (typeof requirement === 'string') return `unable to parse requirement: ${requirement}`
      requirements.push(requirement)
      const next = this.#next()
      if (next === undefined) break
      if (next !== ',') return `found '${next}', expected: ',' or 'end of string'`
      const after = this.#peek() ?? ''
      if (after !== '!' && !isWord(after)) return `found '${after}', expected: identifier after ','`
    }
    return requirements
  }

  #peek(): string | undefined {
    return this.#tokens[this.#position]
  }

  #next(): string | undefined {
    const token = this.#tokens[this.#position]
    this.#position += 1
    return token
  }

  #requirement(): Requirement | string {
    const isNegated = this.#peek() === '!'
    if (isNegated) this.#position += 1
    const key = this.#next() ?? ''
    if (!isWord(key)) return `found '${key}', expected: identifier`
    const [problem] = labelKey(key)
    if (problem !== undefined) return `<nil>: Invalid value: ${goQuote(key)}: ${problem}`
    if (isNegated) return { key, operator: '!', values: [] }
    const next = this.#peek()
    if (next === undefined || next === ',') return { key, operator: 'exists', values: [] }
    return this.#comparison(key)
  }

  #comparison(key: string): Requirement | string {
    const operator = this.#next() ?? ''
    if (operator === 'in' || operator === 'notin') {
      const values = this.#values()
      return typeof values === 'string' ? values : checked({ key, operator, values })
    }
    if (!['=', '==', '!=', '<', '>'].includes(operator)) {
      return `found '${operator}', expected: in, notin, =, ==, !=, gt, lt`
    }
    const next = this.#peek()
    const value = next === undefined || next === ',' ? '' : (this.#next() ?? '')
    if (value !== '' && !isWord(value)) return `found '${value}', expected: identifier`
    if (operator === '<' || operator === '>') return { key, operator, values: [value] }
    return checked({ key, operator: operator === '!=' ? '!=' : '=', values: [value] })
  }

  #values(): string[] | string {
    const open = this.#next() ?? ''
    if (open !== '(') return `found '${open}' expected: '('`
    const values: string[] = []
    for (;;) {
      const token = this.#next()
      if (token === undefined) return "found '', expected: ',' or ')'"
      if (token === ')') return values.length === 0 ? [''] : values
      if (token === ',') continue
      if (!isWord(token)) return `found '${token}', expected: ',', ')' or identifier`
      values.push(token)
    }
  }
}

/** The requirement, unless one of its values can be no label's. */
function checked(requirement: Requirement): Requirement | string {
  const { key, values } = requirement
  for (const [index, value] of values.entries()) {
    const [problem] = labelValue(value)
    if (problem !== undefined) {
      return `values[${index}][${key}]: Invalid value: ${goQuote(value)}: ${problem}`
    }
  }
  return requirement
}

function isWord(token: string): boolean {
  return token !== '' && !/^(==|!=|[=!(),<>])$/.test(token)
}

export interface FieldSelector {
  readonly matches: Matcher
  /** The one name asked for, if any: a list can then go straight to it. */
  readonly name: string | undefined
}

/** A matcher on fields; only `selectable` ones besides name and namespace are known. */
export function parseFieldSelector(
  text: string,
  { selectableFields: selectable, isCustom }: Pick<ServedKind, 'selectableFields' | 'isCustom'>,
): Outcome<FieldSelector> {
  if (text.length > SELECTOR_LENGTH_MAX)
    return failure(badRequest('the field selector is too long'))
  const terms: FieldTerm[] = []
  for (const part of text.split(/(?<!\\),/).filter((part) => part !== '')) {
    const term = fieldTerm(part)
    if (term === undefined) {
      return failure(badRequest(`invalid selector: '${text}'; can't understand '${part}'`))
    }
    // An empty field with an empty value asks for nothing.
    if (term.field === '' && term.value === '') continue
    const isKnown = ['metadata.name', 'metadata.namespace', ...selectable].includes(term.field)
    if (!isKnown)
      return failure(badRequest(unknownField(term.field, isCustom || selectable.length > 0)))
    terms.push(term)
  }
  const matches: Matcher = (object) =>
    terms.every((term) => (fieldText(object, term.field) === term.value) === term.equals)
  const name = terms.find((term) => term.equals && term.field === 'metadata.name')?.value
  return success({ matches, name })
}

/** Compiled-in kinds without fields of their own say it in other words. */
function unknownField(field: string, hasOwnFields: boolean): string {
  return hasOwnFields
    ? `field label not supported: ${field}`
    : `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`
}

interface FieldTerm {
  readonly field: string
  readonly equals: boolean
  readonly value: string
}

function fieldTerm(part: string): FieldTerm | undefined {
  const match = /^([^=!]*?)(==|!=|=)(.*)$/s.exec(part)
  if (match === null) return undefined
  const [, field = '', operator, value = ''] = match
  return {
    field: field.trim(),
    equals: operator !== '!=',
    value: value.replace(/\\([\\,=])/g, '$1'),
  }
}

/** Selectable fields that Go prints with their zero value, and one that is called otherwise in the object. */
const ZERO_VALUES: Readonly<Record<string, string>> = {
  'spec.hostNetwork': 'false',
  'spec.unschedulable': 'false',
  'status.successful': '0',
}
const PATHS: Readonly<Record<string, string>> = { 'status.successful': 'status.succeeded' }

function fieldText(object: JsonObject, field: string): string {
  if (field === 'metadata.name') return nameOf(object)
  if (field === 'metadata.namespace') return namespaceOf(object)
  let value: JsonValue | undefined = object
  for (const name of (PATHS[field] ?? field).split('.')) {
    value = objectAt({ value: value ?? null }, 'value')[name]
  }
  const isEmpty = value === undefined || value === null || typeof value === 'object'
  return isEmpty ? (ZERO_VALUES[field] ?? '') : String(value)
}
