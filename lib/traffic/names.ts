/** What the pages call backends and mirrors. Pure. */
import type { MirrorSeries } from '@/lib/dashboard-api/series'

/** `backend:3000` for a Service of the route's own namespace, `namespace/service:port` for another. */
export function localName(target: string, route: string): string {
  const own = route.slice(0, route.indexOf('/') + 1)
  return own !== '' && target.startsWith(own) ? target.slice(own.length) : target
}

type MirrorPlace = Pick<MirrorSeries, 'target' | 'rule' | 'mirror'>

/** The mirror's target, with its place where that alone would not tell it apart, or where the source does not say it. */
export function mirrorName(
  { target, rule, mirror }: MirrorPlace,
  { route, mirrors }: { readonly route: string; readonly mirrors: readonly MirrorPlace[] },
): string {
  const place = `rule ${rule}, filter ${mirror}`
  if (target === '') return place
  const isOnly = mirrors.filter((other) => other.target === target).length < 2
  return isOnly ? localName(target, route) : `${localName(target, route)}, ${place}`
}
