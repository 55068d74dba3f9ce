/** What a write of one person has to pass beside the rules of its kind. */

import { MASTERS } from '@/lib/rbac/authorize'
import { escalationProblem } from '@/lib/rbac/escalation'
import type { AccessRequest, PolicyRule } from '@/lib/rbac/policy'
import type { JsonObject } from '@/lib/shared/json'
import { equalJson } from '@/lib/shared/json-values'
import { nameOf, objectAt, textAt, withMetadata } from '../api/api-object'
import type { ApiStatus } from '../api/outcome'
import { forbidden, notFound } from '../api/status-error'
import { objectsAt } from '../kinds/core/json-access'
import { RBAC_GROUP } from '../kinds/core/rbac-rules'
import type { ServedKind } from '../kinds/served-kind'
import { ALLOW_ALL, type Authorizer, refusalOf } from './authorizer'
import type { RequestInfo } from './request-info'
import type { User } from './service-account-tokens'
import { ruleOf } from './stored-policy'

export interface WriteGuard {
  /** Asked before validation: whether the object hands out rights that its writer does not have. */
  escalation(object: JsonObject, live: JsonObject | undefined): ApiStatus | undefined
  /** Asked after validation of an object that a patch creates: that takes the right to create, too. */
  creation(): ApiStatus | undefined
}

interface Writer {
  readonly access: Authorizer
  readonly user: User
  readonly kind: ServedKind
  readonly info: RequestInfo
}

/** The guard of one request. */
export function writeGuard(writer: Writer): WriteGuard {
  const { access, user, kind, info } = writer
  const { group, plural } = kind.resource
  const { namespace, name } = info
  return {
    escalation: (object, live) => {
      const isChecked = access !== ALLOW_ALL && group === RBAC_GROUP && !kind.isCustom
      if (!isChecked || user.groups.includes(MASTERS)) return undefined
      if (live !== undefined && equalJson(withoutOwnership(object), withoutOwnership(live))) {
        return undefined
      }
      return kind.resource.kind.endsWith('Binding')
        ? bindingEscalation(writer, object)
        : roleEscalation(writer, object, live)
    },
    creation: () =>
      refusalOf(access, user, attributes(writer, 'create', plural, { namespace, name })),
  }
}

function attributes(
  { kind }: Writer,
  verb: string,
  resource: string,
  { namespace, name }: { namespace: string; name: string },
): AccessRequest {
  const { group } = kind.resource
  return { is: 'resource', verb, group, resource, subresource: '', namespace, name }
}

/** What the garbage collector may change without having the rights in a role. */
function withoutOwnership(object: JsonObject): JsonObject {
  return withMetadata(object, {
    finalizers: undefined,
    ownerReferences: undefined,
    managedFields: undefined,
  })
}

const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
]

function roleEscalation(writer: Writer, role: JsonObject, live: JsonObject | undefined) {
  const { access, user, kind, info } = writer
  const escalate = attributes(writer, 'escalate', kind.resource.plural, info)
  if (access.decide(user, escalate).isAllowed) return undefined
  const problem = grantProblem(writer, objectsAt(role, 'rules').map(ruleOf))
  if (problem !== undefined) return forbidden(kind.resource, nameOf(role), problem)
  const gathers = [role, live].some(
    (object) => objectsAt(objectAt(object, 'aggregationRule'), 'clusterRoleSelectors').length > 0,
  )
  if (!gathers || grantProblem(writer, EVERYTHING) === undefined) return undefined
  const why = 'must have cluster-admin privileges to use the aggregationRule'
  return forbidden(kind.resource, nameOf(role), why)
}

function bindingEscalation(writer: Writer, binding: JsonObject): ApiStatus | undefined {
  const { access, user, kind, info } = writer
  const ref = objectAt(binding, 'roleRef')
  const name = textAt(ref, 'name')
  const isRole = textAt(ref, 'kind') === 'Role'
  const plural = isRole ? 'roles' : 'clusterroles'
  const { namespace } = info
  const bind = attributes(writer, 'bind', plural, { namespace, name })
  if (access.decide(user, bind).isAllowed) return undefined
  const rules = access.rulesOf(isRole ? namespace : '', name)
  if (rules === undefined) return notFound({ group: RBAC_GROUP, kind: '', plural }, name)
  const problem = grantProblem(writer, rules)
  return problem === undefined ? undefined : forbidden(kind.resource, nameOf(binding), problem)
}

function grantProblem({ access, user, info }: Writer, wanted: readonly PolicyRule[]) {
  const { rules, missing } = access.rulesFor(user, info.namespace)
  return escalationProblem({ name: user.username, groups: user.groups }, rules, wanted, missing)
}
