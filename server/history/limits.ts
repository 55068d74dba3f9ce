/** Every bound of the history plane, with what happens at it. */
export interface HistoryLimits {
  /** Revisions kept of one route; then its oldest is forgotten, and counted. */
  readonly revisionsPerRouteMax: number
  /** Revisions kept of all routes; then the oldest of the route that changed the longest ago is forgotten. */
  readonly revisionsMax: number
  /** A longer manifest is not kept; the next one that fits says how many generations nobody saw. */
  readonly manifestBytesMax: number
  /** Changes waiting to be written; beyond, the oldest is lost, which the next revision of its route shows. */
  readonly waitingMax: number
  /** With less free disk space nothing is written. */
  readonly freeDiskBytesMin: number
}

export const HISTORY_LIMITS: HistoryLimits = {
  revisionsPerRouteMax: 200,
  revisionsMax: 50_000,
  manifestBytesMax: 1024 * 1024,
  waitingMax: 20_000,
  freeDiskBytesMin: 8 * 1024 * 1024,
}
