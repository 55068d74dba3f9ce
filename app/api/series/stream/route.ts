/** GET /api/series/stream?route=namespace/name&range=300: the same as events; see lib/dashboard-api/series.ts. */
import { askPlane } from '../../_server/plane-proxy'
import { respond } from '../../_server/respond'

export const dynamic = 'force-dynamic'

export function GET(request: Request): Promise<Response> {
  const { search } = new URL(request.url)
  return respond(() => askPlane('observer', `/series/stream${search}`, { signal: request.signal }))
}
