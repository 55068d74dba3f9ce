/** GET /api/cluster: which API server this is, and whether it answers. */
import type { ClusterInfo } from '@/lib/dashboard-api/live'
import { getClusterInfo } from '@/server/kube/cluster-info'
import { connection } from '../_server/connection'
import { isReadOnly } from '../_server/read-only'
import { respond } from '../_server/respond'

export const dynamic = 'force-dynamic'

export function GET(): Promise<Response> {
  return respond(async (): Promise<ClusterInfo> => {
    const info = await getClusterInfo(connection().cluster)
    return { ...info, readOnly: isReadOnly() }
  })
}
