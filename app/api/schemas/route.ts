/** GET /api/schemas?plural=httproutes: the schema the connected cluster serves. */
import { KINDS } from '@/lib/gateway-api/kinds'
import { fetchSchema } from '@/server/kube/fetch-schema'
import { connection } from '../_server/connection'
import { knownPlural } from '../_server/known-kind'
import { DashboardFailure, respond } from '../_server/respond'

export const dynamic = 'force-dynamic'

export function GET(request: Request): Promise<Response> {
  return respond(async () => {
    const plural = knownPlural(new URL(request.url).searchParams.get('plural') ?? '')
    const schema = await fetchSchema(connection().cluster, KINDS[plural])
    if (schema) return schema
    const message = `The cluster does not serve ${plural}; install the Gateway API definitions.`
    throw new DashboardFailure(404, { code: 'not-found', message })
  })
}
