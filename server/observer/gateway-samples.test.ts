import { describe, expect, test } from 'vitest'
import { GATEWAY_METRICS as OWN } from '@/lib/series/gateway-metrics'
import { classifyGatewaySample, isGatewayMetric, KEPT_GATEWAY_METRICS } from './gateway-samples'
import { isSameSlot, type Slot, upperBoundOf } from './slots'

const LABELS = {
  route_namespace: 'shop',
  route_name: 'cart',
  gateway: 'default/eg',
  listener: 'http',
  rule: '1',
  mirror: '2',
  target: 'shop/next:80',
  backend: 'shop/cart:80',
  outcome: 'answered',
  reason: 'timeout',
  code: '200',
  le: '0.25',
}
const BUCKET = `${OWN.requestDuration}_bucket`
const MIRROR_BUCKET = `${OWN.mirrorDuration}_bucket`

/** What differs from a slot of the primary's that says nothing but rule and backend. */
function kept(name: string): Partial<Slot> | null {
  const slot = classifyGatewaySample(name, LABELS)?.slot
  if (slot === undefined) return null
  const plain = {
    rule: '1',
    mirror: '',
    subject: 'shop/cart:80',
    outcome: '',
    reason: '',
    code: '',
  }
  const entries = Object.entries(slot).filter(([field, value]) => {
    return field === 'upperBound' ? value !== 0 : plain[field as keyof typeof plain] !== value
  })
  return Object.fromEntries(entries)
}

const MIRROR = { mirror: '2', subject: 'shop/next:80' }
const OUTCOME = { outcome: 'answered', reason: 'timeout' }

describe('a sample of our gateway', () => {
  test.each([
    [OWN.requests, { kind: 'requests' }],
    [OWN.requestsInFlight, { kind: 'requestsInFlight' }],
    [OWN.responses, { kind: 'responses', code: '200' }],
    [BUCKET, { kind: 'duration', upperBound: 0.25 }],
    [OWN.requestBytes, { kind: 'requestBytes' }],
    [OWN.responseBytes, { kind: 'responseBytes' }],
    [OWN.captures, { kind: 'captures', ...OUTCOME }],
    [OWN.mirrorOffered, { kind: 'offered', ...MIRROR }],
    [OWN.mirrorRequests, { kind: 'decided', ...MIRROR, ...OUTCOME }],
    [OWN.mirrorResponses, { kind: 'ended', ...MIRROR, ...OUTCOME, code: '200' }],
    [OWN.mirrorInFlight, { kind: 'mirrorInFlight', ...MIRROR }],
    [MIRROR_BUCKET, { kind: 'mirrorDuration', ...MIRROR, upperBound: 0.25 }],
    [OWN.mirrorRequestBytes, { kind: 'mirrorRequestBytes', ...MIRROR }],
    [OWN.mirrorResponseBytes, { kind: 'mirrorResponseBytes', ...MIRROR }],
  ])('%s keeps the labels that its kind has', (name, expected) => {
    expect(kept(name)).toEqual(expected)
    const gauges: readonly string[] = [OWN.requestsInFlight, OWN.mirrorInFlight]
    expect(classifyGatewaySample(name, LABELS)?.isGauge).toBe(gauges.includes(name))
  })

  test('restarts with those of its rule, or of its mirror, on one listener', () => {
    const groupOf = (name: string, labels = {}) =>
      classifyGatewaySample(name, { ...LABELS, ...labels })?.group
    const primary = groupOf(OWN.requests)
    expect(groupOf(OWN.responses, { backend: 'shop/other:80' })).toBe(primary)
    expect(groupOf(OWN.requests, { listener: 'https' })).not.toBe(primary)
    expect(groupOf(OWN.requests, { rule: '0' })).not.toBe(primary)
    const mirror = groupOf(OWN.mirrorRequests)
    expect(mirror).not.toBe(primary)
    expect(groupOf(OWN.mirrorResponses)).toBe(mirror)
    expect(groupOf(OWN.mirrorRequests, { mirror: '3' })).not.toBe(mirror)
    expect(groupOf(OWN.mirrorRequests, { target: 'shop/last:80' })).not.toBe(mirror)
  })

  test('is none of a route without its name, or of another metric', () => {
    expect(classifyGatewaySample(OWN.requests, { ...LABELS, route_name: '' })).toBeNull()
    expect(classifyGatewaySample(OWN.requests, {})).toBeNull()
    expect(classifyGatewaySample('up', LABELS)).toBeNull()
    expect(classifyGatewaySample(OWN.requests, { route_name: 'x' })?.route).toBe('/x')
    expect([BUCKET, OWN.requestDuration, 'up'].map(isGatewayMetric)).toEqual([true, false, false])
    expect(KEPT_GATEWAY_METRICS).toHaveLength(16)
  })
})

test('slots are the same when all that tells counts apart is', () => {
  const slot: Slot = {
    kind: 'ended',
    rule: '0',
    mirror: '1',
    subject: 's',
    outcome: 'failed',
    reason: 'timeout',
    code: '504',
    upperBound: 1,
  }
  expect(isSameSlot(slot, { ...slot })).toBe(true)
  const others: readonly Partial<Slot>[] = [
    { kind: 'decided' },
    { rule: '1' },
    { mirror: '2' },
    { subject: 't' },
    { outcome: '' },
    { reason: 'reset' },
    { code: '' },
    { upperBound: 2 },
  ]
  for (const other of others) expect(isSameSlot(slot, { ...slot, ...other })).toBe(false)
  expect([upperBoundOf('+Inf'), upperBoundOf('0.5')]).toEqual([Number.POSITIVE_INFINITY, 0.5])
})
