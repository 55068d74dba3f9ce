/** The quickstart objects, created once in a cluster's life. */
import type { ResourceKind } from '@/lib/gateway-api/kinds'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import type { ApiClient } from '../../api/contracts'
import { groupVersionOf } from '../../api/names'
import type { KindRegistry } from '../../kinds/kind-registry'
import { quickstartObjects } from './quickstart-objects'

/** Remembers, in the cluster itself, that the quickstart was there: what a person deletes stays deleted. */
const SEEDED: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'mirrorboard-quickstart', namespace: 'kube-system' },
}

/** Creates the objects unless they were there before. Rejects when one is refused, or of a kind that is not served. */
export async function seedQuickstart(kinds: KindRegistry, client: ApiClient): Promise<void> {
  if (client.get(resourceOf(kinds, SEEDED), 'kube-system', SEEDED.metadata.name)) return
  for (const object of quickstartObjects()) {
    const created = await client.create(resourceOf(kinds, object), object)
    // A start that was killed half way has left some of them already.
    if (!created.ok && created.code !== 409) throw new Error(created.message)
  }
  await client.create(resourceOf(kinds, SEEDED), SEEDED)
}

function resourceOf(kinds: KindRegistry, { apiVersion, kind }: KubernetesObject): ResourceKind {
  const found = kinds
    .all()
    .find(({ resource }) => resource.kind === kind && groupVersionOf(resource) === apiVersion)
  if (!found) throw new Error(`The quickstart has a kind the sandbox does not know: ${kind}.`)
  return found.resource
}
