import { PROBE_BODY_BYTES_MAX } from '@/lib/dashboard-api/probe'
import { TRAFFIC_RUNS_MAX } from '@/lib/dashboard-api/traffic'

/** Every bound of the traffic plane, with what happens at it. */
export interface TrafficLimits {
  /** Runs under way at once; a further one is refused. */
  readonly runsMax: number
  /** Runs remembered, those under way included; the oldest finished one is forgotten. */
  readonly rememberedMax: number
  /** Requests of one run without an answer; at the bound the next ones go out late, and the run says how late. */
  readonly inFlightMax: number
  /** After this the request is given up and counted. */
  readonly requestTimeoutMs: number
  /** A run this much over its duration is ended: its target does not keep up. */
  readonly overtimeMs: number
  /** A run that was stopped waits this long for answers; requests still unanswered then are cut off. */
  readonly stopGraceMs: number
  /** Bytes of one answer; a longer one is given up and counted. */
  readonly responseBytesMax: number
  /** Single requests under way at once; a further one is refused. */
  readonly probesMax: number
  /** After this a single request is given up. */
  readonly probeTimeoutMs: number
  /** Bytes of a single request's answer that are read; then the connection is closed. */
  readonly probeBodyBytesMax: number
  /** Bytes of a request to this plane; a longer one is refused. */
  readonly requestBytesMax: number
}

export const TRAFFIC_LIMITS: TrafficLimits = {
  runsMax: TRAFFIC_RUNS_MAX,
  rememberedMax: 50,
  inFlightMax: 500,
  requestTimeoutMs: 30_000,
  overtimeMs: 60_000,
  stopGraceMs: 2_000,
  responseBytesMax: 16 * 1024 * 1024,
  probesMax: 8,
  probeTimeoutMs: 15_000,
  probeBodyBytesMax: PROBE_BODY_BYTES_MAX,
  requestBytesMax: 1024 * 1024,
}
