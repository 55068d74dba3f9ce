import type { JsonObject, JsonValue } from '@/lib/shared/json'
import {
  cloneJson,
  isDeeperThan,
  isJsonObject,
  ownValue,
  setOwnValue,
} from '@/lib/shared/json-values'
import { validateRules } from '@/lib/validation/cel-rules'
import { type CompiledSchema, schemaApiVersion } from '@/lib/validation/compiled-schema'
import { Correlation } from '@/lib/validation/correlation'
import { decodeObjectMeta } from '@/lib/validation/decode-object-meta'
import type { FieldError } from '@/lib/validation/field-error'
import { invalidError, rulesNotCheckedError } from '@/lib/validation/field-errors'
import { toFieldErrors } from '@/lib/validation/findings-to-errors'
import { OBJECT_DEPTH_MAX } from '@/lib/validation/limits'
import { validateListTypes } from '@/lib/validation/list-types'
import { pathSegmentProblems } from '@/lib/validation/names'
import { normalizeResource } from '@/lib/validation/normalize-value'
import { validateObjectMeta, validateObjectMetaUpdate } from '@/lib/validation/object-meta'
import { validateValue } from '@/lib/validation/validate-value'

export interface Admission {
  readonly operation: 'create' | 'update'
  /** The stored object; required for an update. */
  readonly old?: JsonObject
  /** A write to the status subresource: everything but status stays as stored. */
  readonly subresource?: 'status'
  /** The object was pruned before; a null that is still in it where none may be is an error. */
  readonly isDecoded?: boolean
}

export interface AdmittedObject {
  /** Pruned and defaulted; a new value. */
  readonly object: JsonObject
  /**
   * Every cause in the API server's order of phases. On update it checks metadata more than once and so do these;
   * joinFieldErrors says each once, as a Status message does.
   */
  readonly errors: FieldError[]
  /** Those of the errors that come from rules (CEL). */
  readonly ruleErrors: FieldError[]
  /** Paths of dropped fields: `spec.foo`, `spec.rules[0].bar`. Under strict field validation they refuse the request. */
  readonly unknownFields: string[]
  /** Set when the object does not decode: the API server answers 400 with this text before anything else. */
  readonly decodeError?: string
  /** Rules that need a function not available here; they were taken as passed. */
  readonly notEvaluated: string[]
}

/** What kube-apiserver makes of an object of a custom resource: its stored form and its errors. */
export function admitObject(
  schema: CompiledSchema,
  object: JsonObject,
  admission: Admission,
): AdmittedObject {
  if (isDeeperThan(object, OBJECT_DEPTH_MAX)) return TOO_DEEP
  const decoded = decode(schema, object, admission.isDecoded)
  const old = admission.old === undefined ? undefined : decode(schema, admission.old).object
  const isUpdate = admission.operation === 'update' && old !== undefined
  const prepared = isUpdate
    ? prepareUpdate(schema, decoded.object, old, admission.subresource)
    : prepareCreate(schema, decoded.object)
  const verdict = validate(schema, prepared, isUpdate ? old : undefined, admission.subresource)
  return {
    object: prepared,
    ...verdict,
    unknownFields: decoded.unknownFields,
    ...(decoded.decodeError === undefined ? {} : { decodeError: decoded.decodeError }),
  }
}

const TOO_DEEP: AdmittedObject = {
  object: {},
  errors: [],
  ruleErrors: [],
  unknownFields: [],
  notEvaluated: [],
  decodeError: 'exceeded max depth',
}

/**
 * A stored object as clients read it. Defaults apply on reading too: a Gateway's status has its first conditions
 * although nothing was written, and a field added by a newer schema has its default.
 */
export function presentObject(schema: CompiledSchema, stored: JsonObject): JsonObject {
  return normalizeResource(schema.root, stored).object
}

interface Decoded {
  readonly object: JsonObject
  readonly unknownFields: string[]
  readonly decodeError: string | undefined
}

/** Another kind passes undecoded, to be refused by validation; another version of this kind has no known fields. */
function decode(schema: CompiledSchema, object: JsonObject, keepsNulls = false): Decoded {
  const { group, version } = parseApiVersion(textOf(ownValue(object, 'apiVersion')))
  if (group !== schema.group || ownValue(object, 'kind') !== schema.kind) {
    return { object: copyObject(object), unknownFields: [], decodeError: undefined }
  }
  const known = version === schema.version ? schema.root : undefined
  const normalized = normalizeResource(known, object, keepsNulls)
  const meta = decodeObjectMeta(ownValue(object, 'metadata'))
  if (!meta.ok) {
    return { ...normalized, decodeError: meta.reason }
  }
  if (Object.hasOwn(object, 'metadata')) normalized.object['metadata'] = meta.metadata
  return {
    object: normalized.object,
    unknownFields: [...meta.unknownFields, ...normalized.unknownFields],
    decodeError: undefined,
  }
}

function copyObject(object: JsonObject): JsonObject {
  const copy = cloneJson(object)
  return isJsonObject(copy) ? copy : {}
}

function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/')
  return { group: apiVersion.slice(0, Math.max(slash, 0)), version: apiVersion.slice(slash + 1) }
}

function prepareCreate(schema: CompiledSchema, object: JsonObject): JsonObject {
  if (!schema.statusSubresource || !Object.hasOwn(object, 'status')) return object
  const { status: _, ...rest } = object
  return rest
}

function prepareUpdate(
  schema: CompiledSchema,
  object: JsonObject,
  old: JsonObject,
  subresource: 'status' | undefined,
): JsonObject {
  const taken = subresource === 'status' ? 'status' : 'all'
  const prepared: JsonObject = taken === 'status' ? { ...old } : { ...object }
  const statusFrom = subresource === 'status' ? object : schema.statusSubresource ? old : object
  const status = ownValue(statusFrom, 'status')
  if (status === undefined) delete prepared['status']
  else prepared['status'] = status
  prepared['metadata'] = keepServerMetadata(metadataOf(object), metadataOf(old), subresource)
  return prepared
}

/** What an update cannot change is taken from the stored object; a status update takes all but managedFields. */
function keepServerMetadata(
  metadata: JsonObject,
  old: JsonObject,
  subresource: 'status' | undefined,
): JsonObject {
  const kept: JsonObject = subresource === 'status' ? { ...old } : { ...metadata }
  const managedFields = ownValue(metadata, 'managedFields')
  if (managedFields !== undefined) kept['managedFields'] = managedFields
  for (const field of ['generation', 'creationTimestamp', 'deletionTimestamp']) {
    const value = ownValue(old, field)
    if (value !== undefined) setOwnValue(kept, field, value)
  }
  for (const field of ['uid', 'deletionGracePeriodSeconds']) {
    const value = ownValue(old, field)
    if (value !== undefined && ownValue(kept, field) === undefined) kept[field] = value
  }
  return kept
}

const BLOCKING = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
])

function validate(
  schema: CompiledSchema,
  object: JsonObject,
  old: JsonObject | undefined,
  subresource: 'status' | undefined,
): Pick<AdmittedObject, 'errors' | 'ruleErrors' | 'notEvaluated'> {
  const form = schema.messageForm
  const correlation = old === undefined ? undefined : new Correlation(schema.root, object, old)
  const typeErrors = validateTypeMeta(schema, object)
  const errors =
    typeErrors.length > 0
      ? typeErrors
      : [
          ...validateMetadata(schema, object, old),
          ...validateSchema(schema, object, correlation, subresource),
        ]
  // List types ratchet as a whole: an object that had duplicates before may keep them.
  const hadDuplicates =
    old !== undefined && validateListTypes(schema.root, old, '', form).length > 0
  if (!hadDuplicates) errors.push(...validateListTypes(schema.root, object, '', form))
  if (!schema.root.hasRules) return { errors, ruleErrors: [], notEvaluated: [] }
  if (errors.some((error) => BLOCKING.has(error.reason))) {
    return { errors: [...errors, rulesNotCheckedError(form)], ruleErrors: [], notEvaluated: [] }
  }
  const rules = validateRules(schema.root, object, old, correlation, form)
  return {
    errors: [...errors, ...rules.errors],
    ruleErrors: rules.errors,
    notEvaluated: rules.notEvaluated,
  }
}

function validateTypeMeta(schema: CompiledSchema, object: JsonObject): FieldError[] {
  const kind = textOf(ownValue(object, 'kind'))
  const apiVersion = textOf(ownValue(object, 'apiVersion'))
  const expected = schemaApiVersion(schema)
  const form = schema.messageForm
  return [
    ...(kind === schema.kind ? [] : [invalidError('kind', kind, `must be ${schema.kind}`, form)]),
    ...(apiVersion === expected
      ? []
      : [invalidError('apiVersion', apiVersion, `must be ${expected}`, form)]),
  ]
}

function validateMetadata(
  schema: CompiledSchema,
  object: JsonObject,
  old: JsonObject | undefined,
): FieldError[] {
  const form = schema.messageForm
  const metadata = metadataOf(object)
  const { namespaced } = schema
  if (old === undefined) return validateObjectMeta(metadata, { form, namespaced })
  const changes = validateObjectMetaUpdate(metadata, metadataOf(old), form)
  const nameProblems = pathSegmentProblems
  return [
    ...validateObjectMeta(metadata, { form, namespaced, nameProblems }),
    ...changes,
    ...changes,
  ]
}

/** Status is validated alone when it alone is written, with paths that begin below it. */
function validateSchema(
  schema: CompiledSchema,
  object: JsonObject,
  correlation: Correlation | undefined,
  subresource: 'status' | undefined,
): FieldError[] {
  const form = schema.messageForm
  if (subresource !== 'status') {
    const { findings } = validateValue(schema.root, object, '', correlation)
    return toFieldErrors(findings, '', form)
  }
  const status = ownValue(object, 'status')
  const node = schema.root.properties.get('status')
  if (status === undefined || node === undefined) return []
  const { findings } = validateValue(node, status, '', correlation?.key('status'))
  return toFieldErrors(findings, 'status', form)
}

function metadataOf(object: JsonObject): JsonObject {
  const metadata = ownValue(object, 'metadata')
  return isJsonObject(metadata) ? metadata : {}
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
