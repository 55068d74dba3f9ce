import { KINDS } from '@/lib/gateway-api/kinds'
import type { Gateway } from '@/lib/gateway-api/types'
import { getObject } from '@/server/kube/objects'
import { connection } from './connection'
import { DashboardFailure } from './respond'
import { type TrafficTarget, trafficTarget, type WantedTarget } from './traffic-target'

/** Where a request goes, by the status of the Gateway it names; throws a failure that says why it can go nowhere. */
export async function targetIn(wanted: WantedTarget): Promise<TrafficTarget> {
  const [namespace = '', name = ''] = wanted.gateway.split('/')
  const gateway = await getObject(connection().cluster, KINDS.gateways, namespace, name)
  if (gateway === null) {
    const message = `Gateway ${wanted.gateway} does not exist.`
    throw new DashboardFailure(404, { code: 'not-found', message })
  }
  const target = trafficTarget(gateway as Gateway, wanted)
  if (typeof target === 'string') {
    throw new DashboardFailure(409, { code: 'bad-request', message: target })
  }
  return target
}
