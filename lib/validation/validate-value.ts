import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { equalJson, isJsonObject, ownValue } from '@/lib/shared/json-values'
import type { Correlation } from '@/lib/validation/correlation'
import { goFloat, goNumber, goQuote, isGoInteger } from '@/lib/validation/go-text'
import { compileRegularExpression } from '@/lib/validation/regular-expression'
import { hasFormat } from '@/lib/validation/string-formats'
import type { SchemaNode } from '@/lib/validation/structural-schema'

/**
 * Validation of a value by a schema with the checks, their order and their texts as in
 * k8s.io/kube-openapi/pkg/validation/validate. Rules (CEL) and list types are checked elsewhere.
 */

/** One failed check, before it becomes a field error. */
export interface Finding {
  readonly check: 'required' | 'enum' | 'tooLong' | 'tooMany' | 'type' | 'value' | 'schema'
  /** Path below the validated root, possibly with a leading dot. */
  readonly path: string
  readonly message: string
  readonly value: JsonValue
  /** The bound of tooLong and tooMany. */
  readonly bound?: number
  /** Supported values of enum. */
  readonly supported?: readonly JsonValue[]
}

export interface Outcome {
  readonly findings: Finding[]
  /** Checks made, whether passed or not: the branch of oneOf/anyOf with most is the one whose errors are shown. */
  matches: number
}

/**
 * Findings for `value`. With a correlation to an old object, findings at nodes that did not change are
 * dropped: CRD validation ratcheting (https://kep.k8s.io/4008).
 */
export function validateValue(
  node: SchemaNode,
  value: JsonValue,
  path: string,
  correlation: Correlation | undefined,
): Outcome {
  const outcome: Outcome = { findings: [], matches: 0 }
  checkType(node, value, path, outcome)
  if (value === null) {
    checkEnum(node, value, path, outcome)
    return ratchet(outcome, correlation)
  }
  if (node.types.length > 0 || node.format !== '') outcome.matches += 1
  checkCombinators(node, value, path, correlation, outcome)
  if (typeof value === 'string') checkString(node, value, path, outcome)
  else if (typeof value === 'number') checkNumber(node, value, path, outcome)
  else if (Array.isArray(value)) checkArray(node, value, path, correlation, outcome)
  else if (isJsonObject(value)) checkObject(node, value, path, correlation, outcome)
  checkEnum(node, value, path, outcome)
  outcome.matches += 2
  return ratchet(outcome, correlation)
}

function ratchet(outcome: Outcome, correlation: Correlation | undefined): Outcome {
  if (outcome.findings.length === 0 || correlation === undefined) return outcome
  return correlation.isUnchanged() ? { findings: [], matches: outcome.matches } : outcome
}

function merge(into: Outcome, other: Outcome): void {
  for (const finding of other.findings) into.findings.push(finding)
  into.matches += other.matches
}

function fail(outcome: Outcome, finding: Finding): void {
  outcome.findings.push(finding)
}

/** The JSON type and, for numbers, the Go type that stands as its format. */
function typeOfValue(value: JsonValue): readonly [string, string] {
  if (value === null) return ['null', '']
  if (Array.isArray(value)) return ['array', '']
  if (typeof value === 'number')
    return isGoInteger(value) ? ['integer', 'int64'] : ['number', 'float64']
  return [typeof value === 'object' ? 'object' : typeof value, '']
}

function checkType(node: SchemaNode, value: JsonValue, path: string, outcome: Outcome): void {
  const wrong = value === null ? wrongNull(node) : wrongType(node, value)
  if (wrong === undefined) {
    if (value === null || node.types.length > 0 || node.format !== '') outcome.matches += 1
    return
  }
  const [expected, actual] = wrong
  const message = `${path} in body must be of type ${expected}: ${goQuote(actual)}`
  fail(outcome, { check: 'type', path, value: actual, message })
}

type Mismatch = readonly [expected: string, actual: string]

function wrongNull(node: SchemaNode): Mismatch | undefined {
  if (node.types.length === 0 || node.nullable) return undefined
  return [node.types.join(','), 'null']
}

function wrongType(node: SchemaNode, value: JsonValue): Mismatch | undefined {
  if (node.types.length === 0 && node.format === '') return undefined
  const [type, goType] = typeOfValue(value)
  if (node.types.includes(type)) return undefined
  if (type === 'integer' && node.types.includes('number')) return undefined
  const textual = type === 'string' || type === 'array'
  if (node.format === '') return [node.types.join(','), type]
  if (!textual && goType !== node.format) return [node.format, goType]
  // A text format lets strings and, oddly, lists through here; the format check follows.
  const numeric = node.types.includes('number') || node.types.includes('integer')
  return textual && !numeric ? undefined : [node.types.join(','), type]
}

function checkEnum(node: SchemaNode, value: JsonValue, path: string, outcome: Outcome): void {
  if (node.enum.length === 0 || node.enum.some((allowed) => isEnumValue(allowed, value))) return
  fail(outcome, { check: 'enum', path, value, message: `enum ${path}`, supported: node.enum })
}

/** Go converts the value to the allowed one's type before it compares: to an integer, by cutting the fraction off. */
function isEnumValue(allowed: JsonValue, value: JsonValue): boolean {
  if (typeof allowed !== 'number' || typeof value !== 'number') return equalJson(allowed, value)
  return allowed === (isGoInteger(allowed) ? Math.trunc(value) : value)
}

/** String checks stop at the first failure; the format is checked besides. */
function checkString(node: SchemaNode, value: string, path: string, outcome: Outcome): void {
  const finding = findStringProblem(node, value, path)
  if (finding !== undefined) fail(outcome, finding)
  outcome.matches += 1
  if (node.format === '') return
  outcome.matches += 1
  if (!hasFormat(node.format, value)) {
    const message = `${path} in body must be of type ${node.format}: ${goQuote(value)}`
    fail(outcome, { check: 'type', path, value, message })
  }
}

function findStringProblem(node: SchemaNode, value: string, path: string): Finding | undefined {
  if (node.maxLength !== undefined || node.minLength !== undefined) {
    const length = characterCount(value)
    if (node.maxLength !== undefined && length > node.maxLength) {
      return { check: 'tooLong', path, value, message: `long ${path}`, bound: node.maxLength }
    }
    if (node.minLength !== undefined && length < node.minLength) {
      const message = `${path} in body should be at least ${node.minLength} chars long`
      return { check: 'value', path, value, message }
    }
  }
  if (node.pattern === '') return undefined
  const expression = compileRegularExpression(node.pattern)
  if (expression.ok && expression.test(value)) return undefined
  const pattern = expression.ok
    ? node.pattern
    : `${node.pattern}, but pattern is invalid: ${expression.reason}`
  return { check: 'value', path, value, message: `${path} in body should match '${pattern}'` }
}

function characterCount(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}

function checkNumber(node: SchemaNode, value: number, path: string, outcome: Outcome): void {
  outcome.matches += 2
  if (!isInRange(node, value)) {
    const message = `Checked value must be of type ${node.type} ${formatName(node)} in ${path}`
    fail(outcome, { check: 'schema', path, value: '', message })
  }
  for (const problem of boundProblems(node, value)) {
    fail(outcome, { check: 'value', path, value, message: `${path} in body should be ${problem}` })
  }
}

function boundProblems(node: SchemaNode, value: number): string[] {
  const { minimum, maximum, multipleOf, exclusiveMinimum, exclusiveMaximum } = node
  // A bound is compared, and printed, in the value's own type.
  const printed = isGoInteger(value) ? goNumber : goFloat
  const problems: string[] = []
  if (multipleOf !== undefined && multipleOf > 0 && !isMultiple(value, multipleOf)) {
    problems.push(`a multiple of ${printed(multipleOf)}`)
  }
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) {
    problems.push(`greater than ${exclusiveMinimum ? '' : 'or equal to '}${printed(minimum)}`)
  }
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) {
    problems.push(`less than ${exclusiveMaximum ? '' : 'or equal to '}${printed(maximum)}`)
  }
  return problems
}

function formatName({ format }: SchemaNode): string {
  return format === '' ? '(default format)' : `with format ${format}`
}

function isInRange(node: SchemaNode, value: number): boolean {
  switch (node.format) {
    case 'int32':
      return Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31
    case 'int64':
      return isGoInteger(value)
    case 'float':
      return Number.isFinite(Math.fround(value))
    default:
      return !node.checksDefaultFormat || isGoInteger(value)
  }
}

function isMultiple(value: number, factor: number): boolean {
  return Number.isInteger(factor < 1 ? (1 / factor) * value : value / factor)
}

function checkArray(
  node: SchemaNode,
  value: readonly JsonValue[],
  path: string,
  correlation: Correlation | undefined,
  outcome: Outcome,
): void {
  const { items, minItems, maxItems } = node
  outcome.matches += 2
  if (items !== undefined) {
    for (const [index, item] of value.entries()) {
      merge(outcome, validateValue(items, item, `${path}[${index}]`, correlation?.index(index)))
    }
  }
  if (minItems !== undefined && value.length < minItems) {
    const message = `${path} in body should have at least ${minItems} items`
    fail(outcome, { check: 'value', path, value: value.length, message })
  }
  if (maxItems !== undefined && value.length > maxItems) {
    fail(outcome, {
      check: 'tooMany',
      path,
      value: value.length,
      message: `items ${path}`,
      bound: maxItems,
    })
  }
}

function checkObject(
  node: SchemaNode,
  value: JsonObject,
  path: string,
  correlation: Correlation | undefined,
  outcome: Outcome,
): void {
  const keys = Object.keys(value)
  outcome.matches += 1
  checkPropertyCount(node, keys.length, path, outcome)
  for (const key of keys) {
    const child = node.properties.get(key)
    const schema = child ?? node.additional
    if (schema === undefined) continue
    const childPath = child !== undefined && path === '' ? key : `${path}.${key}`
    // The kind cannot ratchet: both objects were converted to the same version before they are compared.
    const isTypeMeta = path === '' && (key === 'apiVersion' || key === 'kind')
    const below = isTypeMeta ? undefined : correlation?.key(key)
    merge(outcome, validateValue(schema, value[key] ?? null, childPath, below))
  }
  for (const name of node.required) {
    if (ownValue(value, name) !== undefined) continue
    const missing = `${path}.${name}`
    fail(outcome, {
      check: 'required',
      path: missing,
      value: '',
      message: `${missing} in body is required`,
    })
  }
}

function checkPropertyCount(node: SchemaNode, count: number, path: string, outcome: Outcome): void {
  if (node.minProperties !== undefined && count < node.minProperties) {
    const message = `${path} in body should have at least ${node.minProperties} properties`
    fail(outcome, { check: 'value', path, value: count, message })
  }
  if (node.maxProperties !== undefined && count > node.maxProperties) {
    fail(outcome, {
      check: 'tooMany',
      path,
      value: count,
      message: `properties ${path}`,
      bound: node.maxProperties,
    })
  }
}

function checkCombinators(
  node: SchemaNode,
  value: JsonValue,
  path: string,
  correlation: Correlation | undefined,
  outcome: Outcome,
): void {
  outcome.matches += 2
  const run = (branch: SchemaNode) => validateBranch(branch, value, path, correlation)
  if (node.anyOf.length > 0) checkAnyOf(node.anyOf, run, path, outcome)
  if (node.oneOf.length > 0) checkOneOf(node.oneOf, run, path, outcome)
  if (node.allOf.length > 0) checkAllOf(node.allOf, run, path, outcome)
  if (node.not !== undefined && run(node.not).findings.length === 0) {
    failSchema(outcome, path, 'must not validate the schema (not)')
  }
}

/** A branch is not ratcheted itself, only what is below it: the node that holds it decides. */
function validateBranch(
  branch: SchemaNode,
  value: JsonValue,
  path: string,
  correlation: Correlation | undefined,
): Outcome {
  return validateValue(branch, value, path, correlation?.withoutOwnVerdict())
}

function failSchema(outcome: Outcome, path: string, what: string): void {
  fail(outcome, { check: 'schema', path, value: '', message: `${goQuote(path)} ${what}` })
}

type Run = (branch: SchemaNode) => Outcome

function checkAnyOf(branches: readonly SchemaNode[], run: Run, path: string, outcome: Outcome) {
  let best: Outcome | undefined
  for (const branch of branches) {
    const result = run(branch)
    if (result.findings.length === 0) {
      outcome.matches += result.matches
      return
    }
    if (best === undefined || result.matches > best.matches) best = result
  }
  failSchema(outcome, path, 'must validate at least one schema (anyOf)')
  if (best !== undefined) merge(outcome, best)
}

function checkOneOf(branches: readonly SchemaNode[], run: Run, path: string, outcome: Outcome) {
  let best: Outcome | undefined
  let first: Outcome | undefined
  let valid = 0
  for (const branch of branches) {
    const result = run(branch)
    if (result.findings.length === 0) {
      valid += 1
      best = undefined
      first ??= result
    } else if (valid === 0 && (best === undefined || result.matches > best.matches)) {
      best = result
    }
  }
  if (valid === 1) {
    outcome.matches += first?.matches ?? 0
    return
  }
  const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`
  failSchema(outcome, path, `must validate one and only one schema (oneOf). ${found}`)
  if (best !== undefined) merge(outcome, best)
}

function checkAllOf(branches: readonly SchemaNode[], run: Run, path: string, outcome: Outcome) {
  let valid = 0
  for (const branch of branches) {
    const result = run(branch)
    if (result.findings.length === 0) valid += 1
    merge(outcome, result)
  }
  if (valid === branches.length) return
  failSchema(
    outcome,
    path,
    `must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`,
  )
}
