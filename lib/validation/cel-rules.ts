import type { CelInput } from '@bufbuild/cel'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject, ownValue } from '@/lib/shared/json-values'
import { type CelOutcome, evaluateCel } from '@/lib/validation/cel-program'
import { CelBudget, CelValues, COST_EXCEEDED } from '@/lib/validation/cel-values'
import { type Correlation, OldItems } from '@/lib/validation/correlation'
import type { FieldError, MessageForm } from '@/lib/validation/field-error'
import {
  childPath,
  duplicateError,
  forbiddenError,
  invalidError,
  invalidWithoutValueError,
  requiredError,
} from '@/lib/validation/field-errors'
import { passedText, rememberPassed, stepsOfPassed } from '@/lib/validation/passed-rules'
import type { SchemaNode, ValidationRule } from '@/lib/validation/structural-schema'

/**
 * Evaluation of `x-kubernetes-validations`, in the order and words of
 * k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go.
 */
export interface RuleResult {
  readonly errors: FieldError[]
  /** Rules that could not be evaluated here, each named once. They count as passed. */
  readonly notEvaluated: string[]
}

/** Errors of every rule on `object` and below. `old` is the object before, for transition rules. */
export function validateRules(
  root: SchemaNode,
  object: JsonObject,
  old: JsonObject | undefined,
  correlation: Correlation | undefined,
  form: MessageForm,
): RuleResult {
  const walk = new RuleWalk(form)
  if (root.hasRules) {
    walk.visit({
      rulesOf: root,
      schema: root,
      value: object,
      old,
      path: '',
      ratchet: { current: correlation, parent: undefined },
      isResource: true,
    })
  }
  return { errors: walk.errors, notEvaluated: [...walk.notEvaluated] }
}

/** The correlation of this value if it has one, else that of the nearest ancestor that has. */
interface Ratchet {
  readonly current: Correlation | undefined
  readonly parent: Correlation | undefined
}

interface Place {
  /** Where the rules come from: the schema itself, or a branch of its allOf. */
  readonly rulesOf: SchemaNode
  /** Which schema gives the value its types. */
  readonly schema: SchemaNode
  readonly value: JsonValue
  readonly old: JsonValue | undefined
  readonly path: string
  readonly ratchet: Ratchet
  readonly isResource: boolean
}

class RuleWalk {
  readonly errors: FieldError[] = []
  readonly notEvaluated = new Set<string>()
  readonly #form: MessageForm
  readonly #budget = new CelBudget()
  readonly #values = new CelValues(this.#budget)
  #costExceeded = false
  /** Rules that were not plainly true so far, whether reported or tolerated. */
  #notPassed = 0

  constructor(form: MessageForm) {
    this.#form = form
  }

  visit(place: Place): void {
    const { rulesOf, value } = place
    if (value === null || this.#costExceeded) return
    const text = place.isResource || place.schema !== rulesOf ? '' : passedText(rulesOf, value)
    if (text === '') {
      this.#visitAnew(place)
      return
    }
    const known = stepsOfPassed(rulesOf, text)
    const stepsBefore = this.#budget.stepsLeft
    if (known !== undefined && known <= stepsBefore) {
      this.#budget.spend(known)
      return
    }
    const notPassedBefore = this.#notPassed
    this.#visitAnew(place)
    if (this.#notPassed > notPassedBefore) return
    rememberPassed(rulesOf, text, stepsBefore - this.#budget.stepsLeft)
  }

  #visitAnew(place: Place): void {
    const { rulesOf, value } = place
    if (rulesOf.rules.length > 0) this.#evaluateAll(place)
    for (const branch of rulesOf.allOf) {
      if (!branch.hasRules) continue
      this.visit({
        ...place,
        rulesOf: branch,
        ratchet: { current: undefined, parent: place.ratchet.parent },
      })
    }
    if (Array.isArray(value)) this.#visitItems(place, value)
    else if (isJsonObject(value)) this.#visitFields(place, value)
  }

  #visitFields(place: Place, value: JsonObject): void {
    const { rulesOf, schema, ratchet } = place
    const old = isJsonObject(place.old) ? place.old : undefined
    for (const key of Object.keys(value)) {
      const declared = rulesOf.properties.get(key)
      const child = declared ?? rulesOf.additional
      const childSchema = declared === undefined ? schema.additional : schema.properties.get(key)
      if (child?.hasRules !== true || childSchema === undefined) continue
      this.visit({
        rulesOf: child,
        schema: childSchema,
        value: value[key] ?? null,
        old: old === undefined ? undefined : ownValue(old, key),
        path: declared === undefined ? `${place.path}[${key}]` : childPath(place.path, key),
        ratchet:
          ratchet.current === undefined
            ? ratchet
            : { current: ratchet.current.key(key), parent: ratchet.current },
        isResource: false,
      })
    }
  }

  #visitItems(place: Place, value: readonly JsonValue[]): void {
    const { ratchet } = place
    const child = place.rulesOf.items
    const schema = place.schema.items
    if (child?.hasRules !== true || schema === undefined) return
    const old = new OldItems(place.schema, Array.isArray(place.old) ? place.old : [])
    for (const [index, item] of value.entries()) {
      this.visit({
        rulesOf: child,
        schema,
        value: item,
        old: old.find(item),
        path: `${place.path}[${index}]`,
        ratchet:
          ratchet.current === undefined
            ? ratchet
            : { current: ratchet.current.index(index), parent: ratchet.current },
        isResource: false,
      })
    }
  }

  #evaluateAll(place: Place): void {
    const self = this.#values.convert(place.schema, place.value, place.isResource)
    if (self === undefined) return
    const oldSelf =
      place.old === undefined || place.old === null
        ? undefined
        : this.#values.convert(place.schema, place.old, place.isResource)
    for (const rule of place.rulesOf.rules) {
      if (this.#costExceeded) return
      if (rule.usesOldSelf && oldSelf === undefined && !rule.optionalOldSelf) continue
      this.#evaluate(rule, place, self, oldSelf)
    }
  }

  #evaluate(
    rule: ValidationRule,
    place: Place,
    self: CelInput,
    oldSelf: CelInput | undefined,
  ): void {
    const bindings = bindingsFor(rule, self, oldSelf)
    const outcome = evaluateCel(rule.rule, bindings)
    if (outcome.is === 'value' && outcome.value === true) return
    this.#notPassed += 1
    if (outcome.is === 'unsupported') {
      this.notEvaluated.add(`${ruleName(rule)} (${outcome.reason})`)
    } else if (outcome.is === 'value') {
      const unchanged = (place.ratchet.current ?? place.ratchet.parent)?.isUnchanged() === true
      if (!rule.usesOldSelf && unchanged) return
      this.errors.push(
        this.#ruleError(rule, place, messageFor(rule, evaluateMessage(rule, bindings))),
      )
    } else {
      this.#evaluationFailed(rule, place, outcome)
    }
  }

  #evaluationFailed(
    rule: ValidationRule,
    place: Place,
    outcome: Extract<CelOutcome, { is: 'error' | 'syntax' }>,
  ): void {
    const { reason } = outcome
    const name = ruleName(rule)
    const detail = (): string => {
      if (outcome.is === 'syntax') return `rule compile error: compilation failed: ${reason}`
      if (reason.startsWith(COST_EXCEEDED)) {
        this.#costExceeded = true
        return `'${reason}': no further validation rules will be run due to call cost exceeds limit for rule: ${name}`
      }
      if (reason.startsWith('no such overload')) {
        return `'${reason}': call arguments did not match a supported operator, function or macro signature for rule: ${name}`
      }
      return `${reason} evaluating rule: ${name}`
    }
    this.errors.push(invalidError(place.path, place.schema.type, detail(), this.#form))
  }

  #ruleError(rule: ValidationRule, place: Place, detail: string): FieldError {
    const form = this.#form
    const path = rule.fieldPath === '' ? place.path : childPath(place.path, rule.fieldPath)
    const { type } = place.schema
    const isContainer = type === 'object' || type === 'array'
    switch (rule.reason) {
      case 'FieldValueForbidden':
        return forbiddenError(path, detail)
      case 'FieldValueRequired':
        return requiredError(path, detail)
      case 'FieldValueDuplicate':
        return duplicateError(path, form === 'since-1.35' ? place.value : type, form)
      default:
        if (form !== 'since-1.35') return invalidError(path, type, detail, form)
        return isContainer
          ? invalidWithoutValueError(path, detail)
          : invalidError(path, place.value, detail, form)
    }
  }
}

function bindingsFor(rule: ValidationRule, self: CelInput, oldSelf: CelInput | undefined) {
  if (rule.optionalOldSelf) return { self, oldSelf: oldSelf === undefined ? [] : [oldSelf] }
  return oldSelf === undefined ? { self } : { self, oldSelf }
}

/** The text of a messageExpression, or undefined when it gives none that may be shown. */
function evaluateMessage(
  rule: ValidationRule,
  bindings: ReturnType<typeof bindingsFor>,
): string | undefined {
  if (rule.messageExpression === '') return undefined
  const outcome = evaluateCel(rule.messageExpression, bindings)
  if (outcome.is !== 'value' || typeof outcome.value !== 'string') return undefined
  const text = outcome.value.trim()
  return text === '' || text.includes('\n') || text.length > MESSAGE_BYTES_MAX ? undefined : text
}

const MESSAGE_BYTES_MAX = 5 * 1024

function messageFor(rule: ValidationRule, expressed: string | undefined): string {
  if (expressed !== undefined) return expressed
  return rule.message === '' ? `failed rule: ${rule.rule.trim()}` : rule.message
}

function ruleName(rule: ValidationRule): string {
  return rule.message === '' ? rule.rule.trim() : rule.message
}
