/** One sample of our gateway → which count of which route it is. */
import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'
import { type ClassifiedSample, type Labels, type Slot, type SlotKind, upperBoundOf } from './slots'

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
  [GATEWAY_METRICS.requestBytes, 'requestBytes'],
  [GATEWAY_METRICS.responseBytes, 'responseBytes'],
  [GATEWAY_METRICS.mirrorRequestBytes, 'mirrorRequestBytes'],
  [GATEWAY_METRICS.mirrorResponseBytes, 'mirrorResponseBytes'],
  [GATEWAY_METRICS.captures, 'captures'],
  [GATEWAY_METRICS.retries, 'retries'],
  [GATEWAY_METRICS.retriesRefused, 'retriesRefused'],
])

const MIRROR_KINDS: ReadonlySet<SlotKind> = new Set<SlotKind>([
  'offered',
  'decided',
  'ended',
  'mirrorInFlight',
  'mirrorLost',
  'mirrorDuration',
  'mirrorRequestBytes',
  'mirrorResponseBytes',
  'mirrorCauses',
])
/** Metrics of our gateway that are kept, by the names of their series. */
export const KEPT_GATEWAY_METRICS: readonly string[] = [...KIND_BY_METRIC.keys()]

/** Returns whether series of this metric of our gateway are kept. */
export function isGatewayMetric(name: string): boolean {
  return KIND_BY_METRIC.has(name)
}

/** Returns what a sample of our gateway counts, or null when it is not about a route. */
export function classifyGatewaySample(name: string, labels: Labels): ClassifiedSample | null {
  const kind = KIND_BY_METRIC.get(name)
  const namespace = labels['route_namespace'] ?? ''
  const routeName = labels['route_name'] ?? ''
  if (kind === undefined || routeName === '') return null
  const route = `${namespace}/${routeName}`
  const slot = slotOf(kind, labels)
  const { gateway = '', listener = '' } = labels
  const group = [gateway, listener, route, slot.rule, slot.mirror, mirrorTarget(slot)].join('\n')
  const isGauge = kind === 'requestsInFlight' || kind === 'mirrorInFlight'
  return { dialect: 'gateway', route, slot, group, isGauge }
}

function slotOf(kind: SlotKind, labels: Labels): Slot {
  const { rule = '', mirror = '', target = '', backend = '', le = '' } = labels
  const { outcome = '', reason = '', code = '' } = labels
  const isMirror = isMirrorKind(kind)
  const isBucket = kind === 'duration' || kind === 'mirrorDuration'
  // The primary's outcome is not kept apart: its code, '' for none, says what is shown.
  const hasOutcome = kind === 'decided' || kind === 'ended' || kind === 'captures'
  return {
    kind,
    rule,
    mirror: isMirror ? mirror : '',
    subject: isMirror ? target : backend,
    outcome: hasOutcome ? outcome : '',
    reason: hasOutcome || kind === 'retriesRefused' ? reason : '',
    code: kind === 'responses' || kind === 'ended' ? code : '',
    upperBound: isBucket ? upperBoundOf(le) : 0,
  }
}

function isMirrorKind(kind: SlotKind): boolean {
  return MIRROR_KINDS.has(kind)
}

function mirrorTarget(slot: Slot): string {
  return isMirrorKind(slot.kind) ? slot.subject : ''
}
