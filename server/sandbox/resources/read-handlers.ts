/** GET of one object and of collections. */

import type { JsonObject } from '@/lib/shared/json'
import type { ApiObject } from '../api/api-object'
import { textAt } from '../api/api-object'
import type { Matcher } from '../api/contracts'
import { groupVersionOf, objectKey, resourceKey } from '../api/names'
import type { StoredObject } from '../api/object-json'
import { failure, type Outcome, success } from '../api/outcome'
import {
  badRequest,
  internal,
  notAcceptable,
  notFound,
  tooManyRequests,
  versionTooLarge,
} from '../api/status-error'
import { type FieldSelector, parseFieldSelector, parseLabelSelector } from '../kinds/selectors'
import { isStorageVersion, type ServedKind } from '../kinds/served-kind'
import { type IncludeObject, partialMetadata, tableOf } from '../kinds/tables'
import { type Answer, failed, isPerson, ok } from '../requests/answer'
import type { ApiRequest } from '../requests/api-request'
import type { Representation } from '../requests/negotiate'
import type { Store } from '../storage/store'
import { type ListPage, type ListRequest, listObjects, versionArrives } from '../verbs/list-objects'
import { type ListOptions, readListOptions, versionProblem } from '../verbs/request-options'
import { inVersion } from '../verbs/write-object'
import { startWatch } from './watch-stream'

/** The stored object in the request's version, or 404. */
export function findObject(request: ApiRequest): Outcome<ApiObject> {
  const { context, kind, info } = request
  const key = objectKey(info.namespace, info.name)
  const object = context.store.get(resourceKey(kind.resource), key)
  return object === undefined
    ? failure(notFound(kind.resource, info.name))
    : success(inVersion(kind, object))
}

/** GET of one object. A resourceVersion of the future is waited for, then answers 504. */
export async function getObject(request: ApiRequest): Promise<Answer> {
  const asked = request.query.get('resourceVersion') ?? ''
  const problem = versionProblem(asked)
  if (problem !== undefined) return failed(internal(problem))
  const { store } = request.context
  await versionArrives(store, Number(asked))
  if (Number(asked) > store.version) return failed(versionTooLarge(Number(asked), store.version))
  const found = findObject(request)
  return found.ok ? represent(request, found.value, 200) : failed(found.error)
}

/** An object as the client wants it: itself, a Table of one row, or its metadata. */
export function represent(
  request: ApiRequest,
  object: ApiObject,
  code: number,
  warnings: readonly string[] = [],
): Answer {
  const { as, asVersion, isList } = request.representation
  if (as === undefined) return { is: 'object', code, object, warnings }
  if (isList) return failed(wrongNumber(request, 'PartialObjectMetadataList', 'is not a list', ''))
  if (as === 'PartialObjectMetadata') {
    return { is: 'object', code, object: partialMetadata(object, asVersion), warnings }
  }
  const include = includeObject(request.query)
  if (!include.ok) return failed(include.error)
  const metadata = { resourceVersion: textAt(object.metadata, 'resourceVersion') }
  const table = tableOf(request.kind, [object], metadata, {
    apiVersion: asVersion,
    include: include.value,
    now: request.context.now(),
    hasColumns: true,
  })
  return { is: 'object', code, object: table, warnings }
}

/** The includeObject parameter of Tables. */
export function includeObject(query: URLSearchParams): Outcome<IncludeObject> {
  const value = query.get('includeObject') ?? ''
  if (value === '' || value === 'Metadata') return success('Metadata')
  if (value === 'None' || value === 'Object') return success(value)
  const why = `Invalid value: ${JSON.stringify(value)}: must be 'Metadata', 'Object', 'None', or empty`
  return failure(badRequest(`Unable to convert to Table as requested: includeObject: ${why}`))
}

/** 406: the metadata of one object was asked for and there are several, or the other way round. */
function wrongNumber({ kind }: ApiRequest, asked: string, what: string, suffix: string) {
  const { group, kind: name } = kind.resource
  const type = kind.isCustom ? `unstructured.Unstructured` : `${group || 'core'}.${name}`
  return {
    code: 406,
    reason: 'NotAcceptable',
    message: `you requested ${asked}, but the requested object ${what} (*${type}${suffix})`,
  }
}

export interface Selection {
  readonly labels: Matcher | undefined
  readonly fields: FieldSelector | undefined
}

/** Selectors of a collection request; a watch on one object is a field selector on its name. */
export function readSelection(request: ApiRequest): Outcome<Selection> {
  const { query, info, kind } = request
  const labelText = query.get('labelSelector') ?? ''
  const fieldText = query.get('fieldSelector') ?? ''
  const labels = labelText === '' ? undefined : parseLabelSelector(labelText)
  if (labels?.ok === false) return labels
  const named = info.name === '' ? fieldText : `metadata.name=${info.name}`
  const fields = named === '' ? undefined : parseFieldSelector(named, kind)
  if (fields?.ok === false) return fields
  return success({ labels: labels?.value, fields: fields?.value })
}

/** The forms of a watch. */
const STREAMED = [
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf;stream=watch',
]

/** GET of a collection: a list, or a watch. */
export async function listOrWatch(request: ApiRequest): Promise<Answer> {
  const { context, info, kind, query } = request
  const options = readListOptions(query, info.isWatchPath, context.isWatchListEnabled)
  if (!options.ok) return failed(options.error)
  const selection = readSelection(request)
  if (!selection.ok) return failed(selection.error)
  const isTable = request.representation.as === 'Table'
  const include = isTable ? includeObject(query) : success('Metadata' as const)
  if (!include.ok) return failed(include.error)
  if (!options.value.isWatch) return list(request, options.value, selection.value, include.value)
  if (request.representation.format === 'yaml') return failed(notAcceptable(STREAMED, false))
  if (context.hub.isFull) return failed(tooManyRequests('too many watches'))
  const early = await versionOfInitialEvents(context.store, options.value)
  if (early !== undefined) return failed(early)
  return startWatch({
    context,
    kind,
    namespace: info.namespace,
    ...selection.value,
    options: options.value,
    representation: request.representation,
    include: include.value,
  })
}

/** Initial events must be at least as new as the version asked for: waits for it, or says that it does not come. */
async function versionOfInitialEvents(store: Store, options: ListOptions) {
  const asked = Number(options.resourceVersion)
  if (options.sendInitialEvents !== true || asked <= store.version) return undefined
  await versionArrives(store, asked)
  return asked > store.version ? versionTooLarge(asked, store.version) : undefined
}

async function list(
  request: ApiRequest,
  options: ListOptions,
  selection: Selection,
  include: IncludeObject,
): Promise<Answer> {
  const { context, kind, info, representation } = request
  const wanted: ListRequest = { kind, namespace: info.namespace, ...selection, ...options }
  const page = await listObjects(context, wanted)
  if (!page.ok) return failed(page.error)
  const metadata = listMetadata(page.value)
  const { items } = page.value
  if (isListedAsStored(request)) return listText(kind, items, metadata)
  const objects = items.map((item) => inVersion(kind, item.object))
  if (representation.as === 'PartialObjectMetadata' && !representation.isList) {
    return failed(wrongNumber(request, 'PartialObjectMetadata', 'is a list', 'List'))
  }
  if (representation.as === 'Table') {
    return ok(
      tableOf(kind, objects, metadata, {
        apiVersion: representation.asVersion,
        include,
        now: context.now(),
        hasColumns: true,
      }),
    )
  }
  return ok(listObject(request, objects, metadata, representation))
}

/** Whether the texts of the items can go out as they are: in their own version, compact, with apiVersion and kind. */
function isListedAsStored({ kind, representation, http }: ApiRequest): boolean {
  const isPlain = representation.as === undefined && representation.format === 'json'
  return kind.isCustom && isPlain && isStorageVersion(kind) && !isPerson(http)
}

function listText(kind: ServedKind, items: readonly StoredObject[], metadata: JsonObject): Answer {
  const head = {
    kind: `${kind.resource.kind}List`,
    apiVersion: groupVersionOf(kind.resource),
    metadata: { continue: '', ...metadata },
  }
  const texts = items.map((item) => item.text).join(',')
  const text = `${JSON.stringify(head).slice(0, -1)},"items":[${texts}]}\n`
  return { is: 'text', code: 200, text, contentType: 'application/json' }
}

function listMetadata(page: ListPage): JsonObject {
  return {
    resourceVersion: String(page.version),
    ...(page.continueToken === '' ? {} : { continue: page.continueToken }),
    ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining }),
  }
}

function listObject(
  request: ApiRequest,
  items: readonly ApiObject[],
  metadata: JsonObject,
  representation: Representation,
): JsonObject {
  const { kind } = request
  if (representation.as === 'PartialObjectMetadata') {
    const { asVersion } = representation
    return {
      kind: 'PartialObjectMetadataList',
      apiVersion: asVersion,
      metadata,
      items: items.map((item) => partialMetadata(item, asVersion)),
    }
  }
  return kindList(request, items, kind.isCustom ? { continue: '', ...metadata } : metadata)
}

/** `HTTPRouteList`. Items of built-in kinds go without apiVersion and kind, as Go's typed lists do. */
export function kindList(
  request: ApiRequest,
  items: readonly ApiObject[],
  metadata: JsonObject,
): JsonObject {
  const { kind } = request
  return {
    kind: `${kind.resource.kind}List`,
    apiVersion: groupVersionOf(kind.resource),
    metadata,
    items: kind.isCustom ? [...items] : items.map(withoutType),
  }
}

function withoutType(item: ApiObject): JsonObject {
  const { apiVersion: _apiVersion, kind: _kind, ...rest } = item
  return rest
}
