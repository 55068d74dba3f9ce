/** One metric sample → which count of which route it is. */
import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'

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

export interface ClassifiedSample {
  /** `namespace/name`. */
  readonly route: string
  readonly slot: Slot
  /** Series that restart together: those of one rule, or one mirror, on one listener. */
  readonly group: string
  readonly isGauge: boolean
}

const KIND_BY_METRIC: ReadonlyMap<string, SlotKind> = new Map<string, SlotKind>([
  [GATEWAY_METRICS.requests, 'requests'],
  [GATEWAY_METRICS.requestsInFlight, 'requestsInFlight'],
  [GATEWAY_METRICS.responses, 'responses'],
  [`${GATEWAY_METRICS.requestDuration}_bucket`, 'duration'],
  [GATEWAY_METRICS.mirrorOffered, 'offered'],
  [GATEWAY_METRICS.mirrorRequests, 'decided'],
  [GATEWAY_METRICS.mirrorResponses, 'ended'],
  [GATEWAY_METRICS.mirrorInFlight, 'mirrorInFlight'],
  [`${GATEWAY_METRICS.mirrorDuration}_bucket`, 'mirrorDuration'],
])

type Labels = Readonly<Record<string, string>>

/** Returns whether series of this metric are kept. */
export function isKeptMetric(name: string): boolean {
  return KIND_BY_METRIC.has(name)
}

/** Returns what a sample counts, or null when it is not about a route. */
export function classifySample(name: string, labels: Labels): ClassifiedSample | null {
  const kind = KIND_BY_METRIC.get(name)
  const namespace = labels['route_namespace'] ?? ''
  const routeName = labels['route_name'] ?? ''
  if (kind === undefined || routeName === '') return null
  const route = `${namespace}/${routeName}`
  const slot = slotOf(kind, labels)
  const { gateway = '', listener = '' } = labels
  const group = [gateway, listener, route, slot.rule, slot.mirror, mirrorTarget(slot)].join('\n')
  return { route, slot, group, isGauge: kind === 'requestsInFlight' || kind === 'mirrorInFlight' }
}

function slotOf(kind: SlotKind, labels: Labels): Slot {
  const { rule = '', mirror = '', target = '', backend = '', le = '' } = labels
  const { outcome = '', reason = '', code = '' } = labels
  const isMirror = isMirrorKind(kind)
  const isBucket = kind === 'duration' || kind === 'mirrorDuration'
  // The primary's outcome is not kept apart: its code, '' for none, says what is shown.
  const hasOutcome = kind === 'decided' || kind === 'ended'
  return {
    kind,
    rule,
    mirror: isMirror ? mirror : '',
    subject: isMirror ? target : kind === 'requests' ? '' : backend,
    outcome: hasOutcome ? outcome : '',
    reason: hasOutcome ? reason : '',
    code: kind === 'responses' || kind === 'ended' ? code : '',
    upperBound: isBucket ? upperBoundOf(le) : 0,
  }
}

function isMirrorKind(kind: SlotKind): boolean {
  return (
    kind !== 'requests' &&
    kind !== 'requestsInFlight' &&
    kind !== 'responses' &&
    kind !== 'duration'
  )
}

function mirrorTarget(slot: Slot): string {
  return isMirrorKind(slot.kind) ? slot.subject : ''
}

function upperBoundOf(le: string): number {
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
