/** What the pages call backends and mirrors. Pure. */
import type { MirrorSeries } from '@/lib/dashboard-api/series'

/** `backend:3000` for a Service of the route's own namespace, `namespace/service:port` for another. */
export function localName(target: string, route: string): string {
  const own = route.slice(0, route.indexOf('/') + 1)
  return own !== '' && target.startsWith(own) ? target.slice(own.length) : target
}

/** The mirror's target, or its place in the rule where the source does not say. */
export function mirrorName(
  { target, rule, mirror }: Pick<MirrorSeries, 'target' | 'rule' | 'mirror'>,
  route: string,
): string {
  return target === '' ? `rule ${rule}, filter ${mirror}` : localName(target, route)
}
