import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { GATEWAY_METRICS as OWN } from '@/lib/series/gateway-metrics'
import { countMatrix, onGrid, targetOf } from './count-matrix'
import { queryOverviewMatrix } from './overview-matrix'
import { PrometheusClient } from './prometheus-client'
import { gridFor, rhythmOf } from './scrape-rhythm'

const GRID = { start: 100, stepSeconds: 10, points: 3 }

describe('the rhythm of scrapes', () => {
  test.each([
    [[[0, 15, 30, 45]], { intervalSeconds: 15, scrapedAt: 45, isGuess: false }],
    [[[0, 15, 30, 90]], { intervalSeconds: 15, scrapedAt: 90, isGuess: false }],
    [
      [
        [0, 5, 10],
        [0, 30, 60],
      ],
      { intervalSeconds: 30, scrapedAt: 10, isGuess: false },
    ],
    [[[0, 0.2, 0.4]], { intervalSeconds: 1, scrapedAt: 0.4, isGuess: false }],
    [[[0, 900, 1800]], { intervalSeconds: 300, scrapedAt: 1800, isGuess: false }],
    [[[0, 15]], { intervalSeconds: 60, scrapedAt: 15, isGuess: true }],
    [[[]], null],
    [[], null],
  ])('of %j', (times, expected) => {
    expect(rhythmOf(times)).toEqual(expected)
  })
})

describe('the grid of a range', () => {
  const rhythm = { intervalSeconds: 10, scrapedAt: 1_000 }
  const asked = { rangeSeconds: 300, end: 2_000, pointsMax: 100, scrapesMin: 1 }
  test.each([
    [
      'steps are a scrape, edges half-way between two',
      {},
      { start: 1_695, stepSeconds: 10, points: 30 },
    ],
    ['at least so many scrapes', { scrapesMin: 3 }, { start: 1_695, stepSeconds: 30, points: 10 }],
    ['at most so many points', { pointsMax: 10 }, { start: 1_695, stepSeconds: 30, points: 10 }],
    [
      'a step that fits no whole number',
      { pointsMax: 8 },
      { start: 1_645, stepSeconds: 40, points: 8 },
    ],
    ['no less than one', { rangeSeconds: 1 }, { start: 1_985, stepSeconds: 10, points: 1 }],
    ['a second behind now', { end: 1_995.9 }, { start: 1_685, stepSeconds: 10, points: 30 }],
  ])('%s', (_, more, grid) => {
    expect(gridFor({ ...asked, ...more }, rhythm)).toEqual(grid)
  })
})

test('values fall on the nearest time; what no counter has is none', () => {
  const values = [
    [100, '1'],
    [111, '2'],
    [124, '-1'],
    [129, 'NaN'],
    [141, '9'],
    [89, '7'],
  ] as const
  expect(onGrid({ labels: {}, values }, GRID)).toEqual([1, 2, null, null])
})

test('counts are those between the times, and a total has no other', () => {
  const labels = { __name__: OWN.requests, route_namespace: 'a', route_name: 'r', instance: 'i' }
  const values = [10, 12, 15, 21].map((value, at) => [100 + 10 * at, String(value)] as const)
  const presence = new Map([[targetOf(labels), [true, true, true, true]]])
  const { counts, known } = countMatrix([{ labels, values }], presence, GRID)
  expect(known).toEqual([true, true, true])
  expect(counts).toHaveLength(1)
  expect([...(counts[0]?.steps ?? [])]).toEqual([2, 3, 6])
  expect(counts[0]).toMatchObject({ total: 11, live: 21, atEnd: 21 })
})

/** A Prometheus that answers every query with what it is told to. */
async function startPrometheus(answer: (query: string) => { status?: number; body: string }) {
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const { status = 200, body } = answer(new URLSearchParams(text).get('query') ?? '')
    response.writeHead(status).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const bounds = { bytesMax: 1_000, timeoutMs: 5_000, signal: new AbortController().signal }
  return { url, client: new PrometheusClient(url, bounds) }
}

const success = (result: unknown) =>
  JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } })

describe('an answer of Prometheus', () => {
  test('is read as series of samples; what is neither is left out', async () => {
    const values = [[1, '2'], ['1', '2'], [1, 2], 'x', null]
    const result = [{ metric: { a: 'b', n: 1 }, values }, { metric: {} }, { values: [] }, null]
    const { client } = await startPrometheus(() => ({ body: success(result) }))
    expect(await client.queryRange('x', GRID)).toEqual([
      { labels: { a: 'b', n: '1' }, values: [[1, '2']] },
    ])
  })

  test.each([
    [{ status: 400, body: '{"status":"error","error":"bad query"}' }, 'answered 400: bad query'],
    [{ status: 502, body: '<html>' }, 'answered 502: no answer of the Prometheus API.'],
    [{ body: '{"status":"success","data":{}}' }, 'answered 200: no answer of the Prometheus API.'],
    [{ body: '{"status":"error","error":7}' }, 'answered 200: no answer of the Prometheus API.'],
    [{ body: JSON.stringify({ error: 'x'.repeat(300) }) }, `answered 200: ${'x'.repeat(200)}`],
    [{ body: `"${'x'.repeat(998)}"` }, 'answered 200: no answer of the Prometheus API.'],
    [{ body: `"${'x'.repeat(999)}"` }, 'answered with more than 1000 bytes.'],
  ])('%j is a sentence', async (answer, sentence) => {
    const { url, client } = await startPrometheus(() => answer)
    expect(await client.queryRaw('x', 1)).toBe(`Prometheus at ${url} ${sentence}`)
  })

  test('is asked of an http or https URL', () => {
    const bounds = { bytesMax: 1, timeoutMs: 1, signal: new AbortController().signal }
    expect(() => new PrometheusClient('ftp://x', bounds)).toThrow(/takes an http/)
    expect(() => new PrometheusClient('x', bounds)).toThrow(/takes an http/)
  })
})

test('the overview adds up what each query says of each step', async () => {
  const own = { route_namespace: 'a', route_name: 'r' }
  const envoy = { envoy_cluster_name: 'httproute/a/e/rule/0' }
  const values = [
    [110, '4'],
    [120, 'NaN'],
    [100, '9'],
    [140, '9'],
  ]
  const { client } = await startPrometheus((query) => {
    if (
      query.includes(
        '_rq_xx{envoy_response_code_class="5",envoy_cluster_name=~"httproute/.+/rule/[0-9]+"',
      )
    )
      return { body: success([{ metric: envoy, values: [[130, '2']] }]) }
    if (query.includes(`${OWN.requests}[`))
      return {
        body: success([
          { metric: own, values },
          { metric: {}, values },
        ]),
      }
    if (query.includes('outcome="dropped"'))
      return { body: success([{ metric: own, values: [[110, '0']] }]) }
    return { body: success([]) }
  })
  expect(await queryOverviewMatrix(client, GRID, 10)).toEqual({
    'a/r': { requests: [4, null, 0], mirrored: [0, null, 0] },
    'a/e': { requests: [0, null, 0], mirrored: [0, null, 0], signals: { errors: [0, null, 2] } },
  })
})
