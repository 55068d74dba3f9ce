/** What is counted for a route: the words that sources' samples are read into. */

export const SLOT_KINDS = [
  'requests',
  'requestsInFlight',
  'responses',
  'duration',
  'offered',
  'decided',
  'ended',
  'mirrorInFlight',
  /** Not a metric: copies in flight when their gateway restarted or their route went away. */
  'mirrorLost',
  'mirrorDuration',
  'requestBytes',
  'responseBytes',
  'mirrorRequestBytes',
  'mirrorResponseBytes',
  /** Pairs of answers, for comparison. */
  'captures',
  /** Attempts beyond a request's first, and those that a rule allows and a limit does not. */
  'retries',
  'retriesRefused',
  /** What went wrong, counted apart from outcomes (Envoy). */
  'causes',
  'mirrorCauses',
] as const
export type SlotKind = (typeof SLOT_KINDS)[number]

/** One count kept for a route. Labels that a kind does not have are `''`, `upperBound` 0. */
export interface Slot {
  readonly kind: SlotKind
  readonly rule: string
  readonly mirror: string
  /** The backend or the mirror's target. */
  readonly subject: string
  readonly outcome: string
  readonly reason: string
  readonly code: string
  /** Seconds. */
  readonly upperBound: number
}

/** Whose metrics a count was read from. */
export const DIALECTS = ['gateway', 'envoy'] as const
export type Dialect = (typeof DIALECTS)[number]

export interface ClassifiedSample {
  readonly dialect: Dialect
  /** `namespace/name`. */
  readonly route: string
  readonly slot: Slot
  /** Series that restart together: those of one rule, or one mirror, on one listener. */
  readonly group: string
  readonly isGauge: boolean
}

export type Labels = Readonly<Record<string, string>>

/** A histogram bucket's label as a number. */
export function upperBoundOf(le: string): number {
  return le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le)
}

/** Whether two slots count the same thing. */
export function isSameSlot(a: Slot, b: Slot): boolean {
  return (
    a.kind === b.kind &&
    a.rule === b.rule &&
    a.code === b.code &&
    a.subject === b.subject &&
    a.upperBound === b.upperBound &&
    a.mirror === b.mirror &&
    a.outcome === b.outcome &&
    a.reason === b.reason
  )
}
