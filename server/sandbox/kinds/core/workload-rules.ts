/** Rules that Deployment, ReplicaSet and Job share: selector, template and counts. */
import type { JsonObject } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'
import {
  forbidden,
  invalid,
  notSupported,
  type Printed,
  printStringMap,
  required,
} from './field-errors'
import {
  isDeepEqual,
  numberAt,
  objectAt,
  objectIn,
  objectsAt,
  stringAt,
  stringMapAt,
} from './json-access'
import { checkLabels, checkName, labelKey } from './name-rules'
import { validatePodTemplate } from './pod-validation'

/** Errors of the selector of a workload kind, named in lower case for the message; without a name it may be empty. */
export function checkSelector(spec: JsonObject, kindName: string | undefined): FieldError[] {
  const selector = objectAt(spec, 'selector')
  if (selector === undefined) return [required('spec.selector')]
  const errors = checkLabelSelector('spec.selector', selector)
  if (!isUsable(selector)) {
    errors.push(invalid('spec.selector', printSelector(selector), 'invalid label selector'))
  }
  if (kindName !== undefined && isEmptySelector(selector)) {
    errors.push(
      invalid(
        'spec.selector',
        printSelector(selector),
        `empty selector is invalid for ${kindName}`,
      ),
    )
  }
  return errors
}

/** Errors of the labels and expressions of a label selector at a path. */
export function checkLabelSelector(path: string, selector: JsonObject): FieldError[] {
  return [
    ...checkLabels(`${path}.matchLabels`, objectAt(selector, 'matchLabels')),
    ...objectsAt(selector, 'matchExpressions').flatMap((expression, index) =>
      checkExpression(expression, `${path}.matchExpressions[${index}]`),
    ),
  ]
}

/** Whether every expression of a label selector can be asked. */
export function isUsable(selector: JsonObject): boolean {
  return objectsAt(selector, 'matchExpressions').every(
    (expression) => checkExpression(expression, '').length === 0,
  )
}

function checkExpression(expression: JsonObject, path: string): FieldError[] {
  const operator = stringAt(expression, 'operator')
  const values = expression['values']
  const hasValues = Array.isArray(values) && values.length > 0
  const errors: FieldError[] = []
  if (operator === 'In' || operator === 'NotIn') {
    if (!hasValues) {
      errors.push(
        required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"),
      )
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (hasValues) {
      errors.push(
        forbidden(
          `${path}.values`,
          "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        ),
      )
    }
  } else {
    errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'))
  }
  return [...errors, ...checkName(`${path}.key`, stringAt(expression, 'key'), labelKey)]
}

function isEmptySelector(selector: JsonObject): boolean {
  return (
    Object.keys(objectAt(selector, 'matchLabels') ?? {}).length === 0 &&
    objectsAt(selector, 'matchExpressions').length === 0
  )
}

/** Errors of `spec.template`: that the selector finds its labels, its contents, and `Always` restarts. */
export function checkTemplate(spec: JsonObject): FieldError[] {
  const errors = checkTemplateContents(spec)
  const selector = objectAt(spec, 'selector')
  const restartPolicy = stringAt(objectIn(spec, 'template', 'spec'), 'restartPolicy')
  if (selector !== undefined && !isUsable(selector)) return []
  if (restartPolicy !== '' && restartPolicy !== 'Always') {
    errors.push(notSupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']))
  }
  return errors
}

/** Errors of `spec.template`: that the selector finds its labels, and its contents but for how it restarts. */
export function checkTemplateContents(spec: JsonObject): FieldError[] {
  const template = objectAt(spec, 'template') ?? {}
  const errors: FieldError[] = []
  const selector = objectAt(spec, 'selector')
  // A selector that cannot be asked ends the checks; none at all finds nothing, an empty one everything.
  if (selector !== undefined && !isUsable(selector)) return []
  const labels = stringMapAt(objectAt(template, 'metadata'), 'labels')
  const isFound =
    selector !== undefined && (isEmptySelector(selector) || selects(selector, labels ?? {}))
  if (!isFound) {
    errors.push(
      invalid(
        'spec.template.metadata.labels',
        printStringMap(labels),
        '`selector` does not match template `labels`',
      ),
    )
  }
  errors.push(...validatePodTemplate(template, 'spec.template'))
  return errors
}

/** Whether a label selector finds an object with these labels. */
export function selects(selector: JsonObject, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(stringMapAt(selector, 'matchLabels') ?? {})
  if (!wanted.every(([key, value]) => labels[key] === value)) return false
  return objectsAt(selector, 'matchExpressions').every((expression) => {
    const value = labels[stringAt(expression, 'key')]
    const listed = expression['values']
    const isListed = Array.isArray(listed) && value !== undefined && listed.includes(value)
    switch (stringAt(expression, 'operator')) {
      case 'In':
        return isListed
      case 'NotIn':
        return !isListed
      case 'Exists':
        return value !== undefined
      case 'DoesNotExist':
        return value === undefined
      default:
        return true
    }
  })
}

/** `must be greater than or equal to 0` for a negative number at `spec.<key>`. */
export function checkNonNegative(spec: JsonObject, key: string): FieldError[] {
  const value = numberAt(spec, key)
  if (value === undefined || value >= 0) return []
  return [invalid(`spec.${key}`, value, 'must be greater than or equal to 0')]
}

/** `field is immutable` when the selector differs from the stored one. */
export function checkSelectorUnchanged(object: JsonObject, old: JsonObject): FieldError[] {
  const selector = objectIn(object, 'spec', 'selector')
  if (isDeepEqual(selector, objectIn(old, 'spec', 'selector'))) return []
  return [invalid('spec.selector', printSelector(selector ?? {}), 'field is immutable')]
}

/** Go's `%#v` of a metav1.LabelSelector. */
function printSelector(selector: JsonObject): Printed {
  const expressions = objectsAt(selector, 'matchExpressions').map((expression) => {
    const listed = expression['values']
    const values = Array.isArray(listed)
      ? `[]string{${listed.map((value) => JSON.stringify(value)).join(', ')}}`
      : '[]string(nil)'
    const key = JSON.stringify(stringAt(expression, 'key'))
    const operator = JSON.stringify(stringAt(expression, 'operator'))
    return `v1.LabelSelectorRequirement{Key:${key}, Operator:${operator}, Values:${values}}`
  })
  const list =
    expressions.length === 0
      ? '[]v1.LabelSelectorRequirement(nil)'
      : `[]v1.LabelSelectorRequirement{${expressions.join(', ')}}`
  const labels = printStringMap(stringMapAt(selector, 'matchLabels')).printed
  return { printed: `v1.LabelSelector{MatchLabels:${labels}, MatchExpressions:${list}}` }
}
