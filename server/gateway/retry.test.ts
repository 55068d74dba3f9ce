import { afterEach, describe, expect, it } from 'vitest'
import type { RuleEntry } from '@/lib/routing/route-table'
import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'
import { Attempts } from './attempts'
import { GATEWAY_LIMITS } from './limits'
import { RetryBudget } from './retry-budget'
import { ClusterRuntime } from './rule-runtime'
import { sendMany } from './test-support/load'
import { brokenIdentities, total } from './test-support/metrics-reader'
import { closedPort, type HttpPeer, startHttpPeer, startRawPeer } from './test-support/peers'
import { mirror, route, rule } from './test-support/route-tables'
import { eventually, startTestGateway, type TestGateway } from './test-support/test-gateway'
import type { Upstream } from './upstream'

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

  it('stays within the budget of a backend in trouble', async () => {
    const primary = await failing(100_000)
    const gateway = await start({ retriesPerSecondMin: 5, retryBurstMax: 5, retryBackoffMs: 1 })
    await gateway.serve(retrying({ attempts: 5 }), { primary: [primary.port] })
    const { statuses } = await sendMany(gateway, 500, 8)
    expect([...statuses]).toEqual([[503, 500]])
    // A fifth of the requests, and what the seconds of the run allow besides.
    expect(await retries(gateway)).toBeLessThan(200)
    expect(await retries(gateway)).toBeGreaterThanOrEqual(100)
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

describe('pauses between attempts', () => {
  it('double from the rule’s own, up to the longest, with up to half of it by chance', () => {
    const cluster = new ClusterRuntime([], GATEWAY_LIMITS)
    const retry = { codes: [503], attempts: 9, backoffMs: 100 }
    const attempts = new Attempts('GET', retry, cluster, GATEWAY_LIMITS)
    for (const least of [100, 200, 400, 800, 1_000, 1_000]) {
      attempts.begin()
      const wait = attempts.afterStatus(503, 0) ?? 0
      expect(wait).toBeGreaterThanOrEqual(least)
      expect(wait).toBeLessThanOrEqual(Math.min(1_000, least * 1.5))
    }
  })

  it('are not made for a response that is lost halfway', () => {
    const cluster = new ClusterRuntime([], GATEWAY_LIMITS)
    const retry = { codes: [503], attempts: 9, backoffMs: 100 }
    const attempts = new Attempts('GET', retry, cluster, GATEWAY_LIMITS)
    attempts.begin()
    const begun = { wasUsed: false, hasAnswered: true } as Upstream
    expect(attempts.afterFailure('reset', begun, 0)).toBeNull()
    expect(attempts.afterFailure('bad_response', begun, 0)).toBeNull()
  })

  it('and the budget refills with time and with requests', () => {
    const limits = {
      ...GATEWAY_LIMITS,
      retriesPerSecondMin: 2,
      retryShareMax: 0.5,
      retryBurstMax: 3,
    }
    const budget = new RetryBudget(limits)
    const taken = (now: number) => [1, 2, 3, 4].filter(() => budget.take(now)).length
    expect(taken(0)).toBe(2)
    expect(taken(0)).toBe(0)
    expect(taken(500)).toBe(1)
    budget.countRequest()
    budget.countRequest()
    expect(taken(500)).toBe(1)
    expect(taken(1_000_000)).toBe(3)
  })
})
