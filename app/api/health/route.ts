/** GET /api/health: 200 when every plane is ready, 503 while one is not. */
import type { HealthResponse } from '@/lib/dashboard-api/live'
import { PLANE_SECRET_SETTING, planeHeaders } from '@/server/plane-http/plane-secret'

export const dynamic = 'force-dynamic'

const SUPERVISOR_TIMEOUT_MS = 2_000

export async function GET(): Promise<Response> {
  const health = await readHealth(process.env['MIRRORBOARD_SUPERVISOR_URL'])
  const headers = { 'cache-control': 'no-store' }
  return Response.json(health, { status: health.status === 'ok' ? 200 : 503, headers })
}

/** A dashboard that runs alone answers for itself only. */
async function readHealth(supervisor: string | undefined): Promise<HealthResponse> {
  const self = { status: 'ok', message: '', pid: process.pid } as const
  if (!supervisor) {
    const residentBytes = process.memoryUsage.rss()
    return { status: 'ok', planes: { dashboard: { ...self, residentBytes } } }
  }
  try {
    const signal = AbortSignal.timeout(SUPERVISOR_TIMEOUT_MS)
    const headers = planeHeaders(process.env[PLANE_SECRET_SETTING], supervisor)
    const response = await fetch(supervisor, { signal, headers, cache: 'no-store' })
    return await response.json()
  } catch {
    return {
      status: 'degraded',
      planes: {
        dashboard: self,
        supervisor: {
          status: 'failed',
          message: 'The supervisor does not answer; restart Mirrorboard.',
        },
      },
    }
  }
}
