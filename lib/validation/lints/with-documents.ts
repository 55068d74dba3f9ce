import type { NamespacedName } from '@/lib/gateway-api/references'
import type { ReferenceGrant } from '@/lib/gateway-api/types'
import type { ClusterFacts, ServiceFacts } from './cluster-facts'
import { readReferenceGrant, readService } from './read-route'

/** The facts as they will be once all objects of a text are applied: Services and grants beside a route count. */
export function withDocuments(
  objects: readonly unknown[],
  facts: ClusterFacts,
  defaultNamespace: string,
): ClusterFacts {
  const grants: ReferenceGrant[] = []
  const services: Record<NamespacedName, ServiceFacts> = {}
  for (const object of objects) {
    const grant = readReferenceGrant(object, defaultNamespace)
    if (grant !== null) grants.push(grant)
    const found = readService(object, defaultNamespace)
    if (found !== null) services[found.key] = found.service
  }
  return {
    ...facts,
    services: facts.services && { ...facts.services, ...services },
    referenceGrants: facts.referenceGrants && [...facts.referenceGrants, ...grants],
  }
}
