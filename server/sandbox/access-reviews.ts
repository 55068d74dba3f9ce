/** Who am I, and may I: in the sandbox whoever has the token may do everything. */
import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { goQuote } from '@/lib/validation/go-text'
import { type Answer, created, failed } from './answer'
import { objectAt, textAt, timestamp } from './api-object'
import type { ApiRequest } from './api-request'
import { parseBody } from './decode-body'
import { type ApiStatus, failure, type Outcome, success } from './outcome'
import { badRequest, invalid } from './status-error'

/** Answers a POST to one of the review endpoints. */
export function review(
  kind: string,
  { body, http, context }: Pick<ApiRequest, 'body' | 'http' | 'context'>,
): Answer {
  const apiVersion =
    kind === 'SelfSubjectReview' ? 'authentication.k8s.io/v1' : 'authorization.k8s.io/v1'
  const decoded = decodeReview(kind, body, http.headers['content-type'])
  if (!decoded.ok) return failed(decoded.error)
  if (kind === 'SelfSubjectReview') {
    const {
      username = '',
      uid,
      groups = [],
    } = context.tokens.userOf(http.headers.authorization) ?? {}
    const userInfo = { username, ...(uid === undefined ? {} : { uid }), groups: [...groups] }
    const metadata = { creationTimestamp: timestamp(context.now()) }
    return created({ kind, apiVersion, metadata, status: { userInfo } })
  }
  const spec = objectAt(decoded.value, 'spec')
  const refusal = questionProblem(kind, spec)
  if (refusal !== undefined) return failed(refusal)
  const metadata = { creationTimestamp: null }
  return created({ kind, apiVersion, metadata, spec, status: statusOf(kind) })
}

/** The object that asks something of the server; 400 when it is another. */
export function decodeReview(
  kind: string,
  body: Buffer,
  contentType: string | undefined,
): Outcome<JsonObject> {
  const parsed = parseBody(body, contentType)
  if (!parsed.ok) return parsed
  const value = parsed.value.value ?? {}
  if (!isJsonObject(value)) return failure(badRequest('the body of a review must be an object'))
  const claimed = textAt(value, 'kind')
  if (claimed === '' || claimed === kind) return success(value)
  return failure(badRequest(`the object provided is unrecognized (must be of type ${kind})`))
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
