import { keyOf, type NamespacedName } from '@/lib/gateway-api/references'
import type { Gateway, ReferenceGrant } from '@/lib/gateway-api/types'
import type { ClusterFacts, ServiceFacts } from './cluster-facts'
import { readGateway, readReferenceGrant, readService } from './read-route'

/** The facts as they will be once all objects of a text are applied: Services, grants and Gateways beside a route count. */
export function withDocuments(
  objects: readonly unknown[],
  facts: ClusterFacts,
  defaultNamespace: string,
): ClusterFacts {
  const grants: ReferenceGrant[] = []
  const services: Record<NamespacedName, ServiceFacts> = {}
  const gateways: Gateway[] = []
  for (const object of objects) {
    const gateway = readGateway(object, defaultNamespace)
    if (gateway !== null) gateways.push(gateway)
    const grant = readReferenceGrant(object, defaultNamespace)
    if (grant !== null) grants.push(grant)
    const found = readService(object, defaultNamespace)
    if (found !== null) services[found.key] = found.service
  }
  return {
    ...facts,
    services: facts.services && { ...facts.services, ...services },
    gateways: facts.gateways && withReplaced(facts.gateways, gateways),
    referenceGrants: facts.referenceGrants && [...facts.referenceGrants, ...grants],
  }
}

function withReplaced(live: readonly Gateway[], written: readonly Gateway[]): readonly Gateway[] {
  // The same list while nothing is added: what is built of it is remembered by it.
  if (written.length === 0) return live
  const keys = new Set(written.map(keyOf))
  return [...live.filter((gateway) => !keys.has(keyOf(gateway))), ...written]
}
