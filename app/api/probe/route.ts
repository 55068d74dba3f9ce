/** POST sends one request through a Gateway; see lib/dashboard-api/probe.ts. The Gateway's status says where it goes. */
import { probeRequest } from '@/lib/dashboard-api/probe'
import { askPlane } from '../_server/plane-proxy'
import { readJson, respond } from '../_server/respond'
import { targetIn } from '../_server/target-in'

export const dynamic = 'force-dynamic'

const REQUEST_BYTES_MAX = 512 * 1024

export function POST(request: Request): Promise<Response> {
  return respond(async () => {
    const asked = await readJson(request, probeRequest, REQUEST_BYTES_MAX)
    const { connectHost, connectPort } = await targetIn(asked)
    const body = { request: asked, connectHost, connectPort }
    return askPlane('traffic', '/probes', { method: 'POST', body, signal: request.signal })
  })
}
