import { valueAt } from '@/lib/manifest/edit/field-edit'
import type { CompletionContext } from './completion-context'
import { type NamedService, servicesOf, tcpPorts } from './suggest-backends'

/** A Service to refer to: the likeliest first, with the ports of that one. */
export interface Target {
  readonly names: readonly string[]
  readonly ports: readonly string[]
}

interface Targets {
  /** Answers the requests: what the rule has, else a Service that could. */
  readonly primary: Target
  /** The other of a split. */
  readonly second: Target
  readonly mirror: Target
}

/** Services of the route's namespace for the parts they may play; three different ones where there are as many. */
export function chooseTargets(context: CompletionContext): Targets {
  const services = servicesOf(context, context.namespace)
  const backends = valueAt(context.rule, ['backendRefs'])
  const used = (Array.isArray(backends) ? backends : []).map((backend) =>
    valueAt(backend, ['name']),
  )
  const primary = target(
    first(services, ({ name }) => used.includes(name)),
    'backend',
  )
  const [main = ''] = primary.names
  // Versions of a service mostly share the beginning of its name.
  const related = first(
    services.filter(({ name }) => !used.includes(name) && name !== main),
    ({ name }) => name.startsWith(main),
  )
  const mirror = target(related, 'backend-2')
  const [copy = ''] = mirror.names
  const second = target(
    related.filter(({ name }) => name !== copy),
    'backend-3',
  )
  return { primary, second, mirror }
}

function first(
  services: readonly NamedService[],
  isFirst: (service: NamedService) => boolean,
): readonly NamedService[] {
  return [...services.filter(isFirst), ...services.filter((service) => !isFirst(service))]
}

function target(services: readonly NamedService[], fallback: string): Target {
  const [likeliest] = services
  if (likeliest === undefined) return { names: [fallback], ports: ['80'] }
  const ports = tcpPorts(likeliest.service).map(({ port }) => String(port))
  return {
    names: services.map(({ name }) => name),
    ports: ports.length === 0 ? ['80'] : ports,
  }
}
