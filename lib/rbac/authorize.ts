/**
 * RBAC: who, and what for → allowed or not, and by which binding. As Kubernetes decides: any rule of any binding allows,
 * nothing denies. https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
import type { AccessRequest, Binding, Policy, PolicyRule, Subject, UserInfo } from './policy'
import { ruleAllows } from './rule-allows'

/** Members of it may do everything, whatever the bindings say. */
export const MASTERS = 'system:masters'

export interface Decision {
  readonly isAllowed: boolean
  /** What allowed it in kube-apiserver's words, or the roles that bindings name and that are not there; else ''. */
  readonly reason: string
}

/** Decides one request. */
export function authorize(policy: Policy, user: UserInfo, request: AccessRequest): Decision {
  if (user.groups.includes(MASTERS)) return { isAllowed: true, reason: '' }
  const missing: string[] = []
  const namespace = request.is === 'resource' ? request.namespace : ''
  for (const { binding, subject, rules } of grantsOf(policy, user, namespace)) {
    if (rules === undefined) missing.push(notFound(binding))
    else if (rules.some((rule) => ruleAllows(rule, request))) {
      return { isAllowed: true, reason: allowedBy(binding, subject) }
    }
  }
  return { isAllowed: false, reason: missing.length === 0 ? '' : `RBAC: ${listed(missing)}` }
}

/**
 * Every rule that applies to the user in a namespace ('' for the cluster's own), in the order of the bindings. What members of
 * `system:masters` have beside their bindings is no rule, so it is not among them.
 */
export function rulesFor(
  policy: Policy,
  user: UserInfo,
  namespace: string,
): { readonly rules: readonly PolicyRule[]; readonly missing: string } {
  const rules: PolicyRule[] = []
  const missing: string[] = []
  for (const grant of grantsOf(policy, user, namespace)) {
    if (grant.rules === undefined) missing.push(notFound(grant.binding))
    else rules.push(...grant.rules)
  }
  return { rules, missing: listed(missing) }
}

interface Grant {
  readonly binding: Binding
  readonly subject: Subject
  /** Undefined when the binding names a role that is not there. */
  readonly rules: readonly PolicyRule[] | undefined
}

function* grantsOf(policy: Policy, user: UserInfo, namespace: string): Generator<Grant> {
  const bindings = [
    ...policy.clusterRoleBindings,
    ...(namespace === '' ? [] : policy.roleBindings(namespace)),
  ]
  for (const binding of bindings) {
    const subject = binding.subjects.find((candidate) => isMeant(candidate, user, binding))
    if (subject === undefined) continue
    const { kind, name } = binding.roleRef
    yield { binding, subject, rules: policy.rules(kind === 'Role' ? binding.namespace : '', name) }
  }
}

function isMeant(subject: Subject, user: UserInfo, binding: Binding): boolean {
  if (subject.kind === 'User') return subject.name === user.name
  if (subject.kind === 'Group') return user.groups.includes(subject.name)
  const namespace = subject.namespace || binding.namespace
  return namespace !== '' && user.name === serviceAccountName(namespace, subject.name)
}

/** The user name of a ServiceAccount's token. */
export function serviceAccountName(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`
}

function allowedBy({ name, namespace, roleRef }: Binding, subject: Subject): string {
  const binding =
    namespace === '' ? `ClusterRoleBinding "${name}"` : `RoleBinding "${name}/${namespace}"`
  const who =
    subject.kind === 'ServiceAccount'
      ? `ServiceAccount "${subject.name}/${subject.namespace || namespace}"`
      : `${subject.kind} "${subject.name}"`
  return `RBAC: allowed by ${binding} of ${roleRef.kind} "${roleRef.name}" to ${who}`
}

function notFound({ roleRef }: Binding): string {
  return `${roleRef.kind.toLowerCase()}.rbac.authorization.k8s.io "${roleRef.name}" not found`
}

/** One problem as it is, several as Go's aggregate prints them. */
function listed(problems: readonly string[]): string {
  const distinct = [...new Set(problems)]
  return distinct.length > 1 ? `[${distinct.join(', ')}]` : distinct.join('')
}
