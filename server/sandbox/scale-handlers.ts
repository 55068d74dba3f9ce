/** The scale subresource: autoscaling/v1 Scale over the fields a kind names. */
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { type Answer, failed, ok } from './answer'
import {
  type ApiObject,
  integerAt,
  listAt,
  metadataOf,
  objectAt,
  textAt,
  withMetadata,
} from './api-object'
import type { ApiRequest } from './api-request'
import { parseBody } from './decode-body'
import { failure, type Outcome, success } from './outcome'
import { jsonPatch } from './patch/json-patch'
import { mergePatch } from './patch/merge-patch'
import { fromRefusal } from './patch-object'
import { findObject } from './read-handlers'
import { readWriteOptions } from './request-options'
import type { ScalePaths } from './served-kind'
import {
  badRequest,
  invalid,
  methodNotAllowed,
  notFound,
  unsupportedMediaType,
} from './status-error'
import { updateObject } from './update-object'
import { headObject } from './write-handlers'

const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
]

/** GET, PUT and PATCH of `…/scale`. */
export async function handleScale(request: ApiRequest, paths: ScalePaths): Promise<Answer> {
  const { http } = request
  if (http.method === 'GET') {
    const found = findObject(request)
    return found.ok ? ok(scaleOf(found.value, paths)) : failed(found.error)
  }
  if (http.method !== 'PUT' && http.method !== 'PATCH') return failed(methodNotAllowed())
  const optionsKind = http.method === 'PUT' ? 'UpdateOptions' : 'PatchOptions'
  const options = readWriteOptions(request.query, optionsKind, http.headers['user-agent'])
  if (!options.ok) return failed(options.error)
  const live = headObject(request)
  if (live === undefined) return failed(notFound(request.kind.resource, request.info.name))
  const wanted = wantedScale(request, scaleOf(live, paths))
  if (!wanted.ok) return failed(wanted.error)
  const replicas = readReplicas(request, wanted.value)
  if (!replicas.ok) return failed(replicas.error)
  const { kind, info, context } = request
  const version = textAt(metadataOf(wanted.value), 'resourceVersion')
  const outcome = await updateObject(context, {
    kind,
    namespace: info.namespace,
    name: info.name,
    object: withMetadata(withReplicas(live, paths, replicas.value), {
      resourceVersion: version === '' ? textAt(live.metadata, 'resourceVersion') : version,
    }),
    live,
    subresource: '',
    options: options.value,
  })
  return outcome.ok ? ok(scaleOf(outcome.value, paths)) : failed(outcome.error)
}

function scaleOf(object: ApiObject, paths: ScalePaths): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const metadata: JsonObject = { name }
  for (const [key, value] of Object.entries({
    namespace,
    uid,
    resourceVersion,
    creationTimestamp,
  })) {
    if (value !== undefined) metadata[key] = value
  }
  const selector = paths.selector === '' ? '' : selectorText(valueAt(object, paths.selector))
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata,
    spec: replicasAt(object, paths.specReplicas),
    status: {
      replicas: 0,
      ...replicasAt(object, paths.statusReplicas),
      ...(selector === '' ? {} : { selector }),
    },
  }
}

function replicasAt(object: JsonObject, path: string): JsonObject {
  const replicas = valueAt(object, path)
  // A Scale leaves out a zero in its spec, as Go's omitempty does.
  return typeof replicas === 'number' && replicas !== 0 ? { replicas } : {}
}

function valueAt(object: JsonObject, path: string): JsonValue | undefined {
  const names = path.split('.')
  const parent = names.slice(0, -1).reduce<JsonObject>(objectAt, object)
  return parent[names.at(-1) ?? '']
}

/** A label selector in the form of a query parameter. */
function selectorText(selector: JsonValue | undefined): string {
  if (typeof selector === 'string') return selector
  if (!isJsonObject(selector)) return ''
  const equal = Object.entries(objectAt(selector, 'matchLabels'))
    .map(([key, value]) => `${key}=${String(value)}`)
    .sort()
  const expressions = listAt(selector, 'matchExpressions').filter(isJsonObject).map(expressionText)
  return [...equal, ...expressions].join(',')
}

function expressionText(expression: JsonObject): string {
  const key = textAt(expression, 'key')
  const values = listAt(expression, 'values').join(',')
  switch (textAt(expression, 'operator')) {
    case 'In':
      return `${key} in (${values})`
    case 'NotIn':
      return `${key} notin (${values})`
    case 'DoesNotExist':
      return `!${key}`
    default:
      return key
  }
}

function wantedScale(request: ApiRequest, live: JsonObject): Outcome<JsonObject> {
  const { http, body } = request
  const type = (http.headers['content-type'] ?? '').split(';')[0] ?? ''
  if (http.method === 'PUT') {
    const parsed = parseBody(body, type)
    if (!parsed.ok) return parsed
    return isJsonObject(parsed.value.value)
      ? success(parsed.value.value)
      : failure(badRequest('the body must be a Scale'))
  }
  if (!PATCH_TYPES.includes(type)) return failure(unsupportedMediaType(PATCH_TYPES))
  const parsed = parseBody(body, 'application/json')
  if (!parsed.ok) {
    return failure(
      badRequest(parsed.error.message.replace('json parse error', 'error decoding patch')),
    )
  }
  const patched =
    type === PATCH_TYPES[0]
      ? jsonPatch(live, parsed.value.value)
      : mergePatch(live, parsed.value.value)
  return patched.ok ? success(patched.object) : failure(fromRefusal(patched))
}

function readReplicas(request: ApiRequest, scale: JsonObject): Outcome<number> {
  const replicas = integerAt(objectAt(scale, 'spec'), 'replicas') ?? 0
  if (replicas >= 0) return success(replicas)
  const error = {
    reason: 'FieldValueInvalid',
    field: 'spec.replicas',
    message: `Invalid value: ${replicas}: must be greater than or equal to 0`,
  }
  return failure(invalid('Scale', 'autoscaling', request.info.name, [error]))
}

function withReplicas(object: JsonObject, paths: ScalePaths, replicas: number): JsonObject {
  return setAt(object, paths.specReplicas.split('.'), replicas)
}

function setAt(
  object: JsonObject,
  [name = '', ...rest]: readonly string[],
  value: number,
): JsonObject {
  if (rest.length === 0) return { ...object, [name]: value }
  return { ...object, [name]: setAt(objectAt(object, name), rest, value) }
}
