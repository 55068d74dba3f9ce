/** POST /api/traffic: send requests through a Gateway. GET and DELETE /api/traffic/<id>: watch it, stop it. */
import { z } from 'zod'

export const TRAFFIC_RATE_MAX = 500
export const TRAFFIC_DURATION_SECONDS_MAX = 300
export const TRAFFIC_RUNS_MAX = 4

export const trafficRequest = z.object({
  /** `namespace/name` of the Gateway. */
  gateway: z.string().regex(/^[a-z0-9.-]+\/[a-z0-9.-]+$/),
  listener: z.string().max(253).optional(),
  method: z.string().regex(/^[A-Z]{1,16}$/).default('GET'),
  host: z.string().min(1).max(253),
  path: z.string().regex(/^\/[^\s]*$/).max(2048).default('/'),
  headers: z.array(z.object({ name: z.string().max(256), value: z.string().max(4096) })).max(32).default([]),
  body: z.string().max(64 * 1024).default(''),
  ratePerSecond: z.number().min(1).max(TRAFFIC_RATE_MAX),
  durationSeconds: z.number().min(1).max(TRAFFIC_DURATION_SECONDS_MAX),
})
export type TrafficRequest = z.input<typeof trafficRequest>

export interface TrafficRun {
  readonly id: string
  readonly request: z.output<typeof trafficRequest>
  readonly url: string
  readonly state: 'running' | 'finished' | 'stopped' | 'failed'
  readonly startedAt: number
  readonly planned: number
  readonly sent: number
  readonly answered: number
  readonly totalsByCode: Readonly<Record<string, number>>
  /** Requests that got no response, by reason. */
  readonly errors: Readonly<Record<string, number>>
  readonly latencyMs: { readonly p50: number | null; readonly p90: number | null; readonly p99: number | null }
  /** One sentence when failed. */
  readonly message: string
}
