/**
 * `kubectl create token`: a service account's /token.
 * https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
 */
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { decodeReview } from './access-reviews'
import { type Answer, created, failed } from './answer'
import { integerAt, listAt, nameOf, namespaceOf, objectAt, timestamp, uidOf } from './api-object'
import type { ApiRequest } from './api-request'
import { invalid as invalidValue } from './core-kinds/field-errors'
import { readWriteOptions } from './request-options'
import { invalid, methodNotAllowed, notFound } from './status-error'
import { objectKey } from './store'

const AUDIENCE = 'https://kubernetes.default.svc'
const SECONDS_DEFAULT = 3600
const SECONDS_MIN = 600
const SECONDS_MAX = 2 ** 32

/** POST of a TokenRequest to a service account. */
export function createToken(request: ApiRequest): Answer {
  const { context, http, info, kind, query, body } = request
  if (http.method !== 'POST') return failed(methodNotAllowed())
  const options = readWriteOptions(query, 'CreateOptions', http.headers['user-agent'])
  if (!options.ok) return failed(options.error)
  const review = decodeReview('TokenRequest', body, http.headers['content-type'])
  if (!review.ok) return failed(review.error)
  const account = context.store.get('/serviceaccounts', objectKey(info.namespace, info.name))
  if (account === undefined) return failed(notFound(kind.resource, info.name))
  const spec = objectAt(review.value, 'spec')
  const seconds = integerAt(spec, 'expirationSeconds') ?? SECONDS_DEFAULT
  const refusal = requestProblem(review.value, seconds, info)
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
  return created({
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {
      name: info.name,
      namespace: info.namespace,
      creationTimestamp: timestamp(now),
    },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: null },
    status: { token, expirationTimestamp: timestamp(now + seconds * 1000) },
  })
}

function requestProblem(
  review: JsonObject,
  seconds: number,
  { name, namespace }: { readonly name: string; readonly namespace: string },
) {
  const refuse = (field: string, value: JsonValue, detail: string, of = name) =>
    invalid('TokenRequest', 'authentication.k8s.io', of, [invalidValue(field, value, detail)])
  const [given, place] = [nameOf(review), namespaceOf(review)]
  if (given !== '' && given !== name) {
    return refuse('metadata.name', given, 'must match the service account name if specified')
  }
  if (place !== '' && place !== namespace) {
    const detail = 'must match the service account namespace if specified'
    return refuse('metadata.namespace', place, detail)
  }
  const field = 'spec.expirationSeconds'
  if (seconds < SECONDS_MIN) {
    return refuse(field, seconds, 'may not specify a duration less than 10 minutes', '')
  }
  if (seconds > SECONDS_MAX) {
    return refuse(field, seconds, 'may not specify a duration larger than 2^32 seconds', '')
  }
  return undefined
}
