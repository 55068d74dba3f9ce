/** POST /api/traffic: send requests through a Gateway. GET and DELETE /api/traffic/<id>: watch it, stop it. */
import { z } from 'zod'

export const TRAFFIC_RATE_MAX = 500
export const TRAFFIC_DURATION_SECONDS_MAX = 300
export const TRAFFIC_RUNS_MAX = 4

export const trafficRequest = z.object({
  /** `namespace/name` of the Gateway. */
  gateway: z.string().regex(/^[a-z0-9.-]+\/[a-z0-9.-]+$/),
  listener: z.string().max(253).optional(),
  method: z
    .string()
    .regex(/^[A-Z]{1,16}$/)
    .default('GET'),
  host: z.string().min(1).max(253),
  path: z
    .string()
    .regex(/^\/[^\s]*$/)
    .max(2048)
    .default('/'),
  headers: z
    .array(z.object({ name: z.string().max(256), value: z.string().max(4096) }))
    .max(32)
    .default([]),
  body: z
    .string()
    .max(64 * 1024)
    .default(''),
  ratePerSecond: z.number().min(1).max(TRAFFIC_RATE_MAX),
  durationSeconds: z.number().min(1).max(TRAFFIC_DURATION_SECONDS_MAX),
})
export type TrafficRequest = z.input<typeof trafficRequest>
/** The same with its defaults filled in. */
export type TrafficRequestChecked = z.output<typeof trafficRequest>

export interface TrafficRun {
  readonly id: string
  readonly request: TrafficRequestChecked
  readonly url: string
  readonly state: 'running' | 'finished' | 'stopped' | 'failed'
  readonly startedAt: number
  readonly planned: number
  readonly sent: number
  readonly answered: number
  readonly totalsByCode: Readonly<Record<string, number>>
  /** Sent and without an answer yet. */
  readonly inFlight?: number
  /** Requests that got no response, by reason in plain words. */
  readonly errors: Readonly<Record<string, number>>
  /** Answered requests, from the time each was due, at most 1.6 % too high. */
  readonly latencyMs: {
    readonly p50: number | null
    readonly p90: number | null
    readonly p99: number | null
  }
  /** How much later than due requests went out; `requests` of them by more than 50 ms. */
  readonly lateness?: {
    readonly requests: number
    readonly p99Ms: number | null
    readonly maxMs: number | null
  }
  /** One sentence when failed. */
  readonly message: string
}

/** GET /api/traffic: the runs remembered, newest first. */
export interface TrafficRunList {
  readonly runs: readonly TrafficRun[]
}
