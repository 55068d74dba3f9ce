/** Straight from the observer; see lib/dashboard-api/comparison.ts. */
import { askPlane } from '../../_server/plane-proxy'
import { respond } from '../../_server/respond'

export const dynamic = 'force-dynamic'

export function GET({ url, signal }: Request): Promise<Response> {
  const { search } = new URL(url)
  return respond(() => askPlane('observer', `/comparisons/pair${search}`, { signal }))
}
