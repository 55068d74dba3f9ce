/** GET /api/health: 200 when every plane is ready, 503 while one is not; for everybody. */
import type { PublicHealth } from '@/lib/dashboard-api/live'
import { readHealth } from '../_server/plane-health'

export const dynamic = 'force-dynamic'

export async function GET(): Promise<Response> {
  const { status, planes } = await readHealth()
  const body: PublicHealth = {
    status,
    planes: Object.fromEntries(
      Object.entries(planes).map(([name, plane]) => [name, { status: plane.status }]),
    ),
  }
  const headers = { 'cache-control': 'no-store' }
  return Response.json(body, { status: status === 'ok' ? 200 : 503, headers })
}
