/** POST, PUT, PATCH and DELETE of resources: query and body → operation → answer. */
import type { JsonObject } from '@/lib/shared/json'
import { type ApiObject, asApiObject, metadataOf, nameOf, textAt, uidOf } from '../api/api-object'
import type { DecodableKind } from '../api/contracts'
import { groupVersionOf, objectKey, resourceKey } from '../api/names'
import { type ApiStatus, failure, type Outcome, success } from '../api/outcome'
import { badRequest, conflict, notFound, unsupportedMediaType } from '../api/status-error'
import { type DecodedObject, decodeObject, handledAs } from '../decode/decode-body'
import type { ServedKind } from '../kinds/served-kind'
import { type Answer, failed, ok } from '../requests/answer'
import type { ApiRequest } from '../requests/api-request'
import { type WriteGuard, writeGuard } from '../requests/write-guard'
import { createObject } from '../verbs/create-object'
import { deleteObject, deletionAnswer } from '../verbs/delete-object'
import { decidedDeletion, readDeleteOptions } from '../verbs/delete-options'
import { acceptedPatchTypes, patchObject, patchTypeOf, warningsOf } from '../verbs/patch-object'
import { type OptionsKind, type RequestOptions, readWriteOptions } from '../verbs/request-options'
import { updateObject } from '../verbs/update-object'
import { inVersion } from '../verbs/write-object'
import { kindList, readSelection, represent } from './read-handlers'

/** The object as the next write has to see it, in the request's version. */
export function headObject(request: ApiRequest): ApiObject | undefined {
  const { context, kind, info } = request
  const found = context.store.head(resourceKey(kind.resource), objectKey(info.namespace, info.name))
  return found === undefined ? undefined : inVersion(kind, found)
}

function guardOf({ context, user, kind, info }: ApiRequest): WriteGuard {
  return writeGuard({ access: context.access, user, kind, info })
}

interface WriteBody {
  readonly options: RequestOptions
  readonly object: JsonObject
  readonly warnings: readonly string[]
}

/** Options and body of a create or update; strict validation refuses unknown and duplicate fields here. */
export function readWrite(
  request: Pick<ApiRequest, 'query' | 'http' | 'body'> & { readonly kind: DecodableKind },
  optionsKind: OptionsKind,
): Outcome<WriteBody> {
  const { query, kind, http, body } = request
  const options = readWriteOptions(query, optionsKind, http.headers['user-agent'])
  if (!options.ok) return options
  const decoded: Outcome<DecodedObject> = decodeObject(kind, body, http.headers['content-type'])
  if (!decoded.ok) return decoded
  const { object, problems } = decoded.value
  if (problems.length > 0 && options.value.fieldValidation === 'Strict') {
    const why = `strict decoding error: ${problems.join(', ')}`
    return failure(badRequest(`${handledAs(kind, object)}: ${why}`))
  }
  const expected = groupVersionOf(kind.resource)
  const version = textAt(object, 'apiVersion')
  if (version !== '' && version !== expected) {
    const why = `the API version in the data (${version}) does not match the expected API version (${expected})`
    return failure(badRequest(why))
  }
  return success({ options: options.value, object, warnings: warningsOf(problems, options.value) })
}

/** POST to a collection. */
export async function handleCreate(request: ApiRequest): Promise<Answer> {
  const write = readWrite(request, 'CreateOptions')
  if (!write.ok) return failed(write.error)
  const { kind, info, context } = request
  const { options, object, warnings } = write.value
  const outcome = await createObject(context, {
    kind,
    namespace: info.namespace,
    object,
    options,
    guard: guardOf(request),
  })
  return outcome.ok
    ? represent(request, outcome.value, 201, warnings)
    : failed({ ...outcome.error, warnings })
}

/** PUT of an object or its status. */
export async function handleUpdate(request: ApiRequest): Promise<Answer> {
  const { kind, info, context } = request
  if (info.name === '') return failed(badRequest('name must be provided'))
  const write = readWrite(request, 'UpdateOptions')
  if (!write.ok) return failed(write.error)
  const { options, object, warnings } = write.value
  const live = headObject(request)
  if (live === undefined) return failed(notFound(kind.resource, info.name))
  const uid = uidOf(object)
  if (uid !== '' && uid !== uidOf(live)) return failed(uidConflict(request, uid, live))
  const subresource = info.subresource === 'status' ? 'status' : ''
  const { namespace, name } = info
  const outcome = await updateObject(context, {
    kind,
    namespace,
    name,
    object,
    live,
    subresource,
    options,
    guard: guardOf(request),
  })
  return outcome.ok
    ? represent(request, outcome.value, 200, warnings)
    : failed({ ...outcome.error, warnings })
}

/** The words of the storage layer, which kube-apiserver lets through. */
function uidConflict({ kind, info }: ApiRequest, uid: string, live: ApiObject) {
  const { group, plural } = kind.resource
  const place = [kind.isCustom ? group : '', plural, info.namespace, info.name]
    .filter((part) => part !== '')
    .join('/')
  const why = `StorageError: invalid object, Code: 4, Key: /registry/${place}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${uidOf(live)}`
  return conflict(kind.resource, info.name, why)
}

/** Routes of compiled-in kinds refuse a media type before the handler that knows which there are. */
function wrongPatchType(kind: ServedKind): ApiStatus {
  const refusal = unsupportedMediaType(acceptedPatchTypes(kind))
  return kind.isCustom
    ? refusal
    : { ...refusal, message: '415: Unsupported Media Type', details: {} }
}

/** PATCH of an object or its status, in any of the four types. */
export async function handlePatch(request: ApiRequest): Promise<Answer> {
  const { kind, info, context, http, query, body } = request
  if (info.name === '') return failed(badRequest('name must be provided'))
  const type = patchTypeOf(kind, http.headers['content-type'])
  if (type === undefined) return failed(wrongPatchType(kind))
  const isApply = type === 'apply'
  const options = readWriteOptions(query, 'PatchOptions', http.headers['user-agent'], isApply)
  if (!options.ok) return failed(options.error)
  const outcome = await patchObject(context, {
    kind,
    namespace: info.namespace,
    name: info.name,
    subresource: info.subresource === 'status' ? 'status' : '',
    live: headObject(request),
    type,
    body: body.toString('utf8'),
    options: options.value,
    guard: guardOf(request),
  })
  if (!outcome.ok) return failed(outcome.error)
  const { object, isCreated, warnings } = outcome.value
  return represent(request, object, isCreated ? 201 : 200, warnings)
}

/** DELETE of one object. */
export async function handleDelete(request: ApiRequest): Promise<Answer> {
  const { context, kind, info } = request
  const read = readDeleteOptions(request)
  if (!read.ok) return failed(read.error)
  const live = headObject(request)
  if (live === undefined) return failed(notFound(kind.resource, info.name))
  const { options, warnings } = decidedDeletion(kind, read.value)
  const outcome = await deleteObject(context, kind, live, options)
  if (!outcome.ok) return failed({ ...outcome.error, warnings })
  const answer = deletionAnswer(kind, outcome.value)
  return textAt(answer, 'kind') === 'Status'
    ? ok(answer, warnings)
    : represent(request, asApiObject(answer), 200, warnings)
}

/** DELETE of a collection: one by one, so that another client's change meanwhile stays its own. */
export async function handleDeleteCollection(request: ApiRequest): Promise<Answer> {
  const { context, kind, info } = request
  const read = readDeleteOptions(request)
  if (!read.ok) return failed(read.error)
  const { options, warnings } = decidedDeletion(kind, read.value)
  const selection = readSelection(request)
  if (!selection.ok) return failed(selection.error)
  const { labels, fields } = selection.value
  const selected = [...context.store.headObjects(resourceKey(kind.resource))]
    .filter((object) => info.namespace === '' || metadataOf(object)['namespace'] === info.namespace)
    .filter((object) => labels?.(object) ?? true)
    .filter((object) => fields?.matches(object) ?? true)
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  const outcomes = await Promise.all(
    selected.map((object) => deleteObject(context, kind, object, options)),
  )
  const failedOne = outcomes.find((outcome) => !outcome.ok)
  if (failedOne?.ok === false) return failed(failedOne.error)
  const items = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value.object] : []))
  const version = { resourceVersion: String(context.store.version) }
  const list = kind.isCustom ? { continue: '', ...version } : version
  return ok(kindList(request, items, list), warnings)
}
