/** Who am I, and may I: in the sandbox whoever has the token may do everything. */
import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { goQuote } from '@/lib/validation/go-text'
import { type Answer, created, failed } from './answer'
import { objectAt, textAt } from './api-object'
import { parseBody } from './decode-body'
import type { ApiStatus } from './outcome'
import { badRequest, invalid } from './status-error'

const USER: JsonObject = {
  username: 'sandbox-admin',
  groups: ['system:masters', 'system:authenticated'],
}

/** Answers a POST to one of the review endpoints. */
export function review(kind: string, body: Buffer, contentType: string | undefined): Answer {
  const parsed = parseBody(body, contentType)
  if (!parsed.ok) return failed(parsed.error)
  const value = parsed.value.value
  if (!isJsonObject(value)) return failed(badRequest('the body of a review must be an object'))
  const claimed = textAt(value, 'kind')
  if (claimed !== '' && claimed !== kind) {
    return failed(badRequest(`the object provided is unrecognized (must be of type ${kind})`))
  }
  const refusal = questionProblem(kind, objectAt(value, 'spec'))
  if (refusal !== undefined) return failed(refusal)
  return created({
    kind,
    apiVersion:
      kind === 'SelfSubjectReview' ? 'authentication.k8s.io/v1' : 'authorization.k8s.io/v1',
    metadata: { creationTimestamp: null },
    ...(kind === 'SelfSubjectReview' ? {} : { spec: objectAt(value, 'spec') }),
    status: statusOf(kind),
  })
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
  if (kind === 'SelfSubjectReview') return { userInfo: USER }
  if (kind === 'SelfSubjectAccessReview') {
    return { allowed: true, reason: 'the sandbox allows everything to whoever has its token' }
  }
  return {
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    incomplete: false,
  }
}
