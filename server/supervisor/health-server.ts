/** The planes' present state → this → one answer over HTTP, for the dashboard's GET /api/health. */
import type { HealthResponse, PlaneHealth } from '@/lib/dashboard-api/live'
import type { Logger } from '../log'
import { ok } from '../plane-http/plane-answer'
import { type PlaneServer, startPlaneServer } from '../plane-http/plane-server'

/** Resolves once bound to a free loopback port. `read` gives the planes' present state. */
export function startHealthServer(
  read: () => Readonly<Record<string, PlaneHealth>>,
  options: { readonly secret?: string | undefined; readonly logger: Logger },
): Promise<PlaneServer> {
  return startPlaneServer({ ...options, open: [], answer: () => ok(summarise(read())) })
}

/** `ok` only when every plane is. */
export function summarise(planes: Readonly<Record<string, PlaneHealth>>): HealthResponse {
  const states = Object.values(planes).map((plane) => plane.status)
  if (states.includes('failed')) return { status: 'degraded', planes }
  return { status: states.includes('starting') ? 'starting' : 'ok', planes }
}
