import { describe, expect, test } from 'vitest'
import { classifyEnvoySample, ENVOY_METRIC_NAMES, isEnvoyMetric } from './envoy-samples'

const PREFIX = 'envoy_cluster_upstream_'
const RULE = 'httproute/shop/cart/rule/1'

function classify(name: string, cluster = RULE, labels: Record<string, string> = {}) {
  return classifyEnvoySample(`${PREFIX}${name}`, { envoy_cluster_name: cluster, ...labels })
}

describe('a sample of an Envoy', () => {
  test('is of the rule, or of the mirror, that its cluster is named for', () => {
    expect(classify('rq_completed')).toEqual({
      dialect: 'envoy',
      route: 'shop/cart',
      group: RULE,
      isGauge: false,
      slot: {
        kind: 'requests',
        rule: '1',
        mirror: '',
        subject: '',
        outcome: '',
        reason: '',
        code: '',
        upperBound: 0,
      },
    })
    expect(classify('rq_completed', `${RULE}-mirror-2`)?.slot).toMatchObject({
      kind: 'decided',
      rule: '1',
      mirror: '2',
      outcome: 'mirrored',
    })
  })

  test.each([
    ['rq_completed', 'requests', 'decided', 'mirrored', ''],
    ['rq', 'responses', 'ended', 'answered', ''],
    ['rq_active', 'requestsInFlight', 'mirrorInFlight', '', ''],
    ['rq_time_bucket', 'duration', 'mirrorDuration', '', ''],
    ['cx_tx_bytes_total', 'requestBytes', 'mirrorRequestBytes', '', ''],
    ['cx_rx_bytes_total', 'responseBytes', 'mirrorResponseBytes', '', ''],
    ['rq_timeout', 'causes', 'mirrorCauses', '', 'timeout'],
    ['cx_connect_fail', 'causes', 'mirrorCauses', '', 'connect_failed'],
    ['cx_destroy_remote_with_active_rq', 'causes', 'mirrorCauses', '', 'reset'],
    ['rq_pending_overflow', 'causes', 'mirrorCauses', '', 'pending_overflow'],
    ['rq_active_overflow', 'causes', 'mirrorCauses', '', 'active_overflow'],
    ['cx_none_healthy', 'causes', 'mirrorCauses', '', 'no_endpoints'],
  ])('%s counts %s and %s', (name, primary, mirror, outcome, reason) => {
    expect(classify(name)?.slot).toMatchObject({ kind: primary, outcome: '', reason })
    const mirrored = classify(name, `${RULE}-mirror-0`)
    expect(mirrored?.slot).toMatchObject({ kind: mirror, outcome, reason })
    // What is in flight goes up and down; all else is a counter, whose fall is a restart.
    expect([classify(name)?.isGauge, mirrored?.isGauge]).toEqual(
      Array(2).fill(name === 'rq_active'),
    )
  })

  test('has its code, and its bound in seconds', () => {
    expect(classify('rq', RULE, { envoy_response_code: '503' })?.slot.code).toBe('503')
    expect(classify('rq_time_bucket', RULE, { le: '25' })?.slot.upperBound).toBe(0.025)
    expect(classify('rq_time_bucket', RULE, { le: '+Inf' })?.slot.upperBound).toBe(
      Number.POSITIVE_INFINITY,
    )
  })

  test.each([
    '',
    'prometheus_stats',
    'httproute/shop/cart',
    'httproute/shop/cart/rule/x',
    'httproute/shop/cart/rule/1-mirror-',
    'httproute/shop/cart/rule/1-mirror-1-more',
    'a/httproute/shop/cart/rule/1',
    'httproute/shop/cart/more/rule/1',
    'grpcroute/shop/cart/rule/1',
  ])('of cluster "%s" is none of a rule', (cluster) => {
    expect(classify('rq', cluster)).toBeNull()
  })

  test('of another metric is not kept', () => {
    expect(classify('rq_xx')).toBeNull()
    expect(isEnvoyMetric(`${PREFIX}rq_xx`)).toBe(false)
    expect(isEnvoyMetric('gateway_rq')).toBe(false)
    expect(isEnvoyMetric('rq')).toBe(false)
    expect(ENVOY_METRIC_NAMES).toHaveLength(12)
    expect(ENVOY_METRIC_NAMES.every(isEnvoyMetric)).toBe(true)
    expect(classifyEnvoySample(`${PREFIX}rq`, {})).toBeNull()
  })
})
