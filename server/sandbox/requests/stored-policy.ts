/** Stored roles and bindings → what decisions read. Read again after one of them changed. */
import type { Binding, Policy, PolicyRule, Subject } from '@/lib/rbac/policy'
import type { JsonObject } from '@/lib/shared/json'
import { nameOf, namespaceOf, objectAt, textAt } from '../api/api-object'
import { objectsAt, stringsAt } from '../kinds/core/json-access'
import { RBAC_GROUP } from '../kinds/core/rbac-rules'
import type { Store } from '../storage/store'

/** The policy of a store, as of its last committed change. */
export function storedPolicy(store: Store): () => Policy {
  let current: Policy | undefined
  store.subscribe((event) => {
    if (event.resource.startsWith(`${RBAC_GROUP}/`)) current = undefined
  })
  return () => {
    current ??= readPolicy(store)
    return current
  }
}

function readPolicy(store: Store): Policy {
  const all = (plural: string) => sortedObjects(store, `${RBAC_GROUP}/${plural}`)
  const roles = [...all('clusterroles'), ...all('roles')]
  const rules = new Map(roles.map((role) => [keyOf(role), objectsAt(role, 'rules').map(ruleOf)]))
  const byNamespace = new Map<string, Binding[]>()
  for (const binding of all('rolebindings').map(bindingOf)) {
    byNamespace.set(binding.namespace, [...(byNamespace.get(binding.namespace) ?? []), binding])
  }
  return {
    clusterRoleBindings: all('clusterrolebindings').map(bindingOf),
    roleBindings: (namespace) => byNamespace.get(namespace) ?? [],
    rules: (namespace, name) => rules.get(`${namespace}/${name}`),
  }
}

function sortedObjects(store: Store, resource: string): JsonObject[] {
  const index = store.objects(resource)
  return index.keys().flatMap((key) => index.get(key) ?? [])
}

function keyOf(object: JsonObject): string {
  return `${namespaceOf(object)}/${nameOf(object)}`
}

/** One rule as decisions read it; lists that are not there are empty. */
export function ruleOf(rule: JsonObject): PolicyRule {
  return {
    verbs: stringsAt(rule, 'verbs'),
    apiGroups: stringsAt(rule, 'apiGroups'),
    resources: stringsAt(rule, 'resources'),
    resourceNames: stringsAt(rule, 'resourceNames'),
    nonResourceURLs: stringsAt(rule, 'nonResourceURLs'),
  }
}

function bindingOf(binding: JsonObject): Binding {
  const ref = objectAt(binding, 'roleRef')
  return {
    name: nameOf(binding),
    namespace: namespaceOf(binding),
    subjects: objectsAt(binding, 'subjects').flatMap(subjectOf),
    roleRef: {
      kind: textAt(ref, 'kind') === 'Role' ? 'Role' : 'ClusterRole',
      name: textAt(ref, 'name'),
    },
  }
}

function subjectOf(subject: JsonObject): Subject[] {
  const kind = textAt(subject, 'kind')
  if (kind !== 'User' && kind !== 'Group' && kind !== 'ServiceAccount') return []
  const namespace = textAt(subject, 'namespace')
  return [{ kind, name: textAt(subject, 'name'), ...(namespace !== '' && { namespace }) }]
}
