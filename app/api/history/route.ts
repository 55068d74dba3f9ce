/** GET /api/history and /api/history?route=namespace/name; see lib/dashboard-api/history.ts. */
import { askPlane } from '../_server/plane-proxy'
import { respond } from '../_server/respond'

export const dynamic = 'force-dynamic'

export function GET(request: Request): Promise<Response> {
  const { search } = new URL(request.url)
  return respond(() => askPlane('history', `/history${search}`, { signal: request.signal }))
}
