/** Who am I, and what may I, or somebody else: answered by whatever decides about requests. */

import type { ResourceKind } from '@/lib/gateway-api/kinds'
import type { AccessRequest, PolicyRule } from '@/lib/rbac/policy'
import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { goQuote } from '@/lib/validation/go-text'
import { listAt, namespaceOf, objectAt, textAt, timestamp } from '../api/api-object'
import { groupVersionOf } from '../api/names'
import type { ApiStatus } from '../api/outcome'
import { badRequest, invalid } from '../api/status-error'
import { stringsAt } from '../kinds/core/json-access'
import { reviewKind } from '../kinds/review-kinds'
import { type Answer, created, failed } from '../requests/answer'
import type { ApiRequest } from '../requests/api-request'
import type { Authorizer } from '../requests/authorizer'
import type { User } from '../requests/service-account-tokens'
import { readWrite } from './write-handlers'

/** Answers a POST to one of the review endpoints. */
export function review(
  resource: ResourceKind,
  namespace: string,
  request: Pick<ApiRequest, 'body' | 'http' | 'query' | 'context' | 'user'>,
): Answer {
  const { kind } = resource
  const apiVersion = groupVersionOf(resource)
  const read = readWrite({ ...request, kind: reviewKind(resource) }, 'CreateOptions')
  if (!read.ok) return failed(read.error)
  const { object, warnings } = read.value
  const { user, context } = request
  if (kind === 'SelfSubjectReview') {
    const metadata = { creationTimestamp: timestamp(context.now()) }
    const userInfo = userInfoOf(user)
    return created({ kind, apiVersion, metadata, status: { userInfo } }, warnings)
  }
  const spec = objectAt(object, 'spec')
  const refusal = placeProblem(object, namespace) ?? questionProblem(kind, spec, namespace)
  if (refusal !== undefined) return failed(refusal)
  const metadata = { ...(namespace !== '' && { namespace }), creationTimestamp: null }
  const status =
    kind === 'SelfSubjectRulesReview'
      ? rulesStatus(context.access, user, textAt(spec, 'namespace'))
      : accessStatus(context.access, kind.startsWith('Self') ? user : subjectOf(spec), spec)
  return created({ kind, apiVersion, metadata, spec, status }, warnings)
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
function questionProblem(kind: string, spec: JsonObject, place: string): ApiStatus | undefined {
  if (kind === 'SelfSubjectRulesReview' && textAt(spec, 'namespace') === '') {
    return badRequest('no namespace on request')
  }
  const isOfNobody = textAt(spec, 'user') === '' && listAt(spec, 'groups').length === 0
  if (/^(Local)?Subject/.test(kind) && isOfNobody) {
    return invalidQuestion('spec.user', '"": at least one of user or group must be specified')
  }
  const path = spec['nonResourceAttributes']
  const hasResource = isJsonObject(spec['resourceAttributes'])
  if (!kind.endsWith('SubjectAccessReview')) return undefined
  if (hasResource !== isJsonObject(path)) return elsewhereProblem(spec, place)
  const field = hasResource ? 'spec.nonResourceAttributes' : 'spec.resourceAttributes'
  const given = isJsonObject(path)
    ? `${printedPath(path)}: cannot be specified in combination with resourceAttributes`
    : '"null": exactly one of nonResourceAttributes or resourceAttributes must be specified'
  return invalidQuestion(field, given)
}

function printedPath(attributes: JsonObject): string {
  const [path, verb] = ['path', 'verb'].map((key) => goQuote(textAt(attributes, key)))
  return `authorization.NonResourceAttributes{Path:${path}, Verb:${verb}}`
}

function invalidQuestion(field: string, given: string): ApiStatus {
  const message = `Invalid value: ${given}`
  return invalid('', 'authorization.k8s.io', '', [{ reason: 'FieldValueInvalid', field, message }])
}

/** The path says which namespace a body is of. */
function placeProblem(object: JsonObject, namespace: string): ApiStatus | undefined {
  const given = namespaceOf(object)
  if (given === '' || given === namespace) return undefined
  return badRequest(
    'the namespace of the provided object does not match the namespace sent on the request',
  )
}

/** A local question is about its own namespace, and about nothing outside of namespaces. */
function elsewhereProblem(spec: JsonObject, namespace: string): ApiStatus | undefined {
  if (namespace === '') return undefined
  const path = spec['nonResourceAttributes']
  if (isJsonObject(path)) {
    return invalidQuestion(
      'spec.nonResourceAttributes',
      `${printedPath(path)}: disallowed on this kind of request`,
    )
  }
  const asked = textAt(objectAt(spec, 'resourceAttributes'), 'namespace')
  if (asked === namespace) return undefined
  const field = 'spec.resourceAttributes.namespace'
  return invalidQuestion(field, `${goQuote(asked)}: must match metadata.namespace`)
}

/** Whom a question is about. */
function subjectOf(spec: JsonObject): User {
  return { username: textAt(spec, 'user'), groups: stringsAt(spec, 'groups') }
}

function accessStatus(access: Authorizer, user: User, spec: JsonObject): JsonObject {
  const { isAllowed, reason } = access.decide(user, requestIn(spec))
  return { allowed: isAllowed, ...(reason !== '' && { reason }) }
}

function requestIn(spec: JsonObject): AccessRequest {
  const path = spec['nonResourceAttributes']
  if (isJsonObject(path)) {
    return { is: 'path', verb: textAt(path, 'verb'), path: textAt(path, 'path') }
  }
  const asked = objectAt(spec, 'resourceAttributes')
  const text = (key: string) => textAt(asked, key)
  return {
    is: 'resource',
    verb: text('verb'),
    group: text('group'),
    resource: text('resource'),
    subresource: text('subresource'),
    namespace: text('namespace'),
    name: text('name'),
  }
}

/** What somebody may do in a namespace, for `kubectl auth can-i --list`. */
function rulesStatus(access: Authorizer, user: User, namespace: string): JsonObject {
  const { rules, missing } = access.rulesFor(user, namespace)
  const filled = (rule: PolicyRule, keys: readonly (keyof PolicyRule)[]) =>
    Object.fromEntries(
      keys.flatMap((key) => {
        const list = rule[key] ?? []
        return list.length === 0 ? [] : [[key, [...list]]]
      }),
    )
  return {
    resourceRules: rules
      .filter(({ resources = [] }) => resources.length > 0)
      .map((rule) => filled(rule, ['verbs', 'apiGroups', 'resources', 'resourceNames'])),
    nonResourceRules: rules
      .filter(({ nonResourceURLs = [] }) => nonResourceURLs.length > 0)
      .map((rule) => filled(rule, ['verbs', 'nonResourceURLs'])),
    incomplete: false,
    ...(missing !== '' && { evaluationError: missing }),
  }
}
