/** The scale subresource: autoscaling/v1 Scale over the fields a kind names. */
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import {
  type ApiObject,
  asApiObject,
  integerAt,
  listAt,
  metadataOf,
  nameOf,
  objectAt,
  sortedJson,
  textAt,
  withMetadata,
} from '../api/api-object'
import { goTypeOf } from '../api/go-format'
import { type ApiStatus, failure, type Outcome, success } from '../api/outcome'
import { badRequest, invalid, notFound, unsupportedMediaType } from '../api/status-error'
import { handledAs, mediaType, notRegistered, parseBody } from '../decode/decode-body'
import { AGE_COLUMN, ageOf, column, NAME_COLUMN } from '../kinds/core/table-cells'
import type { ScalePaths, ServedKind } from '../kinds/served-kind'
import { type Answer, failed } from '../requests/answer'
import type { ApiRequest } from '../requests/api-request'
import { invalidPatch, patchDocument } from '../verbs/patch-object'
import { readWriteOptions } from '../verbs/request-options'
import { updateObject } from '../verbs/update-object'
import { findObject, represent } from './read-handlers'
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
    return found.ok ? scaleAnswer(request, found.value, paths) : failed(found.error)
  }
  const optionsKind = http.method === 'PUT' ? 'UpdateOptions' : 'PatchOptions'
  const options = readWriteOptions(request.query, optionsKind, http.headers['user-agent'])
  if (!options.ok) return failed(options.error)
  const live = headObject(request)
  if (live === undefined) return failed(notFound(request.kind.resource, request.info.name))
  const wanted = wantedScale(request, scaleOf(live, paths))
  if (!wanted.ok) return failed(wanted.error)
  const replicas = readReplicas(request, wanted.value, paths)
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
    trackedAs: 'scale',
    options: options.value,
  })
  return outcome.ok ? scaleAnswer(request, outcome.value, paths) : failed(outcome.error)
}

/** A Scale as the client wants to see it: `kubectl get --subresource=scale` asks for a table. */
function scaleAnswer(request: ApiRequest, object: ApiObject, paths: ScalePaths): Answer {
  const { kind } = request
  const age = { ...AGE_COLUMN, type: kind.isCustom ? 'date' : AGE_COLUMN.type }
  const table: Pick<ServedKind, 'columns' | 'toCells'> = {
    columns: [
      NAME_COLUMN,
      column('Desired', 'integer', 'Number of desired replicas'),
      column('Available', 'integer', 'Number of actual replicas'),
      age,
    ],
    toCells: (scale, now) => [
      nameOf(scale),
      integerAt(objectAt(scale, 'spec'), 'replicas') ?? 0,
      integerAt(objectAt(scale, 'status'), 'replicas') ?? 0,
      ageOf(scale, now),
    ],
  }
  const scale = asApiObject(scaleOf(object, paths))
  return represent({ ...request, kind: { ...kind, ...table } }, scale, 200)
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
  const { http, body, kind, info } = request
  const type = mediaType(http.headers['content-type'])
  const isPut = http.method === 'PUT'
  const accepted = PATCH_TYPES.filter((name) => !kind.isCustom || !name.includes('strategic'))
  if (!isPut && !accepted.includes(type)) return failure(unsupportedMediaType(accepted))
  const parsed = parseBody(body, isPut ? type : 'application/json')
  if (!parsed.ok) {
    const { message } = parsed.error
    return isPut
      ? parsed
      : failure(badRequest(message.replace('json parse error', 'error decoding patch')))
  }
  const scale = isPut
    ? success(isJsonObject(parsed.value.value) ? parsed.value.value : {})
    : patchDocument(type === PATCH_TYPES[0] ? 'json' : 'merge', live, parsed.value.value)
  if (!scale.ok) return scale
  const problem = scaleProblem(scale.value)
  if (problem !== undefined) return failure(notAScale(scale.value, problem, isPut))
  const name = nameOf(scale.value)
  if (name === info.name || name === '') return scale
  const why = `the name of the object (${name}) does not match the name on the URL (${info.name})`
  return failure(badRequest(why))
}

function notAScale(scale: JsonObject, problem: string, isPut: boolean): ApiStatus {
  return isPut
    ? badRequest(`${handledAs(SCALE_KIND, scale)}: ${problem}`)
    : invalidPatch(sortedJson(scale), problem)
}

const SCALE_KIND = { resource: { kind: 'Scale' } }

/** Why a body is no Scale, as the decoder of its struct would say. */
function scaleProblem(scale: JsonObject): string | undefined {
  const [kind, version] = [textAt(scale, 'kind'), textAt(scale, 'apiVersion')]
  if ((kind !== '' && kind !== 'Scale') || (version !== '' && version !== 'autoscaling/v1')) {
    return notRegistered(kind, version)
  }
  const replicas = objectAt(scale, 'spec')['replicas'] ?? 0
  if (typeof replicas === 'number' && Number.isInteger(replicas)) return undefined
  const found = typeof replicas === 'number' ? `number ${replicas}` : goTypeOf(replicas)
  return `json: cannot unmarshal ${found} into Go struct field ScaleSpec.spec.replicas of type int32`
}

function readReplicas(
  { kind, info }: ApiRequest,
  scale: JsonObject,
  paths: ScalePaths,
): Outcome<number> {
  const replicas = integerAt(objectAt(scale, 'spec'), 'replicas') ?? 0
  if (replicas >= 0) return success(replicas)
  const reason = 'FieldValueInvalid'
  const { group, kind: name } = kind.resource
  if (kind.isCustom) {
    const message = `Invalid value: ${replicas}: should be a non-negative integer`
    const error = { reason, field: `.${paths.specReplicas}`, message } as const
    return failure(invalid(name, group, info.name, [error]))
  }
  const message = `Invalid value: ${replicas}: must be greater than or equal to 0`
  const error = { reason, field: 'spec.replicas', message } as const
  return failure(invalid('Scale', 'autoscaling', info.name, [error]))
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
