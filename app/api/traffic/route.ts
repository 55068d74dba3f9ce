/** GET the runs, POST a new one; see lib/dashboard-api/traffic.ts. The Gateway's status says where it goes. */
import { trafficRequest } from '@/lib/dashboard-api/traffic'
import { askPlane } from '../_server/plane-proxy'
import { readJson, respond } from '../_server/respond'
import { targetIn } from '../_server/target-in'

export const dynamic = 'force-dynamic'

const REQUEST_BYTES_MAX = 512 * 1024

export function GET({ signal }: Request): Promise<Response> {
  return respond(() => askPlane('traffic', '/runs', { signal }))
}

export function POST(request: Request): Promise<Response> {
  return respond(async () => {
    const asked = await readJson(request, trafficRequest, REQUEST_BYTES_MAX)
    const body = { request: asked, ...(await targetIn(asked)) }
    return askPlane('traffic', '/runs', { method: 'POST', body, signal: request.signal })
  })
}
