/** A route's comparisons, straight from the observer; DELETE starts them anew. See lib/dashboard-api/comparison.ts. */
import { askPlane } from '../_server/plane-proxy'
import { respond } from '../_server/respond'

export const dynamic = 'force-dynamic'

export function GET(request: Request): Promise<Response> {
  const { search } = new URL(request.url)
  return respond(() => askPlane('observer', `/comparisons${search}`, { signal: request.signal }))
}

export function DELETE(request: Request): Promise<Response> {
  const { search } = new URL(request.url)
  const { signal } = request
  return respond(() => askPlane('observer', `/comparisons${search}`, { method: 'DELETE', signal }))
}
