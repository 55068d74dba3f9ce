/** GET the runs, POST a new one; see lib/dashboard-api/traffic.ts. The Gateway's status says where it goes. */
import { trafficRequest } from '@/lib/dashboard-api/traffic'
import { KINDS } from '@/lib/gateway-api/kinds'
import type { Gateway } from '@/lib/gateway-api/types'
import { getObject } from '@/server/kube/objects'
import { connection } from '../_server/connection'
import { askPlane } from '../_server/plane-proxy'
import { DashboardFailure, readJson, respond } from '../_server/respond'
import { trafficTarget } from '../_server/traffic-target'

export const dynamic = 'force-dynamic'

const REQUEST_BYTES_MAX = 512 * 1024

export function GET({ signal }: Request): Promise<Response> {
  return respond(() => askPlane('traffic', '/runs', { signal }))
}

export function POST(request: Request): Promise<Response> {
  return respond(async () => {
    const asked = await readJson(request, trafficRequest, REQUEST_BYTES_MAX)
    const [namespace = '', name = ''] = asked.gateway.split('/')
    const gateway = await getObject(connection().cluster, KINDS.gateways, namespace, name)
    if (gateway === null) throw refused(404, `Gateway ${asked.gateway} does not exist.`)
    const target = trafficTarget(gateway as Gateway, asked)
    if (typeof target === 'string') throw refused(409, target)
    const body = { request: asked, ...target }
    return askPlane('traffic', '/runs', { method: 'POST', body, signal: request.signal })
  })
}

function refused(status: 404 | 409, message: string): DashboardFailure {
  return new DashboardFailure(status, {
    code: status === 404 ? 'not-found' : 'bad-request',
    message,
  })
}
