/** What every cluster has from the start: its namespaces, and the definitions the composition root brings. */
import type { JsonObject } from '@/lib/shared/json'
import { equalJson, isJsonObject } from '@/lib/shared/json-values'
import { asKubernetesObject, listAt, metadataOf, nameOf, textAt } from '../../api/api-object'
import type { ApiClient } from '../../api/contracts'
import { objectKey } from '../../api/names'
import { DEFINITIONS } from '../../kinds/definitions/definition-kind'
import type { SandboxContext } from '../../requests/context'
import { LOCAL_MANAGER } from '../../verbs/local-client'

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system']

/** Creates what is missing. A definition nobody else has touched is brought up to date. */
export async function seedCluster(
  context: SandboxContext,
  client: ApiClient,
  definitions: readonly JsonObject[],
): Promise<void> {
  const namespaces = context.kinds.find('', 'v1', 'namespaces')
  if (namespaces !== undefined) {
    const missing = NAMESPACES.filter(
      (name) => context.store.get('/namespaces', objectKey('', name)) === undefined,
    )
    await Promise.all(
      missing.map((name) => client.create(namespaces.resource, namespaceNamed(name))),
    )
  }
  await Promise.all(definitions.map((definition) => seedDefinition(context, client, definition)))
}

function namespaceNamed(name: string) {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
}

async function seedDefinition(
  context: SandboxContext,
  client: ApiClient,
  definition: JsonObject,
): Promise<void> {
  const kind = context.kinds.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions')
  if (kind === undefined) return
  const { status: _status, ...wanted } = definition
  const stored = context.store.get(DEFINITIONS, objectKey('', nameOf(definition)))
  const isOurs =
    stored !== undefined &&
    listAt(stored.metadata, 'managedFields').every(
      (entry) => isJsonObject(entry) && entry['manager'] === LOCAL_MANAGER,
    )
  if (stored !== undefined && (!isOurs || hasSameSpec(kind.decode(wanted), stored))) return
  const result =
    stored === undefined
      ? await client.create(kind.resource, asKubernetesObject(wanted))
      : await client.update(kind.resource, asKubernetesObject(withVersion(wanted, stored)))
  if (!result.ok) {
    context.logger.error('a definition could not be seeded', {
      name: nameOf(definition),
      error: result.message,
    })
  }
}

function hasSameSpec(decoded: { ok: boolean; object?: JsonObject }, stored: JsonObject): boolean {
  return decoded.ok && equalJson(decoded.object?.['spec'], stored['spec'])
}

function withVersion(wanted: JsonObject, stored: JsonObject): JsonObject {
  const resourceVersion = textAt(metadataOf(stored), 'resourceVersion')
  return { ...wanted, metadata: { ...metadataOf(wanted), resourceVersion } }
}
