/** Who may do what: everybody everything, or as the stored roles and bindings say. */
import { authorize, type Decision, rulesFor } from '@/lib/rbac/authorize'
import { forbiddenMessage } from '@/lib/rbac/forbidden'
import type { AccessRequest, Policy, PolicyRule, UserInfo } from '@/lib/rbac/policy'
import type { ApiStatus } from '../api/outcome'
import { attributesOf } from './request-attributes'
import type { User } from './service-account-tokens'

export interface Authorizer {
  decide(user: User, request: AccessRequest): Decision
  /** Every rule that applies to a user in a namespace, and what is missing of the roles that bindings name. */
  rulesFor(
    user: User,
    namespace: string,
  ): { readonly rules: readonly PolicyRule[]; readonly missing: string }
  /** The rules of a role as bindings name it; undefined when there is none. */
  rulesOf(namespace: string, name: string): readonly PolicyRule[] | undefined
}

/** RBAC is off. */
export const ALLOW_ALL: Authorizer = {
  decide: () => ({
    isAllowed: true,
    reason: 'the sandbox allows everything to whoever has its token',
  }),
  rulesFor: () => ({
    rules: [
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      { verbs: ['*'], nonResourceURLs: ['*'] },
    ],
    missing: '',
  }),
  rulesOf: () => [],
}

/** Decides by a policy, which is asked anew every time. */
export function policyAuthorizer(policy: () => Policy): Authorizer {
  return {
    decide: (user, request) => authorize(policy(), userInfo(user), request),
    rulesFor: (user, namespace) => rulesFor(policy(), userInfo(user), namespace),
    rulesOf: (namespace, name) => policy().rules(namespace, name),
  }
}

function userInfo({ username, groups }: User): UserInfo {
  return { name: username, groups }
}

/** Why a user may not do what is asked, as a 403 in kube-apiserver's words; undefined when they may. */
export function refusalOf(
  access: Authorizer,
  user: User,
  request: AccessRequest,
): ApiStatus | undefined {
  const { isAllowed, reason } = access.decide(user, request)
  if (isAllowed) return undefined
  const message = forbiddenMessage(user.username, request, reason)
  return { code: 403, reason: 'Forbidden', message, details: detailsOf(request) }
}

function detailsOf(request: AccessRequest): Record<string, string> {
  if (request.is === 'path') return {}
  const { name, group, resource } = request
  return {
    ...(name !== '' && { name }),
    ...(group !== '' && { group }),
    kind: resource,
  }
}

/** The one question every request is asked. */
export function requestRefusal(
  access: Authorizer,
  user: User,
  method: string | undefined,
  url: URL,
): ApiStatus | undefined {
  return refusalOf(access, user, attributesOf(method ?? 'GET', url))
}
