import { describe, expect, it } from 'vitest'
import { EMPTY_FORM, formForRoute, parseTrafficForm } from '@/components/request/traffic-form'
import type { MirrorAccount } from '@/lib/dashboard-api/series'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { localName } from '@/lib/traffic/names'
import { accountSentences, captureSentence, retrySentence } from './account-sentence'
import { sumPoints } from './chart-series'
import { sourceText } from './source-notice'
import { formatCodes } from './split-panel'
import { parseTimeRange, TIME_RANGES } from './time-range'
import { serverErrors } from './window-totals'

const account: MirrorAccount = {
  requests: 1000,
  mirrored: 290,
  notSampled: 710,
  skipped: {},
  dropped: {},
  answered: 288,
  failed: { timeout: 2 },
  inFlight: 0,
  holds: true,
}

describe('account sentences', () => {
  it('say the identity in words with numbers', () => {
    expect(accountSentences(account)).toEqual({
      requests: '1,000 requests = 290 mirrored + 710 not sampled',
      mirrored: '290 mirrored = 288 answered + 2 failed (timeout 2)',
      holds: true,
    })
  })

  it('name every reason, and what was in flight before and after', () => {
    const sentences = accountSentences({
      ...account,
      requests: 1005,
      skipped: { body_too_large: 3 },
      dropped: { queue_full: 2 },
      inFlight: 4,
      inFlightBefore: 5,
      lostInFlight: 1,
    })
    expect(sentences.requests).toBe(
      '1,005 requests = 290 mirrored + 710 not sampled + 3 skipped (body too large 3) + 2 dropped (queue full 2)',
    )
    expect(sentences.mirrored).toBe(
      '290 mirrored + 5 in flight before = 288 answered + 2 failed (timeout 2) + 4 in flight + 1 with unknown outcome',
    )
    expect(sentences.holds).toBe(true)
  })

  it('say what was captured, and why the rest was not', () => {
    expect(captureSentence({ captured: 0, givenUp: {} })).toBeNull()
    expect(captureSentence({ captured: 1, givenUp: {} })).toBe(
      '1 pair captured for comparison, repeats of a noise measurement included.',
    )
    expect(captureSentence({ captured: 1200, givenUp: { rate_limit: 30 } })).toBe(
      '1,200 pairs captured for comparison, repeats of a noise measurement included, 30 dropped (rate limit 30).',
    )
  })

  it('say how often a backend was asked again, and why not more often', () => {
    expect(retrySentence({ made: 0, refused: {} })).toBeNull()
    expect(retrySentence({ made: 1, refused: {} })).toBe('1 retry made.')
    expect(
      retrySentence({ made: 1200, refused: { in_flight_limit: 60, body_limit: 1, other: 1 } }),
    ).toBe(
      '1,200 retries made, 62 not, where the last answer was handed over: 60 because as many requests to the backend were being retried as may be at once, 1 because the request body was too large to keep, 1 because other.',
    )
  })

  it('do not hold when the counts do not add up, whatever the server says', () => {
    expect(accountSentences({ ...account, requests: 1001 }).holds).toBe(false)
    expect(accountSentences({ ...account, answered: 287 }).holds).toBe(false)
    expect(accountSentences({ ...account, holds: false }).holds).toBe(false)
  })
})

describe('a source that does not answer', () => {
  it('says when it was last heard of, if it ever was', () => {
    expect(sourceText({ message: 'It is down.', lastScrape: null })).toBe(
      'It is down. No metrics have been read from the gateway yet; the page keeps trying.',
    )
    const noon = new Date(2026, 10, 25, 12, 3, 9).getTime()
    expect(sourceText({ message: '', lastScrape: noon })).toBe(
      'Metrics were last read from the gateway at 12:03:09; the page keeps trying.',
    )
  })
})

describe('traffic form', () => {
  const route: HTTPRoute = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { namespace: 'shop', name: 'r' },
    spec: {
      parentRefs: [{ name: 'eg', sectionName: 'http' }],
      hostnames: ['*.example.com'],
      rules: [
        {
          matches: [
            {
              method: 'POST',
              path: { type: 'PathPrefix', value: '/cart' },
              headers: [{ name: 'x-a', value: '1' }],
              queryParams: [{ name: 'v', value: '2 b' }],
            },
          ],
        },
      ],
    },
  }

  it('is filled so that its requests take the first rule', () => {
    expect(formForRoute(route)).toMatchObject({
      gateway: 'shop/eg',
      listener: 'http',
      method: 'POST',
      host: 'www.example.com',
      path: '/cart?v=2%20b',
      headers: 'x-a: 1',
    })
  })

  it('becomes a request with a known number of copies', () => {
    const parsed = parseTrafficForm({ ...formForRoute(route), rate: '50', duration: '4' })
    expect(parsed).toMatchObject({ ok: true, count: 200 })
    if (parsed.ok) expect(parsed.request.headers).toEqual([{ name: 'x-a', value: '1' }])
  })

  const wrong = [
    { field: 'gateway', form: { gateway: '' } },
    { field: 'host', form: { host: ' ' } },
    { field: 'path', form: { path: 'no slash' } },
    { field: 'headers', form: { headers: 'nonsense' } },
    { field: 'headers', form: { headers: 'x-a: 1\nHost: a.example' } },
    { field: 'headers', form: { headers: 'Connection: close' } },
    { field: 'path', form: { path: '/höhe' } },
    { field: 'host', form: { host: 'a b.example' } },
    { field: 'host', form: { host: 'a.example/path' } },
    { field: 'rate', form: { rate: '501' } },
    { field: 'rate', form: { rate: '' } },
    { field: 'duration', form: { duration: '0' } },
  ] as const
  it.each(wrong)('says what is wrong with $field: $form', ({ field, form }) => {
    const parsed = parseTrafficForm({ ...EMPTY_FORM, gateway: 'a/b', ...form })
    expect(parsed.ok).toBe(false)
    if (!parsed.ok) expect(Object.keys(parsed.errors)).toEqual([field])
  })
})

describe('what the traffic form says', () => {
  const errorsOf = (form: Partial<typeof EMPTY_FORM>) => {
    const parsed = parseTrafficForm({ ...EMPTY_FORM, gateway: 'a/b', ...form })
    return parsed.ok ? {} : parsed.errors
  }

  it('tells an empty host from one that is no host, and points a Host header to its field', () => {
    expect(errorsOf({ host: ' ' }).host).toMatch(/is needed/)
    expect(errorsOf({ host: 'a b' }).host).toMatch(/no spaces/)
    expect(errorsOf({ headers: 'HOST: a' }).headers).toMatch(/Host field/)
  })

  it('takes a host with a port, and an IPv6 address', () => {
    expect(errorsOf({ host: 'a.example:8080' })).toEqual({})
    expect(errorsOf({ host: '[::1]:80' })).toEqual({})
  })
})

describe('traffic numbers', () => {
  it('write codes with the most frequent first', () => {
    expect(formatCodes({ 200: 5, 503: 1000, 404: 0 })).toBe(
      '1,000 with status 503, 5 with status 200',
    )
    expect(formatCodes({})).toBe('no answers yet')
    expect(serverErrors({ totalsByCode: { 200: 5, 503: 2, 500: 1 } })).toBe(3)
  })

  it('leave the namespace of the route out of a Service name', () => {
    expect(localName('shop/cart:80', 'shop/checkout')).toBe('cart:80')
    expect(localName('lab/cart:80', 'shop/checkout')).toBe('lab/cart:80')
  })

  it('add series up, with a gap only where all of them have one', () => {
    expect(
      sumPoints([
        [1, null, null],
        [2, 3, null],
      ]),
    ).toEqual([3, 3, null])
  })

  it('offer ranges from a minute to a week', () => {
    expect(TIME_RANGES.map(({ value }) => value)).toEqual([
      '1m',
      '5m',
      '15m',
      '1h',
      '6h',
      '1d',
      '7d',
    ])
    expect(parseTimeRange('15m')).toMatchObject({ seconds: 900, name: 'Last 15 minutes' })
    expect(parseTimeRange('7d')).toMatchObject({ seconds: 604_800, name: 'Last 7 days' })
    expect(parseTimeRange('nonsense').seconds).toBe(300)
    expect(parseTimeRange('137s')).toMatchObject({ seconds: 137, name: '2 min 17 s chosen' })
    expect(parseTimeRange('9s').seconds).toBe(300)
  })
})
