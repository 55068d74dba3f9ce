/**
 * Whether the `x-kubernetes-validations` of a CustomResourceDefinition say something: their texts, and CEL that compiles.
 * Source: k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation.
 */
import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject, ownValue } from '@/lib/shared/json-values'
import { checkCel } from '@/lib/validation/cel-check'
import { type CelType, celTypeOf, UNKNOWN } from '@/lib/validation/cel-types'
import type { FieldError } from '@/lib/validation/field-error'
import { goQuote } from '@/lib/validation/go-text'
import { readSchema } from '@/lib/validation/structural-schema'
import { listAt, objectAt, textAt } from '../../api/api-object'
import { MESSAGE_FORM } from '../../api/kubernetes-version'
import { invalid, notSupported, required } from '../core/field-errors'

const RULES = 'x-kubernetes-validations'
const REASONS = [
  'FieldValueDuplicate',
  'FieldValueForbidden',
  'FieldValueInvalid',
  'FieldValueRequired',
]

/** Errors in the texts of the rules on a schema at `path`, not below it. */
export function ruleTextErrors(schema: JsonObject, path: string): FieldError[] {
  return listAt(schema, RULES)
    .filter(isJsonObject)
    .flatMap((rule, i) => textErrors(schema, rule, `${path}.${RULES}[${i}]`))
}

function textErrors(schema: JsonObject, rule: JsonObject, path: string): FieldError[] {
  const { reason } = rule
  return [
    ...messageErrors(rule, path),
    ...(typeof reason === 'string' && !REASONS.includes(reason)
      ? [notSupported(`${path}.reason`, reason, REASONS)]
      : []),
    ...fieldPathErrors(schema, textAt(rule, 'fieldPath'), `${path}.fieldPath`),
  ]
}

function messageErrors(rule: JsonObject, path: string): FieldError[] {
  const [text, message, expression] = ['rule', 'message', 'messageExpression'].map((key) =>
    textAt(rule, key),
  )
  const errors: FieldError[] = []
  if (isBlank(text)) errors.push(required(`${path}.rule`, 'rule is not specified'))
  else if (message !== '' && isBlank(message)) {
    errors.push(invalid(`${path}.message`, message, 'message must be non-empty if specified'))
  } else if (hasLineBreak(message)) {
    errors.push(invalid(`${path}.message`, message, 'message must not contain line breaks'))
  } else if (hasLineBreak(text) && isBlank(message)) {
    const detail = 'message must be specified if rule contains line breaks'
    errors.push(required(`${path}.message`, detail))
  }
  if (expression !== '' && isBlank(expression)) {
    const detail = 'messageExpression must be non-empty if specified'
    errors.push(required(`${path}.messageExpression`, detail))
  }
  return errors
}

function fieldPathErrors(schema: JsonObject, fieldPath: string, path: string): FieldError[] {
  if (fieldPath === '') return []
  const problems = [
    ...(isBlank(fieldPath) ? ['fieldPath must be non-empty if specified'] : []),
    ...(/[\r\n]/.test(fieldPath) ? ['fieldPath must not contain line breaks'] : []),
    ...(leadsToField(schema, fieldPath) ? [] : ['fieldPath must be a valid path']),
  ]
  return problems.map((detail) => invalid(path, fieldPath, detail))
}

const STEP = /^(?:\.([A-Za-z_$][\w$-]*)|\['([^']+)'\])/

/** Whether a path such as `.spec['a.b']` names a field of the schema; items of lists have none. */
function leadsToField(schema: JsonObject, fieldPath: string): boolean {
  let rest = fieldPath
  let node: JsonObject = schema
  while (rest !== '') {
    const step = STEP.exec(rest)
    if (step === null) return false
    const name = step[1] ?? step[2] ?? ''
    const next = ownValue(objectAt(node, 'properties'), name) ?? node['additionalProperties']
    if (!isJsonObject(next)) return false
    node = next
    rest = rest.slice(step[0].length)
  }
  return true
}

function isBlank(text = ''): boolean {
  return text.trim() === ''
}

function hasLineBreak(text = ''): boolean {
  return /[\r\n]/.test(text.trim())
}

/** What rules on a schema at `path` and below it do not compile to. The schema must have no other errors. */
export function ruleErrors(schema: JsonObject, path: string): FieldError[] {
  return nodeErrors({ schema, path, isResource: true, uncorrelated: '' })
}

interface Place {
  readonly schema: JsonObject
  readonly path: string
  readonly isResource: boolean
  /** The highest schema above whose items cannot be told from each other in two versions of an object; '' for none. */
  readonly uncorrelated: string
}

function nodeErrors(place: Place): FieldError[] {
  const { schema, path } = place
  const properties = Object.entries(objectAt(schema, 'properties')).map(
    ([name, child]) => [`properties[${name}]`, child] as const,
  )
  const isKeyed = schema['x-kubernetes-list-type'] === 'map'
  const isAtomic = schema['x-kubernetes-map-type'] === 'atomic'
  const below = [
    ...properties.map(([at, child]) => [at, child, isAtomic] as const),
    ['additionalProperties', schema['additionalProperties'], isAtomic] as const,
    ['items', schema['items'], !isKeyed] as const,
  ]
  const errors = below.flatMap(([at, child, isLost]) => {
    if (!isJsonObject(child)) return []
    const uncorrelated = place.uncorrelated || (isLost ? path : '')
    const isResource = child['x-kubernetes-embedded-resource'] === true
    return nodeErrors({ schema: child, path: `${path}.${at}`, isResource, uncorrelated })
  })
  const rules = listAt(schema, RULES).filter(isJsonObject)
  if (rules.length === 0) return errors
  const self = celTypeOf(readSchema(schema, MESSAGE_FORM), place.isResource) ?? UNKNOWN
  return [
    ...errors,
    ...rules.flatMap((rule, i) => compileErrors(rule, self, `${path}.${RULES}[${i}]`, place)),
  ]
}

function compileErrors(
  rule: JsonObject,
  self: CelType,
  path: string,
  { uncorrelated }: Place,
): FieldError[] {
  const old: CelType = rule['optionalOldSelf'] === true ? { is: 'optional', value: self } : self
  const variables = new Map([
    ['self', self],
    ['oldSelf', old],
  ])
  const text = textAt(rule, 'rule')
  const { issues, type, usesOldSelf } = checkCel(text, variables)
  const problem = problemOf(issues, type, 'bool')
  if (problem !== '') {
    const detail =
      problem === issues ? `compilation failed: ${issues}` : `cel expression ${problem}`
    return [invalid(`${path}.rule`, printedRule(rule), detail), ...optionalErrors(rule, path)]
  }
  return [
    ...messageExpressionErrors(rule, variables, path),
    ...(usesOldSelf && uncorrelated !== ''
      ? [invalid(`${path}.rule`, text, `${UNCORRELATABLE} ${uncorrelated}`)]
      : []),
    ...(usesOldSelf ? [] : optionalErrors(rule, path)),
  ]
}

const UNCORRELATABLE = 'oldSelf cannot be used on the uncorrelatable portion of the schema within'

function optionalErrors(rule: JsonObject, path: string): FieldError[] {
  const value = rule['optionalOldSelf']
  if (typeof value !== 'boolean') return []
  return [
    invalid(`${path}.optionalOldSelf`, value, 'may not be set if oldSelf is not used in rule'),
  ]
}

function messageExpressionErrors(
  rule: JsonObject,
  variables: ReadonlyMap<string, CelType>,
  path: string,
): FieldError[] {
  const expression = textAt(rule, 'messageExpression')
  if (expression === '') return []
  const { issues, type } = checkCel(expression, variables)
  const problem = problemOf(issues, type, 'string')
  if (problem === '') return []
  const detail = problem === issues ? `compilation failed: ${issues}` : problem
  const at = `${path}.messageExpression`
  return [invalid(at, printedRule(rule), `messageExpression ${detail}`)]
}

function problemOf(issues: string, type: CelType, wanted: 'bool' | 'string'): string {
  if (issues !== '' || type.is === 'unknown') return issues
  const isWanted = type.is === 'plain' && type.name === wanted
  return isWanted ? '' : `must evaluate to a ${wanted}`
}

/** A rule as Go prints the struct; what it points to is shown as an address there. */
function printedRule(rule: JsonObject): { printed: string } {
  const text = (key: string) => goQuote(textAt(rule, key))
  const pointer = (key: string) => (rule[key] === undefined ? 'nil' : '0xc000000000')
  return {
    printed: `apiextensions.ValidationRule{Rule:${text('rule')}, Message:${text('message')}, MessageExpression:${text('messageExpression')}, Reason:(*apiextensions.FieldValueErrorReason)(${pointer('reason')}), FieldPath:${text('fieldPath')}, OptionalOldSelf:(*bool)(${pointer('optionalOldSelf')})}`,
  }
}
