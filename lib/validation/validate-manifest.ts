import type { Manifest, ManifestDocument } from '@/lib/manifest/parse-manifest'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject, ownValue } from '@/lib/shared/json-values'
import { type AdmittedObject, admitObject } from '@/lib/validation/admit-object'
import { type CompiledSchema, schemaApiVersion } from '@/lib/validation/compiled-schema'
import type { Diagnostic } from '@/lib/validation/diagnostic'
import type { FieldError } from '@/lib/validation/field-error'
import { formatFieldError } from '@/lib/validation/field-error'
import { objectAt, withKeptFields } from '@/lib/validation/kept-fields'
import { DIAGNOSTICS_MAX } from '@/lib/validation/limits'
import { type MirrorCapabilities, severalMirrorsErrors } from '@/lib/validation/several-mirrors'

export interface ManifestContext {
  /** By schemaKey. */
  readonly schemas: ReadonlyMap<string, CompiledSchema>
  /** Where an object without a namespace would go; `default` unless given. */
  readonly defaultNamespace?: string
  /** The cluster's Gateways and classes; without them the several-mirrors rule is not checked. */
  readonly cluster?: MirrorCapabilities
  /** The object as it is stored, where the manifest is to change one: what was wrong before and is as it was is tolerated. */
  readonly stored?: JsonObject
  /** Whether `schemas` holds every kind the cluster serves, so that any other kind is an error. */
  readonly knowsEveryKind?: boolean
}

export interface ValidatedDocument {
  readonly index: number
  /** As written. */
  readonly object: JsonObject
  /** As the API server would store it; undefined for a kind without a schema. */
  readonly admitted: JsonObject | undefined
}

export interface ValidatedManifest {
  readonly documents: readonly ValidatedDocument[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Key of a kind in ManifestContext.schemas. */
export function schemaKey(apiVersion: string, kind: string): string {
  return `${apiVersion}/${kind}`
}

/** Schemas by schemaKey. */
export function schemasByKey(schemas: readonly CompiledSchema[]): Map<string, CompiledSchema> {
  return new Map(
    schemas.map((schema) => [schemaKey(schemaApiVersion(schema), schema.kind), schema]),
  )
}

/**
 * Everything wrong with a manifest before it reaches a cluster, each with its place in the text: YAML itself, unknown fields,
 * schema, rules, metadata, and mirrors the class does not take. Never throws, and bounded for any text.
 */
export function validateManifest(text: string, context: ManifestContext): ValidatedManifest {
  return validateParsed(parseManifest(text), context)
}

/** The same of a text that has been parsed. */
export function validateParsed(
  { documents, problems }: Manifest,
  context: ManifestContext,
): ValidatedManifest {
  const diagnostics: Diagnostic[] = problems.map((problem) => ({ severity: 'error', ...problem }))
  const validated = documents.map((document) => {
    const admitted = validateDocument(document, context, diagnostics)
    return { index: document.index, object: document.object, admitted }
  })
  return { documents: validated, diagnostics: limited(diagnostics) }
}

function limited(diagnostics: Diagnostic[]): Diagnostic[] {
  const first = diagnostics[0]
  if (first === undefined || diagnostics.length <= DIAGNOSTICS_MAX) return diagnostics
  const more = diagnostics.length - DIAGNOSTICS_MAX
  const message = `${more} more problems are not shown`
  const rest: Diagnostic = { ...first, code: 'manifest.too-many-problems', message, fieldPath: '' }
  return [...diagnostics.slice(0, DIAGNOSTICS_MAX), rest]
}

function validateDocument(
  document: ManifestDocument,
  context: ManifestContext,
  diagnostics: Diagnostic[],
): JsonObject | undefined {
  const { object } = document
  const report = reporter(document, diagnostics)
  const apiVersion = ownValue(object, 'apiVersion')
  const kind = ownValue(object, 'kind')
  for (const field of ['apiVersion', 'kind']) {
    const value = ownValue(object, field)
    if (value === undefined || value === null || value === '') {
      report('error', 'type.missing', field, `${field} not set`)
    } else if (typeof value !== 'string') {
      report('error', 'type.invalid', field, `${field} must be a string`)
    }
  }
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || kind === '') return undefined
  const schema = context.schemas.get(schemaKey(apiVersion, kind))
  if (schema === undefined) {
    const severity = context.knowsEveryKind === true ? 'error' : 'warning'
    const message = `no matches for kind "${kind}" in version "${apiVersion}"`
    report(severity, 'type.unknown-kind', 'kind', message)
    return undefined
  }
  const placed = withNamespace(object, schema, context)
  const stored = storedOf(schema, placed, context.stored)
  const admitted = admit(schema, placed, stored)
  reportAdmission(admitted, report)
  reportMirrors(schema, withKeptFields(placed, stored), context, report)
  return admitted.object
}

/** The stored object where the manifest changes it. */
function storedOf(
  schema: CompiledSchema,
  object: JsonObject,
  stored: JsonObject | undefined,
): JsonObject | undefined {
  const metadata = ownValue(object, 'metadata')
  const before = stored && ownValue(stored, 'metadata')
  if (stored === undefined || !isJsonObject(metadata) || !isJsonObject(before)) return undefined
  const isSame =
    ownValue(stored, 'kind') === schema.kind &&
    metadata['name'] === before['name'] &&
    metadata['namespace'] === before['namespace']
  return isSame ? stored : undefined
}

/** As an update of the stored object where there is one, else as a create. */
function admit(
  schema: CompiledSchema,
  object: JsonObject,
  stored: JsonObject | undefined,
): AdmittedObject {
  if (stored === undefined) return admitObject(schema, object, { operation: 'create' })
  // An apply is not asked for the version it is based on; the stored object is told in the version of the manifest.
  const resourceVersion = objectAt(stored, 'metadata')['resourceVersion'] ?? ''
  return admitObject(
    schema,
    { ...object, metadata: { ...objectAt(object, 'metadata'), resourceVersion } },
    { operation: 'update', old: { ...stored, apiVersion: schemaApiVersion(schema) } },
  )
}

function withNamespace(
  object: JsonObject,
  schema: CompiledSchema,
  context: ManifestContext,
): JsonObject {
  const metadata = ownValue(object, 'metadata')
  if (!schema.namespaced || !(isJsonObject(metadata) || metadata === undefined)) return object
  if (metadata?.['namespace'] !== undefined) return object
  return { ...object, metadata: { ...metadata, namespace: context.defaultNamespace ?? 'default' } }
}

type Report = (
  severity: Diagnostic['severity'],
  code: string,
  fieldPath: string,
  message: string,
  part?: 'key' | 'value',
) => void

function reporter(document: ManifestDocument, diagnostics: Diagnostic[]): Report {
  const seen = new Set<string>()
  return (severity, code, fieldPath, message, part = 'value') => {
    const identity = `${code} ${message}`
    if (seen.has(identity)) return
    seen.add(identity)
    // Past the limit only the number of problems is told, so their places need no search.
    const isShown = diagnostics.length < DIAGNOSTICS_MAX
    diagnostics.push({
      severity,
      code,
      message,
      fieldPath,
      documentIndex: document.index,
      range: document.rangeOf(isShown ? fieldPath : '', part),
    })
  }
}

function reportAdmission(admitted: AdmittedObject, report: Report): void {
  if (admitted.decodeError !== undefined) {
    const field = /field ObjectMeta\.([a-zA-Z]+)/.exec(admitted.decodeError)?.[1]
    const path = field === undefined ? 'metadata' : `metadata.${field}`
    report('error', 'metadata.decode', path, admitted.decodeError)
  }
  for (const path of admitted.unknownFields) {
    report('error', 'schema.unknown-field', path, `unknown field "${path}"`, 'key')
  }
  const rules = new Set(admitted.ruleErrors)
  for (const error of admitted.errors) reportFieldError(error, rules.has(error), report)
  for (const rule of admitted.notEvaluated) {
    report('info', 'cel.not-evaluated', '', `This rule is checked by the cluster only: ${rule}`)
  }
}

const CODES: Readonly<Record<string, string>> = {
  FieldValueRequired: 'schema.required',
  FieldValueNotSupported: 'schema.not-supported',
  FieldValueTooLong: 'schema.too-long',
  FieldValueTooMany: 'schema.too-many',
  FieldValueTypeInvalid: 'schema.type',
  FieldValueDuplicate: 'schema.duplicate',
  FieldValueForbidden: 'schema.forbidden',
  FieldValueInvalid: 'schema.invalid',
}

function reportFieldError(error: FieldError, isRule: boolean, report: Report): void {
  if (error.message.includes('some validation rules were not checked')) {
    report('info', 'cel.not-checked', '', error.message)
    return
  }
  if (error.field === '<nil>') {
    report('error', 'schema.invalid', quotedPath(error.message), error.message)
    return
  }
  const code = isRule
    ? 'cel'
    : error.field.startsWith('metadata.')
      ? 'metadata'
      : (CODES[error.reason] ?? 'schema.invalid')
  report('error', code, error.field, formatFieldError(error))
}

/** Errors of oneOf and anyOf name their place only inside the message. */
function quotedPath(message: string): string {
  return /: "([^"]+)" must /.exec(message)?.[1] ?? / in ([^ ]+)$/.exec(message)?.[1] ?? ''
}

const GATEWAY_GROUP = 'gateway.networking.k8s.io'

function reportMirrors(
  schema: CompiledSchema,
  object: JsonObject,
  context: ManifestContext,
  report: Report,
): void {
  if (schema.group !== GATEWAY_GROUP || schema.kind !== 'HTTPRoute') return
  if (context.cluster === undefined) return
  for (const error of severalMirrorsErrors(object, context.cluster)) {
    report('error', 'mirror.several-in-one-rule', error.field, formatFieldError(error))
  }
}
