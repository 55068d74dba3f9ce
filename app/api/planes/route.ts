/** GET /api/planes: the state of every plane, with its process and memory. */
import { readHealth } from '../_server/plane-health'
import { respond } from '../_server/respond'

export const dynamic = 'force-dynamic'

export function GET(): Promise<Response> {
  return respond(readHealth)
}
