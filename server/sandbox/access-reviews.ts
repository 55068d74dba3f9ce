/** Who am I, and may I: in the sandbox whoever has the token may do everything. */
import type { ResourceKind } from '@/lib/gateway-api/kinds'
import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { goQuote } from '@/lib/validation/go-text'
import { type Answer, created, failed } from './answer'
import { objectAt, textAt, timestamp } from './api-object'
import type { ApiRequest } from './api-request'
import type { ApiStatus } from './outcome'
import { reviewKind } from './review-kinds'
import { groupVersionOf } from './served-kind'
import { badRequest, invalid } from './status-error'
import { readWrite } from './write-handlers'

/** Answers a POST to one of the review endpoints. */
export function review(
  resource: ResourceKind,
  request: Pick<ApiRequest, 'body' | 'http' | 'query' | 'context'>,
): Answer {
  const { kind } = resource
  const apiVersion = groupVersionOf(resource)
  const read = readWrite({ ...request, kind: reviewKind(resource) }, 'CreateOptions')
  if (!read.ok) return failed(read.error)
  const { object, warnings } = read.value
  const { context, http } = request
  if (kind === 'SelfSubjectReview') {
    const user = context.tokens.userOf(http.headers.authorization)
    const { username = '', uid, groups = [] } = user ?? {}
    const userInfo = { username, ...(uid === undefined ? {} : { uid }), groups: [...groups] }
    const metadata = { creationTimestamp: timestamp(context.now()) }
    return created({ kind, apiVersion, metadata, status: { userInfo } }, warnings)
  }
  const spec = objectAt(object, 'spec')
  const refusal = questionProblem(kind, spec)
  if (refusal !== undefined) return failed(refusal)
  const metadata = { creationTimestamp: null }
  return created({ kind, apiVersion, metadata, spec, status: statusOf(kind) }, warnings)
}

/** A question about access is about a resource or about a path; one about rules is about a namespace. */
function questionProblem(kind: string, spec: JsonObject): ApiStatus | undefined {
  if (kind === 'SelfSubjectRulesReview' && textAt(spec, 'namespace') === '') {
    return badRequest('no namespace on request')
  }
  const path = spec['nonResourceAttributes']
  const hasResource = isJsonObject(spec['resourceAttributes'])
  if (kind !== 'SelfSubjectAccessReview' || hasResource !== isJsonObject(path)) return undefined
  const field = hasResource ? 'spec.nonResourceAttributes' : 'spec.resourceAttributes'
  const given = isJsonObject(path)
    ? `authorization.NonResourceAttributes{Path:${goQuote(textAt(path, 'path'))}, Verb:${goQuote(textAt(path, 'verb'))}}: cannot be specified in combination with resourceAttributes`
    : '"null": exactly one of nonResourceAttributes or resourceAttributes must be specified'
  const message = `Invalid value: ${given}`
  return invalid('', 'authorization.k8s.io', '', [{ reason: 'FieldValueInvalid', field, message }])
}

function statusOf(kind: string): JsonObject {
  if (kind === 'SelfSubjectAccessReview') {
    return { allowed: true, reason: 'the sandbox allows everything to whoever has its token' }
  }
  return {
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    incomplete: false,
  }
}
