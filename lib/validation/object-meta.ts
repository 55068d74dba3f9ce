import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { equalJson, isJsonObject } from '@/lib/shared/json-values'
import type { FieldError, MessageForm } from '@/lib/validation/field-error'
import {
  childPath,
  forbiddenError,
  invalidError,
  requiredError,
  tooLongError,
} from '@/lib/validation/field-errors'
import { goQuote } from '@/lib/validation/go-text'
import { validateManagedFields, validateOwnerReferences } from '@/lib/validation/meta-lists'
import {
  labelProblems,
  labelValueProblems,
  maskTrailingDash,
  type NameCheck,
  qualifiedNameProblems,
  subdomainProblems,
} from '@/lib/validation/names'

/** Total bytes of annotation keys and values. */
const ANNOTATION_BYTES_MAX = 262_144

export interface ObjectMetaOptions {
  readonly form: MessageForm
  readonly namespaced: boolean
  /** The rule for names of this kind; DNS-1123 subdomain unless said otherwise. */
  readonly nameProblems?: NameCheck
}

/**
 * Errors of `metadata` on creation, in the words of ValidateObjectMeta
 * (k8s.io/apimachinery/pkg/api/validation/objectmeta.go). `metadata` must have decoded.
 */
export function validateObjectMeta(metadata: JsonObject, options: ObjectMetaOptions): FieldError[] {
  const { form } = options
  const problems = options.nameProblems ?? subdomainProblems
  const name = textOf(metadata['name'])
  const generateName = textOf(metadata['generateName'])
  const errors = problems(maskTrailingDash(generateName === '' ? 'a' : generateName)).map(
    (problem) => invalidError('metadata.generateName', generateName, problem, form),
  )
  if (name === '') {
    errors.push(requiredError('metadata.name', 'name or generateName is required'))
  } else {
    for (const problem of problems(name)) {
      errors.push(invalidError('metadata.name', name, problem, form))
    }
  }
  // Not push(...), whose arguments would overflow the stack where there are a great many.
  return [
    ...errors,
    ...validateNamespace(textOf(metadata['namespace']), options),
    ...validateGeneration(metadata, form),
    ...validateLabels(metadata['labels'], 'metadata.labels', form),
    ...validateAnnotations(metadata['annotations'], 'metadata.annotations', form),
    ...validateOwnerReferences(metadata['ownerReferences'], form),
    ...validateFinalizers(metadata['finalizers'], 'metadata.finalizers', form),
    ...validateManagedFields(metadata['managedFields'], form),
  ]
}

/** Errors of `metadata` on update: what may not change, and what must stay well-formed. */
export function validateObjectMetaUpdate(
  metadata: JsonObject,
  old: JsonObject,
  form: MessageForm,
): FieldError[] {
  const errors = validateNewFinalizers(metadata, old)
  const version = textOf(metadata['resourceVersion'])
  if (version === '' && textOf(old['resourceVersion']) !== '') {
    const detail = 'must be specified for an update'
    errors.push(invalidError('metadata.resourceVersion', version, detail, form))
  }
  errors.push(...validateGeneration(metadata, form))
  const generation = numberOf(metadata['generation'])
  if (generation < numberOf(old['generation'])) {
    const detail = 'must not be decremented'
    errors.push(invalidError('metadata.generation', generation, detail, form))
  }
  for (const field of IMMUTABLE) {
    if (equalJson(metadata[field], old[field])) continue
    const detail = 'field is immutable'
    const value = metadata[field]
    if (field === 'deletionTimestamp' && typeof value === 'string') {
      errors.push({
        reason: 'FieldValueInvalid',
        field: 'metadata.deletionTimestamp',
        message: `Invalid value: ${goTime(value)}: ${detail}`,
      })
      continue
    }
    const shown = value ?? (STRINGS.has(field) ? '' : null)
    errors.push(invalidError(childPath('metadata', field), shown, detail, form))
  }
  return [
    ...errors,
    ...validateLabels(metadata['labels'], 'metadata.labels', form),
    ...validateAnnotations(metadata['annotations'], 'metadata.annotations', form),
    ...validateOwnerReferences(metadata['ownerReferences'], form),
    ...validateManagedFields(metadata['managedFields'], form),
  ]
}

/** An RFC 3339 instant as Go prints a time. */
function goTime(text: string): string {
  return text.replace('T', ' ').replace(/(?:\.\d+)?Z$/, ' +0000 UTC')
}

const STRINGS = new Set(['name', 'namespace', 'uid'])
const IMMUTABLE = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const

function validateNamespace(namespace: string, options: ObjectMetaOptions): FieldError[] {
  const path = 'metadata.namespace'
  if (!options.namespaced) {
    return namespace === '' ? [] : [forbiddenError(path, 'not allowed on this type')]
  }
  if (namespace === '') return [requiredError(path)]
  return labelProblems(namespace).map((problem) =>
    invalidError(path, namespace, problem, options.form),
  )
}

function validateGeneration(metadata: JsonObject, form: MessageForm): FieldError[] {
  const generation = numberOf(metadata['generation'])
  if (generation >= 0) return []
  const detail = 'must be greater than or equal to 0'
  return [invalidError('metadata.generation', generation, detail, form)]
}

/** Errors of a label map, also used for selectors and templates: every one is reported on the map. */
export function validateLabels(
  labels: JsonValue | undefined,
  path: string,
  form: MessageForm,
): FieldError[] {
  if (!isJsonObject(labels)) return []
  return Object.keys(labels).flatMap((key) => {
    const value = textOf(labels[key])
    return [
      ...qualifiedNameProblems(key, form).map((problem) => invalidError(path, key, problem, form)),
      ...labelValueProblems(value).map((problem) => invalidError(path, value, problem, form)),
    ]
  })
}

/** Errors of an annotation map, with its limit of 256 KiB for all keys and values. */
export function validateAnnotations(
  annotations: JsonValue | undefined,
  path: string,
  form: MessageForm,
): FieldError[] {
  if (!isJsonObject(annotations)) return []
  const encoder = new TextEncoder()
  const errors: FieldError[] = []
  let bytes = 0
  for (const key of Object.keys(annotations)) {
    for (const problem of qualifiedNameProblems(key.toLowerCase(), form)) {
      errors.push(invalidError(path, key, problem, form))
    }
    bytes += encoder.encode(key).length + encoder.encode(textOf(annotations[key])).length
  }
  if (bytes > ANNOTATION_BYTES_MAX) errors.push(tooLongError(path, ANNOTATION_BYTES_MAX, form))
  return errors
}

/** Errors of a finalizer list. */
export function validateFinalizers(
  value: JsonValue | undefined,
  path: string,
  form: MessageForm,
): FieldError[] {
  const finalizers = textsOf(value)
  const errors = finalizers.flatMap((finalizer) =>
    qualifiedNameProblems(finalizer, form).map((problem) =>
      invalidError(path, finalizer, problem, form),
    ),
  )
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    const detail = 'finalizer orphan and foregroundDeletion cannot be both set'
    errors.push(invalidError(path, finalizers, detail, form))
  }
  return errors
}

function validateNewFinalizers(metadata: JsonObject, old: JsonObject): FieldError[] {
  if (textOf(old['deletionTimestamp']) === '') return []
  const before = new Set(textsOf(old['finalizers']))
  const added = [...new Set(textsOf(metadata['finalizers']))].filter((name) => !before.has(name))
  if (added.length === 0) return []
  const shown = `[]string{${added.sort().map(goQuote).join(', ')}}`
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`
  return [forbiddenError('metadata.finalizers', detail)]
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

function numberOf(value: JsonValue | undefined): number {
  return typeof value === 'number' ? value : 0
}

function textsOf(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
