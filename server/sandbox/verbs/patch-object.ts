/** PATCH: the live object and a patch → the wanted object → update, or create for a server-side apply. */

import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { goQuote } from '@/lib/validation/go-text'
import {
  type ApiObject,
  metadataOf,
  nameOf,
  namespaceOf,
  sortedJson,
  textAt,
  withMetadata,
} from '../api/api-object'
import { goFormat, goTypeOf } from '../api/go-format'
import { groupVersionOf } from '../api/names'
import { type ApiStatus, failure, type Outcome, success } from '../api/outcome'
import type { Refusal } from '../api/refusal'
import { badRequest, conflict, notFound } from '../api/status-error'
import {
  type DecodedObject,
  decodeTyped,
  duplicateProblems,
  parseYamlBody,
  type ReadObject,
  readAs,
} from '../decode/decode-body'
import { duplicateFields, shapeProblem } from '../decode/duplicate-fields'
import { applyServerSide } from '../field-management/apply-server-side'
import { resetFieldsOf, type ServedKind } from '../kinds/served-kind'
import { decodePatch } from '../patch/decode-patch'
import { jsonPatch } from '../patch/json-patch'
import { mergePatch } from '../patch/merge-patch'
import { strategicMergePatch } from '../patch/strategic-merge-patch'
import type { SandboxContext } from '../requests/context'
import type { WriteGuard } from '../requests/write-guard'
import { createObject } from './create-object'
import type { RequestOptions } from './request-options'
import { identityMismatch, updateObject } from './update-object'

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply'

const TYPES: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
}

/** Patch types a kind takes, in the order the API server lists them. */
export function acceptedPatchTypes(kind: ServedKind): string[] {
  return Object.keys(TYPES).filter((type) => !kind.isCustom || TYPES[type] !== 'strategic')
}

/** The patch type of a Content-Type; undefined when the kind does not take it. */
export function patchTypeOf(
  kind: ServedKind,
  contentType: string | undefined,
): PatchType | undefined {
  const type = (contentType ?? '').split(';')[0]?.trim() ?? ''
  return acceptedPatchTypes(kind).includes(type) ? TYPES[type] : undefined
}

export interface PatchRequest {
  readonly kind: ServedKind
  readonly namespace: string
  readonly name: string
  readonly subresource: '' | 'status'
  /** The stored object in the request's version, if it exists. */
  readonly live: ApiObject | undefined
  readonly type: PatchType
  readonly body: string
  readonly options: RequestOptions
  /** What the writer has to pass. */
  readonly guard?: WriteGuard
}

export interface PatchResult {
  readonly object: ApiObject
  readonly isCreated: boolean
  readonly warnings: readonly string[]
}

/** Applies a patch. An object that does not exist is created by a server-side apply only. */
export async function patchObject(
  context: SandboxContext,
  request: PatchRequest,
): Promise<Outcome<PatchResult>> {
  if (request.type === 'apply') return applyObject(context, request)
  const { kind, live, options } = request
  const patch = readPatch(request.body, request.type)
  if (!patch.ok) return patch
  if (live === undefined) return failure(notFound(kind.resource, request.name))
  const patched = applyPatch(request.type, kind, live, patch.value)
  if (!patched.ok) return patched
  const isStrategic = request.type === 'strategic'
  const refused = isStrategic ? goFormat(patch.value) : sortedJson(patched.value)
  const decoded = readPatched(kind, patched.value)
  if (!decoded.ok) {
    return failure(invalidPatch(refused, (isStrategic && decoded.conversion) || decoded.reason))
  }
  const { object } = decoded.value
  const problems = [...patchProblems(request.body, request.type), ...decoded.value.problems]
  if (problems.length > 0 && options.fieldValidation === 'Strict') {
    return failure(invalidPatch(refused, `strict decoding error: ${problems.join(', ')}`))
  }
  const outcome = await updateObject(context, { ...request, live, object })
  if (!outcome.ok) return warned(outcome, problems, options)
  return success({
    object: outcome.value,
    isCreated: false,
    warnings: warningsOf(problems, options),
  })
}

const OPERATION_FIELDS = new Set(['op', 'path', 'from', 'value'])

/** What strict field validation says of the patch itself: fields set twice and, of JSON patch operations, unknown ones. */
function patchProblems(body: string, type: 'json' | 'merge' | 'strategic'): string[] {
  const duplicates = duplicateFields(body)
  if (type !== 'json') return duplicateProblems(duplicates)
  const operations: JsonValue = JSON.parse(body)
  const unknown = (Array.isArray(operations) ? operations : [])
    .flatMap((operation, i) => Object.keys(operation ?? {}).map((name) => [i, name] as const))
    .filter(([, name]) => !OPERATION_FIELDS.has(name))
    .map(([i, name]) => `unknown field ${goQuote(`[${i}].${name}`)}`)
  return [...duplicateProblems(duplicates), ...unknown].map((problem) => `json patch ${problem}`)
}

function readPatched(kind: ServedKind, object: JsonObject): ReadObject {
  if (kind.isCustom && textAt(object, 'kind') === '') {
    return { ok: false, reason: `Object 'Kind' is missing in '${sortedJson(object)}'` }
  }
  return readAs(kind, object)
}

/** A refusal travels with the warnings that were due before it. */
function warned(
  outcome: { ok: false; error: ApiStatus },
  problems: readonly string[],
  options: RequestOptions,
): { ok: false; error: ApiStatus } {
  return failure({ ...outcome.error, warnings: warningsOf(problems, options) })
}

/** Problems of field validation that travel as Warning headers: those the client asked to be warned of. */
export function warningsOf(
  problems: readonly string[],
  options: RequestOptions,
): readonly string[] {
  return options.fieldValidation === 'Warn' ? problems.flatMap(linesOf) : []
}

/** Of what a YAML reader lists, every line is a warning of its own. */
function linesOf(problem: string): string[] {
  const [first = '', ...lines] = problem.split('\n')
  return first.endsWith('yaml: unmarshal errors:') ? lines.map((line) => line.trim()) : [problem]
}

function readPatch(body: string, type: 'json' | 'merge' | 'strategic'): Outcome<JsonValue> {
  const problem = shapeProblem(body)
  if (problem !== undefined) return failure(badRequest(`error decoding patch: ${problem}`))
  const decoded = decodePatch(body, type)
  return decoded.ok ? success(decoded.patch) : failure(fromRefusal(decoded))
}

function applyPatch(
  type: 'json' | 'merge' | 'strategic',
  kind: ServedKind,
  live: JsonObject,
  patch: JsonValue,
): Outcome<JsonObject> {
  if (type !== 'strategic') return patchDocument(type, live, patch)
  const patched = strategicMergePatch(live, patch, kind.schema)
  return patched.ok ? success(patched.object) : failure(fromRefusal(patched))
}

/** A document with a patch applied that needs no schema: an object, or what is derived from one, such as a Scale. */
export function patchDocument(
  type: 'json' | 'merge',
  document: JsonObject,
  patch: JsonValue,
): Outcome<JsonObject> {
  const patched = type === 'json' ? jsonPatch(document, patch) : mergePatch(document, patch)
  return patched.ok ? success(patched.object) : failure(fromRefusal(patched))
}

/** 422 that quotes what was refused: the whole patched object, or a strategic patch itself. */
export function invalidPatch(refused: string, why: string): ApiStatus {
  const message = `Invalid value: ${JSON.stringify(refused)}: ${why}`
  return {
    code: 422,
    reason: 'Invalid',
    message: ` "" is invalid: patch: ${message}`,
    details: { causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }] },
  }
}

/** A refusal of the pure functions as a Status. */
function fromRefusal(refusal: Refusal): ApiStatus {
  const { code, reason, message, causes } = refusal
  if (causes.length > 0) {
    return { code, reason, message, details: { causes: causes.map((cause) => ({ ...cause })) } }
  }
  return code === 422 ? { code, reason, message, details: {} } : { code, reason, message }
}

async function applyObject(
  context: SandboxContext,
  request: PatchRequest,
): Promise<Outcome<PatchResult>> {
  const { kind, live, options, subresource } = request
  const applied = readApplied(request)
  if (!applied.ok) return applied
  const stale = staleVersion(request, applied.value.object)
  if (stale !== undefined) return failure(stale)
  if (live === undefined && subresource !== '')
    return failure(notFound(kind.resource, request.name))
  const merged = applyServerSide({
    live: live ?? null,
    applied: applied.value.object,
    manager: options.manager,
    force: options.isForced,
    schema: kind.schema,
    apiVersion: groupVersionOf(kind.resource),
    kind: kind.resource.kind,
    subresource,
    now: context.now(),
    resetFields: resetFieldsOf(kind, subresource),
  })
  if (!merged.ok) return failure(fromRefusal(merged))
  const { strictProblem } = applied.value
  if (strictProblem !== '' && options.fieldValidation === 'Strict') {
    const why = `error converting YAML to JSON: ${strictProblem}`
    return failure(badRequest(`error strict decoding YAML: ${why}`))
  }
  const decoded = decodeTyped(kind, placed(merged.object, request), undefined, true)
  if (!decoded.ok) return decoded
  const { object, problems } = decoded.value
  const all = strictProblem === '' ? problems : [strictProblem, ...problems]
  return writeApplied(context, request, { object, problems: all })
}

async function writeApplied(
  context: SandboxContext,
  request: PatchRequest,
  { object, problems }: DecodedObject,
): Promise<Outcome<PatchResult>> {
  const { live, options } = request
  const warnings = warningsOf(problems, options)
  if (live !== undefined) {
    const outcome = await updateObject(context, { ...request, live, object, isTracked: true })
    return outcome.ok ? success({ object: outcome.value, isCreated: false, warnings }) : outcome
  }
  const mismatch = identityMismatch({ ...request, object })
  if (mismatch !== undefined) return failure(badRequest(mismatch))
  // A resourceVersion on a creating apply is ignored, unlike on a create.
  const created = await createObject(context, {
    ...request,
    object: withMetadata(object, { resourceVersion: undefined }),
    isTracked: true,
    isPatched: true,
  })
  return created.ok ? success({ object: created.value, isCreated: true, warnings }) : created
}

/** What an applied configuration may leave out: its name and its namespace are in the URL. */
function placed(object: JsonObject, { kind, name, namespace }: PatchRequest): JsonObject {
  return withMetadata(object, {
    name: nameOf(object) || name,
    ...(kind.resource.namespaced ? { namespace: namespaceOf(object) || namespace } : {}),
  })
}

interface AppliedBody {
  readonly object: JsonObject
  /** What a strict reader says of keys that are set twice, '' when there are none. */
  readonly strictProblem: string
}

function readApplied(request: PatchRequest): Outcome<AppliedBody> {
  const parsed = parseYamlBody(request.body)
  if (!parsed.ok) {
    return failure(
      badRequest(
        `error decoding YAML: ${parsed.error.message.replace(/^error converting YAML to JSON: /, '')}`,
      ),
    )
  }
  const value = parsed.value.value ?? {}
  if (!isJsonObject(value)) {
    const into = 'Go value of type map[string]interface {}'
    const why = `json: cannot unmarshal ${goTypeOf(value)} into ${into}`
    return failure(
      badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${why}`),
    )
  }
  const kind = textAt(value, 'kind')
  const apiVersion = textAt(value, 'apiVersion')
  if (kind === '' || apiVersion === '') {
    const groupVersion = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`
    return failure(badRequest(`invalid object type: ${groupVersion}, Kind=${kind}`))
  }
  if (request.live === undefined && nameOf(value) === '') {
    return failure(badRequest(identityMismatch({ ...request, object: value }) ?? ''))
  }
  return success({ object: value, strictProblem: parsed.value.duplicates.yaml })
}

function staleVersion(request: PatchRequest, applied: JsonObject): ApiStatus | undefined {
  const given = textAt(metadataOf(applied), 'resourceVersion')
  const stored = textAt(request.live?.metadata, 'resourceVersion')
  const isStale = request.live !== undefined && given !== '' && given !== stored
  return isStale ? conflict(request.kind.resource, request.name) : undefined
}
