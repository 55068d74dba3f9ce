/** Straight from the observer; see lib/dashboard-api/comparison.ts. */
import { askPlane } from '../../_server/plane-proxy'
import { respond } from '../../_server/respond'

export const dynamic = 'force-dynamic'

export function GET({ signal }: Request): Promise<Response> {
  return respond(() => askPlane('observer', '/comparisons/newest', { signal }))
}
