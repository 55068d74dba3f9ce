/** Who am I, and may I: in the sandbox whoever has the token may do everything. */
import type { ResourceKind } from '@/lib/gateway-api/kinds'
import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { goQuote } from '@/lib/validation/go-text'
import { listAt, objectAt, textAt, timestamp } from '../api/api-object'
import { groupVersionOf } from '../api/names'
import type { ApiStatus } from '../api/outcome'
import { badRequest, invalid } from '../api/status-error'
import { reviewKind } from '../kinds/review-kinds'
import { type Answer, created, failed } from '../requests/answer'
import type { ApiRequest } from '../requests/api-request'
import type { User } from '../requests/service-account-tokens'
import { readWrite } from './write-handlers'

/** Answers a POST to one of the review endpoints. */
export function review(
  resource: ResourceKind,
  request: Pick<ApiRequest, 'body' | 'http' | 'query' | 'context' | 'user'>,
): Answer {
  const { kind } = resource
  const apiVersion = groupVersionOf(resource)
  const read = readWrite({ ...request, kind: reviewKind(resource) }, 'CreateOptions')
  if (!read.ok) return failed(read.error)
  const { object, warnings } = read.value
  if (kind === 'SelfSubjectReview') {
    const metadata = { creationTimestamp: timestamp(request.context.now()) }
    const userInfo = userInfoOf(request.user)
    return created({ kind, apiVersion, metadata, status: { userInfo } }, warnings)
  }
  const spec = objectAt(object, 'spec')
  const refusal = questionProblem(kind, spec)
  if (refusal !== undefined) return failed(refusal)
  const metadata = { creationTimestamp: null }
  return created({ kind, apiVersion, metadata, spec, status: statusOf(kind) }, warnings)
}

function userInfoOf({ username, uid, groups, extra }: User): JsonObject {
  return {
    username,
    ...(uid === undefined ? {} : { uid }),
    groups: [...groups],
    ...(extra === undefined
      ? {}
      : {
          extra: Object.fromEntries(Object.entries(extra).map(([key, list]) => [key, [...list]])),
        }),
  }
}

/** A question about access is about a resource or about a path; one about rules is about a namespace. */
function questionProblem(kind: string, spec: JsonObject): ApiStatus | undefined {
  if (kind === 'SelfSubjectRulesReview' && textAt(spec, 'namespace') === '') {
    return badRequest('no namespace on request')
  }
  const isOfNobody = textAt(spec, 'user') === '' && listAt(spec, 'groups').length === 0
  if (kind === 'SubjectAccessReview' && isOfNobody) {
    return invalidQuestion('spec.user', '"": at least one of user or group must be specified')
  }
  const path = spec['nonResourceAttributes']
  const hasResource = isJsonObject(spec['resourceAttributes'])
  if (!kind.endsWith('SubjectAccessReview') || hasResource !== isJsonObject(path)) return undefined
  const field = hasResource ? 'spec.nonResourceAttributes' : 'spec.resourceAttributes'
  const given = isJsonObject(path)
    ? `authorization.NonResourceAttributes{Path:${goQuote(textAt(path, 'path'))}, Verb:${goQuote(textAt(path, 'verb'))}}: cannot be specified in combination with resourceAttributes`
    : '"null": exactly one of nonResourceAttributes or resourceAttributes must be specified'
  return invalidQuestion(field, given)
}

function invalidQuestion(field: string, given: string): ApiStatus {
  const message = `Invalid value: ${given}`
  return invalid('', 'authorization.k8s.io', '', [{ reason: 'FieldValueInvalid', field, message }])
}

function statusOf(kind: string): JsonObject {
  if (kind.endsWith('SubjectAccessReview')) {
    return { allowed: true, reason: 'the sandbox allows everything to whoever has its token' }
  }
  return {
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    incomplete: false,
  }
}
