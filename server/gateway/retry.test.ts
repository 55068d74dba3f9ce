import { afterEach, describe, expect, it } from 'vitest'
import type { RuleEntry } from '@/lib/routing/route-table'
import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'
import { GATEWAY_LIMITS } from './bounds/limits'
import { Attempts } from './exchange/attempts'
import { RuleMetrics } from './metrics/metrics'
import { ClusterRuntime } from './rules/rule-runtime'
import { sendMany } from './test-support/load'
import { brokenIdentities, total } from './test-support/metrics-reader'
import { closedPort, type HttpPeer, startHttpPeer, startRawPeer } from './test-support/peers'
import { mirror, route, rule } from './test-support/route-tables'
import { eventually, startTestGateway, type TestGateway } from './test-support/test-gateway'
import type { Upstream } from './upstream/upstream'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start(limits: Parameters<typeof startTestGateway>[0] = {}): Promise<TestGateway> {
  const gateway = await startTestGateway({ retryBackoffMs: 5, drainMs: 500, ...limits })
  closers.push(() => gateway.stop())
  return gateway
}

async function peer(respond?: Parameters<typeof startHttpPeer>[0]): Promise<HttpPeer> {
  const started = await startHttpPeer(respond)
  closers.push(() => started.close())
  return started
}

/** Answers 503 so often, then what it was sent. */
function failing(times: number): Promise<HttpPeer> {
  let left = times
  return peer((_request, response, body) => {
    if (left-- > 0) response.writeHead(503, { 'X-Failed': 'yes' }).end('failed')
    else response.end(`seen ${body}`)
  })
}

function retrying(retry: Partial<NonNullable<RuleEntry['retry']>>, more: Partial<RuleEntry> = {}) {
  return [
    route('r', [rule({ retry: { codes: [503], attempts: 2, backoffMs: 0, ...retry }, ...more })]),
  ]
}

async function ask(gateway: TestGateway, init: RequestInit = {}) {
  const answer = await fetch(`http://${gateway.address}:${gateway.port}/`, init)
  return `${answer.status} ${await answer.text()}`
}

async function retries(gateway: TestGateway): Promise<number> {
  const samples = await gateway.scrape()
  expect(brokenIdentities(samples)).toEqual([])
  return total(samples, GATEWAY_METRICS.retries)
}

async function refusals(gateway: TestGateway, reason?: string): Promise<number> {
  const labels = reason === undefined ? {} : { reason }
  return total(await gateway.scrape(), GATEWAY_METRICS.retriesRefused, labels)
}

describe('a rule with retry', () => {
  it('sends a request again for the codes it names, with its body, and copies it once', async () => {
    const primary = await failing(2)
    const shadow = await peer()
    const gateway = await start()
    await gateway.serve(retrying({}, { mirrors: [mirror('shadow')] }), {
      primary: [primary.port],
      shadow: [shadow.port],
    })
    expect(await ask(gateway, { method: 'POST', body: 'hello' })).toBe('200 seen hello')
    expect(primary.requests.map(({ body }) => body.toString())).toEqual(['hello', 'hello', 'hello'])
    expect(await retries(gateway)).toBe(2)
    await eventually('the copy', () => shadow.requests.length > 0)
    expect(await ask(gateway)).toBe('200 seen ')
    await eventually('the second copy', () => shadow.requests.length === 2)
    const samples = await gateway.scrape()
    expect(total(samples, GATEWAY_METRICS.requests)).toBe(2)
    expect(total(samples, GATEWAY_METRICS.mirrorOffered)).toBe(2)
  })

  it('hands over the last answer when its attempts are used up', async () => {
    const primary = await failing(9)
    const gateway = await start()
    await gateway.serve(retrying({ attempts: 3 }), { primary: [primary.port] })
    expect(await ask(gateway)).toBe('503 failed')
    expect(primary.requests).toHaveLength(4)
  })

  it.each([
    ['another code', { codes: [500] }, 1],
    ['zero attempts', { attempts: 0 }, 1],
  ])('does not retry for %s', async (_what, retry, requests) => {
    const primary = await failing(9)
    const gateway = await start()
    await gateway.serve(retrying(retry), { primary: [primary.port] })
    expect(await ask(gateway)).toBe('503 failed')
    expect(primary.requests).toHaveLength(requests)
  })

  it('does not retry what is too large to be kept', async () => {
    const primary = await failing(1)
    const gateway = await start()
    await gateway.serve(retrying({}), { primary: [primary.port] })
    const body = 'x'.repeat(100_000)
    expect(await ask(gateway, { method: 'POST', body })).toBe('503 failed')
  })

  it('connects again where nobody listened, whatever the method', async () => {
    const port = await closedPort()
    const gateway = await start({ retryBackoffMs: 40 })
    await gateway.serve(retrying({ codes: [], attempts: 8 }), { primary: [port] })
    const answer = ask(gateway, { method: 'POST', body: 'late' })
    await eventually('a retry', async () => (await retries(gateway)) > 0)
    const late = await startRawPeer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nup'))
    }, port)
    closers.push(() => late.close())
    expect(await answer).toBe('200 up')
  })

  it('gives up an attempt that takes too long, and all of them with the request', async () => {
    let held = 1
    const primary = await peer((_request, response) => {
      if (held-- <= 0) response.end('quick')
    })
    const gateway = await start()
    const timeouts = { requestMs: 0, backendRequestMs: 100 }
    await gateway.serve(retrying({}, { timeouts }), { primary: [primary.port] })
    expect(await ask(gateway)).toBe('200 quick')
    expect(primary.requests).toHaveLength(2)

    const failed = await failing(99)
    const patient = retrying(
      { attempts: 9, backoffMs: 80 },
      { timeouts: { requestMs: 200, backendRequestMs: 0 } },
    )
    await gateway.serve(patient, { primary: [failed.port] })
    expect(await ask(gateway)).toContain('504')
    expect(failed.requests.length).toBeLessThan(5)
  })

  it('gives every client its attempts, one after another and at once, while a backend fails twice', async () => {
    const failures = new Map<string, number>()
    const primary = await peer((request, response) => {
      const seen = failures.get(request.url ?? '') ?? 0
      failures.set(request.url ?? '', seen + 1)
      response.writeHead(seen < 2 ? 503 : 200).end()
    })
    const gateway = await start({ retryBackoffMs: 1 })
    await gateway.serve(retrying({ attempts: 3 }), { primary: [primary.port] })
    const get = async (path: string) => {
      const answer = await fetch(`http://${gateway.address}:${gateway.port}${path}`)
      await answer.arrayBuffer()
      return answer.status
    }
    const statuses: number[] = []
    for (let sent = 0; sent < 100; sent++) statuses.push(await get(`/one/${sent}`))
    const together = Array.from({ length: 100 }, (_, sent) => get(`/all/${sent}`))
    expect([...statuses, ...(await Promise.all(together))]).toEqual(Array(200).fill(200))
    expect(await retries(gateway)).toBe(400)
    expect(await refusals(gateway)).toBe(0)
  })

  it('retries no more requests to a backend at once than the limit, and says of the others why', async () => {
    const held: (() => void)[] = []
    const seen = new Set<unknown>()
    const primary = await peer((request, response) => {
      const fail = () => response.writeHead(503).end('failed')
      const id = request.headers['x-request-id']
      if (seen.has(id) && held.length < 2) held.push(fail)
      else fail()
      seen.add(id)
    })
    const gateway = await start({ retriesInFlightMax: 2, retryBackoffMs: 1 })
    await gateway.serve(retrying({ attempts: 1 }), { primary: [primary.port] })
    const first = ask(gateway)
    const second = ask(gateway)
    await eventually('two retries', () => held.length === 2)
    expect(await ask(gateway)).toBe('503 failed')
    expect(await refusals(gateway, 'in_flight_limit')).toBe(1)
    for (const fail of held) fail()
    expect(await Promise.all([first, second])).toEqual(['503 failed', '503 failed'])
    // Each has given its place back.
    expect(await ask(gateway)).toBe('503 failed')
    expect(await retries(gateway)).toBe(3)
    expect(await refusals(gateway)).toBe(1)
  })

  it('gives the place of a client that goes away to the next', async () => {
    const primary = await failing(99)
    const gateway = await start({ retriesInFlightMax: 1 })
    await gateway.serve(retrying({ attempts: 1, backoffMs: 60_000 }), { primary: [primary.port] })
    const gone = new AbortController()
    const first = ask(gateway, { signal: gone.signal }).catch(() => 'gone')
    await eventually('a retry', async () => (await retries(gateway)) === 1)
    gone.abort()
    expect(await first).toBe('gone')
    await eventually('the end of the first', async () => {
      const samples = await gateway.scrape()
      return total(samples, GATEWAY_METRICS.responses, { outcome: 'client_aborted' }) === 1
    })
    const next = new AbortController()
    const second = ask(gateway, { signal: next.signal }).catch(() => 'gone')
    await eventually('its retry', async () => (await retries(gateway)) === 2)
    next.abort()
    await second
  })

  it('says why a retry was not made for the body, and for too many attempts', async () => {
    const primary = await failing(99)
    const gateway = await start({ retryAttemptsMax: 2, retryBackoffMs: 1 })
    await gateway.serve(retrying({ attempts: 5 }), { primary: [primary.port] })
    const body = 'x'.repeat(100_000)
    expect(await ask(gateway, { method: 'POST', body })).toBe('503 failed')
    expect(await refusals(gateway, 'body_limit')).toBe(1)
    expect(await ask(gateway)).toBe('503 failed')
    expect(await refusals(gateway, 'attempts_limit')).toBe(1)
    expect(await refusals(gateway)).toBe(2)
    expect(await retries(gateway)).toBe(2)
  })
})

describe('a dead Pod', () => {
  it('costs no client an error while others are ready', async () => {
    const alive = await peer()
    const dead = await Promise.all([closedPort(), closedPort(), closedPort()])
    const gateway = await start()
    await gateway.serve([route('r', [rule()])], {
      primary: [dead[0], alive.port, dead[1], dead[2]],
    })
    const get = await sendMany(gateway, 300, 8)
    const post = await sendMany(gateway, 300, 8, { method: 'POST' })
    expect([...get.statuses, ...post.statuses]).toEqual([
      [200, 300],
      [200, 300],
    ])
    // Known to refuse, it is tried a few times a second and not for every request.
    expect(await retries(gateway)).toBeLessThan(60)
  })

  it('that dies under load costs no client an error that may be asked again', async () => {
    const [one, two] = [await peer(), await peer()]
    const gateway = await start()
    await gateway.serve([route('r', [rule()])], { primary: [one.port, two.port] })
    const sending = sendMany(gateway, 2_000, 16)
    await eventually('some requests', () => one.requests.length > 300)
    await one.close()
    expect([...(await sending).statuses]).toEqual([[200, 2_000]])
  })

  it('is not hidden by a second attempt that could have an effect twice', async () => {
    const broken = await startRawPeer((socket) => socket.once('data', () => socket.destroy()))
    closers.push(() => broken.close())
    const gateway = await start()
    await gateway.serve([route('r', [rule()])], { primary: [broken.port, broken.port] })
    expect(await ask(gateway, { method: 'POST', body: 'once' })).toContain('502')
    expect(broken.connections).toBe(1)
  })
})

function ruleOf(retry: NonNullable<RuleEntry['retry']>) {
  return { rule: rule({ retry }), metrics: new RuleMetrics('') }
}

describe('pauses between attempts', () => {
  it('double from the rule’s own, up to the longest, with up to half of it by chance', () => {
    const cluster = new ClusterRuntime([], 1)
    const retry = { codes: [503], attempts: 9, backoffMs: 100 }
    const attempts = new Attempts('GET', ruleOf(retry), cluster, GATEWAY_LIMITS)
    for (const least of [100, 200, 400, 800, 1_000, 1_000]) {
      const wait = attempts.afterStatus(503, true) ?? 0
      expect(wait).toBeGreaterThanOrEqual(least)
      expect(wait).toBeLessThanOrEqual(Math.min(1_000, least * 1.5))
    }
  })

  it('are not made for a response that is lost halfway', () => {
    const cluster = new ClusterRuntime([], 1)
    const retry = { codes: [503], attempts: 9, backoffMs: 100 }
    const attempts = new Attempts('GET', ruleOf(retry), cluster, GATEWAY_LIMITS)
    const begun = { wasUsed: false, hasAnswered: true } as Upstream
    expect(attempts.afterFailure('reset', begun, true)).toBeNull()
    expect(attempts.afterFailure('bad_response', begun, true)).toBeNull()
  })
})
