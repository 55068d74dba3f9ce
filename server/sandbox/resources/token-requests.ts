/**
 * `kubectl create token`: a service account's /token.
 * https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
 */
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import {
  integerAt,
  listAt,
  nameOf,
  namespaceOf,
  objectAt,
  textAt,
  timestamp,
  uidOf,
} from '../api/api-object'
import { objectKey } from '../api/names'
import type { ApiStatus } from '../api/outcome'
import { badRequest, conflict, invalid, methodNotAllowed, notFound } from '../api/status-error'
import { invalid as invalidValue } from '../kinds/core/field-errors'
import { reviewKind, TOKEN_REQUEST } from '../kinds/review-kinds'
import { type Answer, created, failed } from '../requests/answer'
import type { ApiRequest } from '../requests/api-request'
import { readWrite } from './write-handlers'

const AUDIENCE = 'https://kubernetes.default.svc'
const SECONDS_DEFAULT = 3600
const SECONDS_MIN = 600
const SECONDS_MAX = 2 ** 32

/** POST of a TokenRequest to a service account. */
export function createToken(request: ApiRequest): Answer {
  const { context, http, info, kind } = request
  if (http.method !== 'POST') return failed(methodNotAllowed())
  const read = readWrite({ ...request, kind: reviewKind(TOKEN_REQUEST) }, 'CreateOptions')
  if (!read.ok) return failed(read.error)
  const { object, warnings } = read.value
  const place = namespaceOf(object)
  if (place !== '' && place !== info.namespace) return failed(badRequest(OTHER_NAMESPACE))
  const account = context.store.get('/serviceaccounts', objectKey(info.namespace, info.name))
  if (account === undefined) return failed(notFound(kind.resource, info.name))
  const spec = objectAt(object, 'spec')
  const seconds = integerAt(spec, 'expirationSeconds') ?? SECONDS_DEFAULT
  const refusal =
    requestProblem(object, seconds, info.name) ??
    bindingProblem(request, objectAt(spec, 'boundObjectRef'))
  if (refusal !== undefined) return failed(refusal)
  const now = context.now()
  const given = listAt(spec, 'audiences').filter((audience) => typeof audience === 'string')
  const audiences = given.length > 0 ? given : [AUDIENCE]
  const from = Math.floor(now / 1000)
  const token = context.tokens.issue({
    aud: audiences,
    exp: from + seconds,
    iat: from,
    iss: AUDIENCE,
    jti: context.newUid(),
    'kubernetes.io': {
      namespace: info.namespace,
      serviceaccount: { name: info.name, uid: uidOf(account) },
    },
    nbf: from,
    sub: `system:serviceaccount:${info.namespace}:${info.name}`,
  })
  const { name, namespace } = info
  const answer = {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: timestamp(now) },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: spec['boundObjectRef'] ?? null },
    status: { token, expirationTimestamp: timestamp(now + seconds * 1000) },
  }
  return created(answer, warnings)
}

function requestProblem(request: JsonObject, seconds: number, name: string) {
  const refuse = (field: string, value: JsonValue, detail: string, of = '') =>
    invalid('TokenRequest', 'authentication.k8s.io', of, [invalidValue(field, value, detail)])
  const given = nameOf(request)
  if (given !== '' && given !== name) {
    const detail = 'must match the service account name if specified'
    return refuse('metadata.name', given, detail, name)
  }
  const field = 'spec.expirationSeconds'
  if (seconds < SECONDS_MIN) {
    return refuse(field, seconds, 'may not specify a duration less than 10 minutes')
  }
  if (seconds > SECONDS_MAX) {
    return refuse(field, seconds, 'may not specify a duration larger than 2^32 seconds')
  }
  return undefined
}

const BOUND_TO: Readonly<Record<string, string>> = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' }

/** A token may be bound to a Pod that runs as the account, or to a Secret; both have to be there. */
function bindingProblem({ context, info }: ApiRequest, bound: JsonObject): ApiStatus | undefined {
  const [kind, name, uid] = ['kind', 'name', 'uid'].map((key) => textAt(bound, key))
  if (kind === undefined || kind === '' || name === undefined) return undefined
  const plural = BOUND_TO[kind]
  if (plural === undefined || textAt(bound, 'apiVersion') !== 'v1') {
    const type = `${textAt(bound, 'apiVersion')}, Kind=${kind}`
    return badRequest(
      `cannot bind token to object of type ${type.includes('/') ? type : `/${type}`}`,
    )
  }
  const found = context.store.get(`/${plural}`, objectKey(info.namespace, name))
  if (found === undefined) return notFound({ group: '', kind, plural }, name)
  const runsAs = textAt(objectAt(found, 'spec'), 'serviceAccountName')
  if (kind === 'Pod' && runsAs !== info.name) {
    const account = JSON.stringify(info.name)
    return badRequest(
      `cannot bind token for serviceaccount ${account} to pod running with different serviceaccount name.`,
    )
  }
  if (uid === '' || uid === uidOf(found)) return undefined
  const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`
  return conflict({ group: '', kind, plural: kind }, name, why)
}

const OTHER_NAMESPACE =
  'the namespace of the provided object does not match the namespace sent on the request'
