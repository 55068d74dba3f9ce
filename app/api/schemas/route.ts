/** GET /api/schemas?plural=httproutes&version=v1beta1: the schema the connected cluster serves. */
import { KINDS } from '@/lib/gateway-api/kinds'
import { fetchSchema } from '@/server/kube/fetch-schema'
import { connection } from '../_server/connection'
import { knownPlural } from '../_server/known-kind'
import { DashboardFailure, respond } from '../_server/respond'

export const dynamic = 'force-dynamic'

/** https://kubernetes.io/docs/reference/using-api/#api-versioning */
const VERSION = /^v\d{1,2}(?:(?:alpha|beta)\d{1,2})?$/

export function GET(request: Request): Promise<Response> {
  return respond(async () => {
    const { searchParams } = new URL(request.url)
    const plural = knownPlural(searchParams.get('plural') ?? '')
    const version = searchParams.get('version') ?? KINDS[plural].version
    if (!VERSION.test(version)) {
      const message = 'A version is written like v1 or v1beta1.'
      throw new DashboardFailure(400, { code: 'bad-request', message })
    }
    const schema = await fetchSchema(connection().cluster, { ...KINDS[plural], version })
    if (schema) return schema
    const message = `The cluster does not serve ${plural} of version ${version}; install the Gateway API definitions that do.`
    throw new DashboardFailure(404, { code: 'not-found', message })
  })
}
