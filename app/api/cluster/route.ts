/** GET /api/cluster: which API server this is, and whether it answers. */
import { getClusterInfo } from '@/server/kube/cluster-info'
import { connection } from '../_server/connection'
import { respond } from '../_server/respond'

export const dynamic = 'force-dynamic'

export function GET(): Promise<Response> {
  return respond(() => getClusterInfo(connection().cluster))
}
