/** The default roles and bindings: made where they are missing, and given what they lack, as kube-apiserver does at its start. */

import type { KubernetesObject } from '@/lib/gateway-api/types'
import { uncovered } from '@/lib/rbac/covers'
import type { JsonObject } from '@/lib/shared/json'
import { asJson, asKubernetesObject, metadataOf, objectAt, textAt } from '../../api/api-object'
import type { ApiClient, ApiResult } from '../../api/contracts'
import { objectsAt } from '../../kinds/core/json-access'
import { RBAC_GROUP } from '../../kinds/core/rbac-rules'
import { CLUSTER_ROLE_BINDING_KIND } from '../../kinds/core/role-binding-kind'
import { CLUSTER_ROLE_KIND } from '../../kinds/core/role-kind'
import { ruleOf } from '../../requests/stored-policy'
import { DEFAULT_BINDINGS, DEFAULT_ROLES, type DefaultRole } from './default-roles'

const ROLE = CLUSTER_ROLE_KIND.resource
const BINDING = CLUSTER_ROLE_BINDING_KIND.resource
const AUTO_UPDATE = `${RBAC_GROUP}/autoupdate`

/** Resolves with why one of them could not be written; undefined when all are there. */
export async function seedRoles(client: ApiClient): Promise<string | undefined> {
  const written = await Promise.all([
    ...DEFAULT_ROLES.map((role) =>
      settle(client, ROLE, roleObject(role), (stored) => lackingRules(role, stored)),
    ),
    ...Object.entries(DEFAULT_BINDINGS).map(([name, groups]) =>
      settle(client, BINDING, bindingObject(name, groups), (stored) =>
        lackingSubjects(groups, stored),
      ),
    ),
  ])
  return written.flatMap((result) => (result?.ok === false ? [result.message] : []))[0]
}

/** Creates an object, or adds to the stored one unless somebody has said that it stays as it is. */
async function settle(
  client: ApiClient,
  resource: typeof ROLE,
  wanted: JsonObject,
  lacking: (stored: JsonObject) => JsonObject | undefined,
): Promise<ApiResult | undefined> {
  const stored = client.get(resource, '', textAt(metadataOf(wanted), 'name'))
  if (stored === undefined) return await client.create(resource, asKubernetesObject(wanted))
  if (isKept(stored)) return undefined
  const addition = lacking(asJson(stored))
  if (addition === undefined) return undefined
  return await client.update(resource, asKubernetesObject({ ...asJson(stored), ...addition }))
}

function isKept(stored: KubernetesObject): boolean {
  return stored.metadata.annotations?.[AUTO_UPDATE] === 'false'
}

function metadata(name: string, labels: JsonObject = {}): JsonObject {
  return {
    name,
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    annotations: { [AUTO_UPDATE]: 'true' },
  }
}

function roleObject({ name, aggregatesTo, gathers, rules = [] }: DefaultRole): JsonObject {
  const label = (role: string) => ({ [`${RBAC_GROUP}/aggregate-to-${role}`]: 'true' })
  return {
    metadata: metadata(name, aggregatesTo === undefined ? {} : label(aggregatesTo)),
    rules: rules.map((rule) => ({ ...rule })) as unknown as JsonObject[],
    ...(gathers !== undefined && {
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: label(gathers) }] },
    }),
  }
}

/** Rules of a role whose rules are not gathered by the controller. */
function lackingRules({ rules = [], gathers }: DefaultRole, stored: JsonObject) {
  if (gathers !== undefined) return undefined
  const known = objectsAt(stored, 'rules')
  const missing = uncovered(known.map(ruleOf), rules)
  if (missing.length === 0) return undefined
  return { rules: [...known, ...missing.map((rule) => ({ ...rule }))] as unknown as JsonObject[] }
}

function subjectOf(name: string): JsonObject {
  return { kind: 'Group', apiGroup: RBAC_GROUP, name }
}

function bindingObject(name: string, groups: readonly string[]): JsonObject {
  return {
    metadata: metadata(name),
    roleRef: { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name },
    subjects: groups.map(subjectOf),
  }
}

function lackingSubjects(groups: readonly string[], stored: JsonObject): JsonObject | undefined {
  const known = objectsAt(stored, 'subjects')
  const isThere = (group: string) =>
    known.some((subject) => subject['kind'] === 'Group' && subject['name'] === group)
  const missing = groups.filter((group) => !isThere(group))
  // A binding of another role was made by somebody, and is theirs.
  const isOurs = objectAt(stored, 'roleRef')['name'] === metadataOf(stored)['name']
  if (missing.length === 0 || !isOurs) return undefined
  return { subjects: [...known, ...missing.map(subjectOf)] }
}
