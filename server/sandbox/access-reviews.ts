/** Who am I, and may I: in the sandbox whoever has the token may do everything. */
import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { type Answer, created, failed } from './answer'
import { objectAt, textAt } from './api-object'
import { parseBody } from './decode-body'
import { badRequest } from './status-error'

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
  return created({
    kind,
    apiVersion:
      kind === 'SelfSubjectReview' ? 'authentication.k8s.io/v1' : 'authorization.k8s.io/v1',
    metadata: { creationTimestamp: null },
    ...(kind === 'SelfSubjectReview' ? {} : { spec: objectAt(value, 'spec') }),
    status: statusOf(kind),
  })
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
