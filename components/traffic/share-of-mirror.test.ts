import { describe, expect, it } from 'vitest'
import { formatFraction } from '@/components/format/numbers'
import type { MirrorSeries, RouteSeries } from '@/lib/dashboard-api/series'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { shareOfMirror } from '@/lib/traffic/share-of-mirror'
import { shareSentence } from './share-sentence'

const route = {
  metadata: { name: 'a', namespace: 'b' },
  spec: {
    rules: [
      {
        filters: [
          { type: 'RequestHeaderModifier' },
          {
            type: 'RequestMirror',
            requestMirror: { backendRef: { name: 'm', port: 1 }, percent: 25 },
          },
        ],
      },
    ],
  },
} as HTTPRoute

function share(requests: number, notSampled: number, mirror = '1', blind = {}, target = 'b/m:1') {
  const windowAccount = { requests, notSampled, mirrored: requests - notSampled }
  const series = { rules: [{ rule: '0', total: 400 }], blindSpots: blind } as unknown as RouteSeries
  const of = { rule: '0', mirror, target, windowAccount } as unknown as MirrorSeries
  return shareOfMirror(of, series, route)
}

describe('the share of a mirror', () => {
  it('is held against what its filter says and what chance allows', () => {
    const good = share(1000, 752)
    expect(good).toMatchObject({ configured: 0.25, observed: 0.248, isWithin: true })
    expect(good.band?.low).toBeGreaterThan(0.21)
    expect(shareSentence(good)).toMatch(
      /^Of 1,000 requests\. A random sample of that size lies between 21\.\d+ % and 28\.\d+ % in/,
    )
    const bad = share(1000, 600)
    expect(bad.isWithin).toBe(false)
    expect(shareSentence(bad)).toMatch(/outside 21\.\d+ % to 28\.\d+ %/)
  })

  it('is written as small as it is', () => {
    expect([0, 1e-6, 0.0005, 1 / 3].map(formatFraction)).toEqual([
      '0 %',
      '0.0001 %',
      '0.05 %',
      '33.33 %',
    ])
  })

  it('is unknown without requests, or without its filter', () => {
    expect(share(0, 0)).toMatchObject({ observed: null, band: null, isWithin: true })
    expect(shareSentence(share(0, 0))).toBe('No requests in this period.')
    expect(share(10, 0, '0')).toMatchObject({ configured: null })
    expect(shareSentence(share(10, 0, '0'))).toBe('The route has no such filter now.')
  })

  it('is estimated from the rule’s answers where the source counts no more', () => {
    const estimate = share(100, 0, '1', { account: 'Envoy …' })
    expect(estimate).toMatchObject({ requests: 400, observed: 0.25, isEstimate: true })
    expect(shareSentence(estimate)).toMatch(/^Of 400 answered requests/)
  })

  it('is of no filter where another mirror stands in its place now', () => {
    expect(share(400, 300, '1', {}, 'b/former:1').configured).toBeNull()
    expect(share(400, 300, '1', {}, '').configured).toBe(0.25)
  })
})
