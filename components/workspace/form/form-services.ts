/** What the form suggests from the cluster. Pure. */
import { namespacedName } from '@/lib/gateway-api/references'
import type { BackendObjectReference, Service } from '@/lib/gateway-api/types'

export interface Services {
  namesIn(namespace: string): readonly string[]
  portsOf(namespace: string, name: string): readonly number[]
}

export function servicesOf(objects: readonly Service[]): Services {
  const names = (namespace: string) =>
    objects.filter(({ metadata }) => metadata.namespace === namespace)
  const byKey = new Map(
    objects.map(({ metadata, spec }) => [
      namespacedName(metadata.namespace ?? '', metadata.name),
      (spec.ports ?? []).map(({ port }) => port),
    ]),
  )
  return {
    namesIn: (namespace) =>
      names(namespace)
        .map(({ metadata }) => metadata.name)
        .sort(),
    portsOf: (namespace, name) => byKey.get(namespacedName(namespace, name)) ?? [],
  }
}

/** A Service for a new reference: one of the namespace that the rule does not use yet, else a name to be replaced. */
export function suggestTarget(
  services: Services,
  namespace: string,
  used: readonly string[],
): BackendObjectReference {
  const names = services
    .namesIn(namespace)
    .filter((name) => services.portsOf(namespace, name).length > 0)
  const name = names.find((candidate) => !used.includes(candidate))
  if (name === undefined) return { name: 'service-name', port: 80 }
  const [port] = services.portsOf(namespace, name)
  return { name, ...(port === undefined ? {} : { port }) }
}
