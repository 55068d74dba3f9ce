import type { HealthResponse } from '@/lib/dashboard-api/live'
import { PLANE_SECRET_SETTING, planeHeaders } from '@/server/plane-http/plane-secret'

const SUPERVISOR_TIMEOUT_MS = 2_000

/** The planes as their supervisor sees them. A dashboard that runs alone answers for itself only; never rejects. */
export async function readHealth(): Promise<HealthResponse> {
  const supervisor = process.env['MIRRORBOARD_SUPERVISOR_URL']
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
