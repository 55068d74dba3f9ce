/**
 * ClusterRoles whose rules are gathered from others by their labels.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles
 */
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { equalJson } from '@/lib/shared/json-values'
import { asKubernetesObject, nameOf, objectAt } from '../api/api-object'
import type { ApiClient } from '../api/contracts'
import { objectsAt, stringMapAt } from '../kinds/core/json-access'
import { RBAC_GROUP } from '../kinds/core/rbac-rules'
import { CLUSTER_ROLE_KIND } from '../kinds/core/role-kind'
import { selects } from '../kinds/core/workload-rules'
import type { Store } from '../storage/store'

const RESOURCE = `${RBAC_GROUP}/clusterroles`

export interface RoleAggregation {
  /** Resolves when what was stored at the start has been gathered. */
  readonly isReady: Promise<void>
  stop(): void
}

/** Gathers once, and anew whenever a ClusterRole changes. */
export function startRoleAggregation(
  store: Store,
  client: ApiClient,
  onError: (error: unknown) => void,
): RoleAggregation {
  let isDue = false
  let isStopped = false
  const run = async () => {
    // Changes that come while this one is at work are one more run.
    isDue = false
    if (!isStopped) await aggregateRoles(store, client)
  }
  let running = aggregateRoles(store, client).catch(onError)
  const isReady = running
  const unsubscribe = store.subscribe((event) => {
    if (event.resource !== RESOURCE || isDue) return
    isDue = true
    running = running.then(run).catch(onError)
  })
  return {
    isReady,
    stop: () => {
      isStopped = true
      unsubscribe()
    },
  }
}

/** Writes the rules of every such role that has not got them. What is refused because of a change meanwhile comes with that change. */
async function aggregateRoles(store: Store, client: ApiClient): Promise<void> {
  const index = store.objects(RESOURCE)
  const marked = [...index.entries('"aggregationRule"')].map(([, role]) => nameOf(role))
  const gathering = new Set(marked)
  if (gathering.size === 0) return
  const roles = index.keys().flatMap((key) => index.get(key) ?? [])
  for (const role of roles.filter((candidate) => gathering.has(nameOf(candidate)))) {
    const rules = gathered(role, roles)
    if (selectorsOf(role).length === 0 || equalJson(rules, role['rules'] ?? [])) continue
    const changed: JsonObject = { ...role, rules }
    await client.update(CLUSTER_ROLE_KIND.resource, asKubernetesObject(changed))
  }
}

function selectorsOf(role: JsonObject): JsonObject[] {
  return objectsAt(objectAt(role, 'aggregationRule'), 'clusterRoleSelectors')
}

/** The rules of all roles that a role gathers from, each once. Of roles that gather themselves, those that they gather. */
function gathered(role: JsonObject, roles: readonly JsonObject[]): JsonValue[] {
  const rules = new Map<string, JsonValue>()
  const seen = new Set<JsonObject>([role])
  const visit = (from: JsonObject) => {
    const selectors = selectorsOf(from)
    const found = selectors.flatMap((selector) => roles.filter((other) => isMeant(selector, other)))
    for (const other of found.filter((candidate) => !seen.has(candidate))) {
      seen.add(other)
      if (selectorsOf(other).length > 0) visit(other)
      else for (const rule of objectsAt(other, 'rules')) rules.set(JSON.stringify(rule), rule)
    }
  }
  visit(role)
  return [...rules.values()]
}

function isMeant(selector: JsonObject, role: JsonObject): boolean {
  return selects(selector, stringMapAt(objectAt(role, 'metadata'), 'labels') ?? {})
}
