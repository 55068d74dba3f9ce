import { mkdtempSync, rmSync } from 'node:fs'
import {
  createServer,
  get as httpGet,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { HEARTBEAT } from '@/lib/dashboard-api/heartbeat'
import type { RouteSeries, SeriesOverview } from '@/lib/dashboard-api/series'
import { FakeGatewayMetrics, startFakeMetrics } from '../testing/fake-gateway-metrics'
import { readUrls } from './metrics-reader'
import { type ObserverOptions, startObserver } from './start-observer'
import type { Timers } from './timers'

const ROUTE = 'default/backend'
const NOON = Date.UTC(2026, 10, 23, 12)

/** Clocks and timers that only a test moves. */
class FakeTime {
  wall = NOON
  private position = 500
  private readonly tasks = new Set<{ readonly at: number; readonly run: () => void }>()

  readonly clock = { now: () => this.wall, monotonic: () => this.position }
  readonly timers: Timers = {
    later: (delayMs, run) => {
      const task = { at: this.position + delayMs, run }
      this.tasks.add(task)
      return () => void this.tasks.delete(task)
    },
  }

  advance(milliseconds: number): void {
    this.wall += milliseconds
    this.position += milliseconds
    for (const task of [...this.tasks].sort((a, b) => a.at - b.at)) {
      if (task.at > this.position || !this.tasks.delete(task)) continue
      task.run()
    }
  }
}

async function until<T>(read: () => Promise<T> | T, is: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const value = await read()
    if (is(value)) return value
    if (Date.now() > deadline) throw new Error(`Waited in vain; last: ${JSON.stringify(value)}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

async function json<T>(url: string): Promise<T> {
  return (await fetch(url)).json()
}

interface Setup extends Partial<ObserverOptions> {
  readonly time?: FakeTime
  readonly gateway?: FakeGatewayMetrics
}

async function start(setup: Setup = {}) {
  const { time = new FakeTime(), gateway = new FakeGatewayMetrics(), ...options } = setup
  let isDown = false
  const metrics = await startFakeMetrics(() => (isDown ? null : gateway.text()))
  const observer = await startObserver({
    from: { read: readUrls([metrics.url], () => 'gateway') },
    storeDirectory: null,
    clock: time.clock,
    timers: time.timers,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    ...options,
  })
  let isStopped = false
  const stop = async () => {
    if (isStopped) return
    isStopped = true
    await observer.stop()
    await metrics.stop()
  }
  onTestFinished(stop)
  const scrapes = async () => {
    const text = await (await fetch(`${observer.url}/metrics`)).text()
    return [...text.matchAll(/^observer_scrapes_total\{outcome="(?:ok|failed)"\} (\d+)$/gm)]
      .map((match) => Number(match[1]))
      .reduce((a, b) => a + b, 0)
  }
  return {
    time,
    gateway,
    url: observer.url,
    stop,
    scrapes,
    fail(down: boolean) {
      isDown = down
    },
    /** Lets seconds pass and waits for the scrape each of them makes. */
    async tick(count = 1) {
      for (let done = 0; done < count; done += 1) {
        const before = await scrapes()
        time.advance(1000)
        await until(scrapes, (now) => now > before)
      }
    },
    series: (range = 60, route = ROUTE) =>
      json<RouteSeries>(`${observer.url}/series?route=${route}&range=${range}`),
    overview: (range = 60) => json<SeriesOverview>(`${observer.url}/series?range=${range}`),
  }
}

interface StreamEvent {
  readonly event: string
  readonly data: RouteSeries
}

/** Opens a stream and collects its events. */
async function openStream(url: string) {
  const events: StreamEvent[] = []
  let heartbeats = 0
  let isClosed = false
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpGet(url, resolve).on('error', reject)
  })
  let rest = ''
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/s.exec(part) ?? []
      if (event === HEARTBEAT.event) heartbeats += 1
      else if (event !== undefined && data !== undefined)
        events.push({ event, data: JSON.parse(data) })
    }
  })
  response.on('error', () => {})
  response.on('close', () => {
    isClosed = true
  })
  onTestFinished(() => void response.destroy())
  return {
    response,
    events,
    heartbeats: () => heartbeats,
    isClosed: () => isClosed,
    until: (count: number) =>
      until(
        () => events,
        ({ length }) => length >= count,
      ),
  }
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'observer-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

describe('the observer', () => {
  test('scrapes each second and serves a route as the wire contract says', async () => {
    const observer = await start()
    await observer.tick()
    observer.gateway.request({ count: 8, seconds: 0.03 })
    observer.gateway.request({ count: 2, code: '503', backend: 'default/backend-3:3000' })
    observer.gateway.copy({ count: 10 })
    await observer.tick()
    const series = await observer.series()
    expect(series.route).toBe(ROUTE)
    expect(series.stepSeconds).toBe(1)
    expect(series.timestamps).toHaveLength(60)
    expect(series.timestamps.at(-1)).toBe(NOON + 2000)
    expect(series.timestamps.at(-2)).toBe(NOON + 1000)
    expect(series.primary.requests.at(-1)).toBe(10)
    expect(series.primary.total).toBe(10)
    expect(series.primary.totalsByCode).toEqual({ '200': 8, '503': 2 })
    expect(series.primary.responsesByClass['5xx']?.at(-1)).toBe(2)
    expect(series.rules).toMatchObject([{ rule: '0', total: 10 }])
    expect(series.backends.map(({ backend, total }) => [backend, total])).toEqual([
      ['default/backend-3:3000', 2],
      ['default/backend:3000', 8],
    ])
    expect(series.mirrors[0]?.account).toMatchObject({ requests: 10, answered: 10, holds: true })
    expect(series.mirrors[0]?.mirrored.at(-1)).toBe(10)
    expect(series.source).toEqual({ state: 'ok', lastScrape: NOON + 2000, message: '' })
  })

  test('serves the overview of all routes', async () => {
    const observer = await start()
    await observer.tick()
    observer.gateway.request({ route: 'a/one', count: 3 })
    observer.gateway.request({ route: 'b/two', count: 5 })
    await observer.tick()
    const overview = await observer.overview(300)
    expect(overview.stepSeconds).toBe(5)
    expect(overview.timestamps).toHaveLength(60)
    expect(Object.keys(overview.routes)).toEqual(['a/one', 'b/two'])
  })

  test('answers for a route without any traffic', async () => {
    const observer = await start()
    await observer.tick(2)
    const series = await observer.series(60, 'default/quiet')
    expect(series.primary.requests.at(-1)).toBe(0)
    expect(series.primary.requests.at(-3)).toBeNull()
    expect(series.mirrors).toEqual([])
  })

  test('says when the gateway cannot be read, and goes on when it can', async () => {
    const observer = await start()
    expect((await observer.series()).source.state).toBe('unreachable')
    await observer.tick()
    observer.gateway.request({ count: 5 })
    await observer.tick()
    observer.fail(true)
    observer.gateway.request({ count: 7 })
    await observer.tick(2)
    const stale = await observer.series()
    expect(stale.source.state).toBe('stale')
    expect(stale.source.message).toMatch(
      /could not be read: the connection was reset\. The newest numbers are 2 s old/,
    )
    expect(stale.primary.requests.slice(-3)).toEqual([5, null, null])
    await observer.tick(10)
    expect((await observer.series()).source.state).toBe('unreachable')
    observer.fail(false)
    await observer.tick(2)
    const back = await observer.series()
    expect(back.source.state).toBe('ok')
    expect(back.primary.requests.slice(-2)).toEqual([null, 0])
    expect(back.primary.total).toBe(12)
  })

  test('treats sources that do not all answer as one missed scrape', async () => {
    const other = new FakeGatewayMetrics()
    const first = new FakeGatewayMetrics()
    let isDown = false
    const a = await startFakeMetrics(() => first.text())
    const b = await startFakeMetrics(() => (isDown ? null : other.text()))
    onTestFinished(async () => {
      await a.stop()
      await b.stop()
    })
    const observer = await start({ from: { read: readUrls([a.url, b.url]) } })
    await observer.tick()
    first.request({ count: 1 })
    other.request({ count: 10 })
    await observer.tick()
    isDown = true
    first.request({ count: 2 })
    await observer.tick()
    isDown = false
    await observer.tick()
    const { primary } = await observer.series()
    expect(primary.requests.slice(-3)).toEqual([11, null, null])
    expect(primary.total).toBe(13)
  })

  test('scrapeBytesMax: refuses a longer answer', async () => {
    const observer = await start({ limits: { scrapeBytesMax: 10 } })
    observer.gateway.request({})
    await observer.tick()
    expect((await observer.series()).source.message).toMatch(/longer than 10 bytes/)
  })
})

describe('a clock that is set', () => {
  test('back relabels the history and draws nothing twice', async () => {
    const observer = await start()
    await observer.tick()
    observer.gateway.request({ count: 4 })
    await observer.tick()
    observer.time.wall -= 3_600_000
    observer.gateway.request({ count: 5 })
    await observer.tick()
    const { primary, timestamps } = await observer.series()
    expect(primary.requests.slice(-2)).toEqual([4, 5])
    expect(timestamps.at(-1)).toBe(NOON - 3_600_000 + 3000)
    expect(timestamps.at(-2)).toBe(NOON - 3_600_000 + 2000)
  })

  test('forth by a while is a gap, as after a sleep', async () => {
    const observer = await start()
    await observer.tick()
    observer.gateway.request({ count: 4 })
    await observer.tick()
    observer.time.wall += 20_000
    observer.gateway.request({ count: 5000 })
    await observer.tick()
    const { primary, timestamps } = await observer.series()
    expect(primary.requests.slice(-22)).toEqual([4, ...Array.from({ length: 21 }, () => null)])
    expect(primary.total).toBe(5004)
    expect(timestamps.at(-1)).toBe(NOON + 23_000)
  })

  test('forth by years relabels the history instead of losing it', async () => {
    const observer = await start()
    await observer.tick()
    observer.gateway.request({ count: 4 })
    await observer.tick()
    observer.time.wall += 40 * 365 * 24 * 3_600_000
    await observer.tick()
    expect((await observer.series()).primary.requests.slice(-2)).toEqual([4, 0])
  })
})

describe('a restart of the observer', () => {
  test('keeps the series, and counts what came between as a gap', async () => {
    const storeDirectory = temporaryDirectory()
    const time = new FakeTime()
    const gateway = new FakeGatewayMetrics()
    const first = await start({ storeDirectory, time, gateway })
    await first.tick()
    for (let second = 0; second < 25; second += 1) {
      gateway.request({ count: 2 })
      gateway.copy({ count: 2, ended: 'in flight' })
      await first.tick()
    }
    const before = await first.series(300)
    await first.stop()

    gateway.request({ count: 1000 })
    gateway.copy({ count: 1000 })
    time.advance(30_000)
    const second = await start({ storeDirectory, time, gateway })
    const restored = await second.series(300)
    expect(restored.primary.total).toBe(50)
    expect(restored.primary.totalsByCode).toEqual({ '200': 50 })
    await second.tick()
    gateway.request({ count: 3 })
    await second.tick()
    const after = await second.series(300)
    expect(after.primary.requests.at(-1)).toBe(3)
    expect(after.primary.requests.slice(-32, -1).every((point) => point === null)).toBe(true)
    expect(after.primary.requests.slice(-57, -32)).toEqual(before.primary.requests.slice(-25))
    expect(after.primary.total).toBe(1053)
    expect(after.timestamps.at(-1)).toBe(NOON + 26_000 + 30_000 + 2000)
    expect(after.mirrors[0]?.windowAccount).toMatchObject({
      requests: 1050,
      inFlight: 50,
      lostInFlight: 0,
      holds: true,
    })
    const wide = (await second.series(3600)).primary
    expect(Math.max(...wide.requests.map((point) => point ?? 0))).toBeLessThanOrEqual(40)
    expect(wide.total).toBe(1053)
  })

  test('recognises a gateway that restarted meanwhile', async () => {
    const storeDirectory = temporaryDirectory()
    const time = new FakeTime()
    const gateway = new FakeGatewayMetrics()
    const first = await start({ storeDirectory, time, gateway })
    await first.tick()
    gateway.request({ count: 100 })
    await first.tick()
    await first.stop()
    gateway.restart()
    gateway.request({ count: 7 })
    const second = await start({ storeDirectory, time, gateway })
    await second.tick()
    expect((await second.series()).primary.total).toBe(107)
  })

  test('writes while it runs, so that a crash loses little', async () => {
    const storeDirectory = temporaryDirectory()
    const time = new FakeTime()
    const gateway = new FakeGatewayMetrics()
    const first = await start({ storeDirectory, time, gateway })
    await first.tick()
    for (let second = 0; second < 16; second += 1) {
      gateway.request({})
      await first.tick()
    }
    // The first is not stopped: what the second reads was written by the timer.
    const copy = await until(
      async () => {
        const second = await start({ storeDirectory, time: new FakeTime(), gateway })
        const { primary } = await second.series(300)
        return primary.total
      },
      (total) => total >= 13,
    )
    expect(copy).toBeLessThanOrEqual(16)
  })

  test('forgets removed routes on disk too', async () => {
    const storeDirectory = temporaryDirectory()
    const time = new FakeTime()
    const gateway = new FakeGatewayMetrics()
    const first = await start({ storeDirectory, time, gateway })
    await first.tick()
    gateway.request({})
    await first.tick()
    await first.stop()
    gateway.removeRoute(ROUTE)
    time.advance(8 * 24 * 3_600_000)
    const second = await start({ storeDirectory, time, gateway })
    await second.tick()
    time.advance(31_000)
    await until(second.scrapes, (count) => count >= 2)
    await second.stop()
    const third = await start({ storeDirectory, time, gateway })
    expect(await (await fetch(`${third.url}/metrics`)).text()).toMatch(/^observer_routes 0$/m)
  })

  test('starts afresh where the interval is another', async () => {
    const storeDirectory = temporaryDirectory()
    const time = new FakeTime()
    const first = await start({ storeDirectory, time })
    await first.tick()
    first.gateway.request({})
    await first.tick()
    await first.stop()
    const second = await start({ storeDirectory, time, scrapeIntervalMs: 2000 })
    expect((await second.series()).primary.total).toBe(0)
  })
})

describe('a range in the past', () => {
  test('is as it was shown then, with the copies in flight at its end', async () => {
    const observer = await start()
    await observer.tick()
    for (let second = 0; second < 30; second += 1) {
      observer.gateway.request({ count: second })
      observer.gateway.copy({ count: 2, ended: second < 20 ? 'in flight' : 'answered' })
      await observer.tick()
    }
    const then = await observer.series()
    const end = then.timestamps.at(-1)
    observer.gateway.end({ count: 40 })
    observer.gateway.request({ count: 1000 })
    await observer.tick(5)
    const past = await json<RouteSeries>(
      `${observer.url}/series?route=${ROUTE}&range=60&end=${end}`,
    )
    expect(past.timestamps).toEqual(then.timestamps)
    expect(past.primary.requests).toEqual(then.primary.requests)
    expect(past.primary.total).toBe(then.primary.total)
    expect(past.mirrors[0]?.windowAccount).toMatchObject({ inFlight: 40, holds: true })
    expect(past.mirrors[0]?.account).toMatchObject({ inFlight: 0, holds: true })
  })
})

describe('one rule of a route', () => {
  test('is served alone, with its bytes, beside the totals of all', async () => {
    const observer = await start()
    await observer.tick()
    observer.gateway.request({ count: 3, rule: '0', bytes: 100 })
    observer.gateway.request({ count: 5, rule: '1', code: '404', bytes: 10 })
    observer.gateway.capture('', 3)
    observer.gateway.capture('rate_limit', 2)
    observer.gateway.retry('', 7)
    observer.gateway.retry('in_flight_limit', 4)
    observer.gateway.retry('body_limit')
    await observer.tick()
    const whole = await json<RouteSeries>(`${observer.url}/series?route=${ROUTE}&range=60`)
    expect(whole.captures).toEqual({ captured: 3, givenUp: { rate_limit: 2 } })
    expect(whole.retries).toEqual({ made: 7, refused: { in_flight_limit: 4, body_limit: 1 } })
    const series = await json<RouteSeries>(`${observer.url}/series?route=${ROUTE}&range=60&rule=1`)
    expect(series.primary).toMatchObject({
      total: 5,
      totalsByCode: { 404: 5 },
      bytes: { total: { request: 50, response: 50 } },
    })
    expect(series.rules).toMatchObject([
      { rule: '0', total: 3, totalsByCode: { 200: 3 }, bytes: { request: 300 } },
      { rule: '1', total: 5, quantiles: { p50: expect.any(Number) } },
    ])
    expect(series.primary.latency.resolution.p50).toBe(4)
    expect(series.backends).toMatchObject([
      { total: 5, inFlight: 0, bytes: { request: 50, response: 50 } },
    ])
  })
})

describe('a stream', () => {
  test('begins with the window and continues with one step each second', async () => {
    const observer = await start()
    await observer.tick()
    const stream = await openStream(`${observer.url}/series/stream?route=${ROUTE}&range=60`)
    expect(stream.response.headers['content-type']).toMatch(/^text\/event-stream/)
    expect(stream.response.headers['cache-control']).toBe('no-store')
    await stream.until(1)
    observer.gateway.request({ count: 6 })
    observer.gateway.copy({ count: 6 })
    await observer.tick()
    observer.gateway.request({ count: 1 })
    await observer.tick()
    const [window, first, second] = await stream.until(3)
    expect(window?.event).toBe('window')
    expect(window?.data.timestamps).toHaveLength(60)
    expect(first?.event).toBe('point')
    expect(first?.data.timestamps).toEqual([NOON + 2000])
    expect(first?.data.primary.requests).toEqual([6])
    expect(first?.data.mirrors[0]?.mirrored).toEqual([6])
    expect(first?.data.mirrors[0]?.account.holds).toBe(true)
    expect(second?.data.primary.requests).toEqual([1])
    expect(second?.data.primary.total).toBe(7)
    expect(second?.data.primary.latency.window.p50).toBeGreaterThan(0)
    expect(second?.data.mirrors).toHaveLength(1)
  })

  test('of a wide step repeats the newest complete one', async () => {
    const observer = await start()
    await observer.tick()
    const stream = await openStream(`${observer.url}/series/stream?route=${ROUTE}&range=900`)
    await stream.until(1)
    for (let second = 0; second < 6; second += 1) {
      observer.gateway.request({})
      await observer.tick()
    }
    const events = await stream.until(7)
    const ends = events.slice(1).map(({ data }) => data.timestamps[0])
    expect(new Set(ends).size).toBe(3)
    expect(events.at(-1)?.data.primary.total).toBe(6)
  })

  test('sends the window again when the clock was set', async () => {
    const observer = await start()
    await observer.tick()
    const stream = await openStream(`${observer.url}/series/stream?route=${ROUTE}&range=60`)
    await stream.until(1)
    observer.time.wall -= 60_000
    await observer.tick()
    expect((await stream.until(2)).map(({ event }) => event)).toEqual(['window', 'window'])
  })

  test('of the overview says only what is new', async () => {
    const observer = await start()
    await observer.tick()
    const stream = await openStream(`${observer.url}/series/stream?range=60`)
    await stream.until(1)
    observer.gateway.request({ count: 2 })
    await observer.tick()
    const events = await stream.until(2)
    expect(events[1]?.data).toMatchObject({
      stepSeconds: 1,
      routes: { [ROUTE]: { requests: [2], mirrored: [0] } },
    })
  })

  test('stays open with a heartbeat and ends with the observer', async () => {
    const observer = await start({ limits: { heartbeatMs: 3000 } })
    const stream = await openStream(`${observer.url}/series/stream?range=60`)
    await observer.tick(3)
    await until(stream.heartbeats, (count) => count >= 1)
    await observer.stop()
    await until(stream.isClosed, (isClosed) => isClosed)
  })

  test('streamClientsMax: a further one is answered 503, until one leaves', async () => {
    const observer = await start({ limits: { streamClientsMax: 1 } })
    const url = `${observer.url}/series/stream?range=60`
    const stream = await openStream(url)
    const refused = await fetch(url)
    expect(refused.status).toBe(503)
    expect(await refused.json()).toMatchObject({ code: 'too-many' })
    stream.response.destroy()
    await until(
      async () => (await fetch(`${observer.url}/metrics`)).text(),
      (text) => /^observer_stream_clients 0$/m.test(text),
    )
    await openStream(url)
  })

  test('streamBufferBytesMax: a client that does not read is dropped', async () => {
    const observer = await start({ limits: { streamBufferBytesMax: 100_000 } })
    for (let route = 0; route < 400; route += 1) {
      observer.gateway.request({ route: `default/route-with-a-long-name-${route}` })
    }
    await observer.tick()
    const { port } = new URL(observer.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => {})
    onTestFinished(() => void socket.destroy())
    socket.pause()
    socket.write('GET /series/stream?range=60 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
    const metrics = async () => (await fetch(`${observer.url}/metrics`)).text()
    await until(metrics, (text) => /^observer_stream_clients 1$/m.test(text))
    for (let second = 0; second < 400; second += 1) {
      // A clock that is set makes the whole window be sent again, which fills the socket soonest.
      observer.time.wall -= 60_000
      await observer.tick()
      if (/^observer_stream_clients_dropped_total 1$/m.test(await metrics())) return
    }
    throw new Error('The client was not dropped.')
  })
})

describe('a request', () => {
  test.each([
    ['/series?range=0', 400],
    ['/series?range=604801', 400],
    ['/series?range=x', 400],
    ['/series?range=60&route=..%2Fx', 400],
    ['/series?range=60&route=a', 400],
    ['//', 400],
    ['/nothing', 404],
    ['/healthz', 200],
    ['/series', 200],
    ['/series?range=604800', 200],
  ])('%s is answered %i', async (path, status) => {
    const observer = await start()
    const response = await fetch(observer.url + path)
    expect(response.status).toBe(status)
    if (status >= 400) expect(Object.keys(await response.json())).toEqual(['code', 'message'])
  })

  test.each([
    ['evil.example', 421],
    ['127.0.0.1.evil.example', 421],
    ['localhost:1234', 200],
    ['[::1]:80', 200],
  ])('for the host %s is answered %i', async (host, status) => {
    const observer = await start()
    const answered = await new Promise<number | undefined>((resolve, reject) => {
      httpRequest(`${observer.url}/healthz`, { headers: { host } }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })
    expect(answered).toBe(status)
  })

  test('that is not GET is refused', async () => {
    const observer = await start()
    expect((await fetch(`${observer.url}/series`, { method: 'POST' })).status).toBe(405)
  })
})

describe('starting', () => {
  test('refuses a source that is no http URL, none, and too many', async () => {
    const of = (urls: string[]) => () => readUrls(urls)
    expect(of(['ftp://x/'])).toThrow('A metrics URL is an http:// URL.')
    expect(of([])).toThrow('1 to 16 metrics URLs')
    expect(of(Array.from({ length: 17 }, () => 'http://x/'))).toThrow('not 17')
    const prometheus = startObserver({ from: { prometheus: 'x' }, storeDirectory: null })
    await expect(prometheus).rejects.toThrow('MIRRORBOARD_PROMETHEUS_URL takes an http://')
  })

  test('scrapes by the real clock when none is given', async () => {
    const gateway = new FakeGatewayMetrics()
    const metrics = await startFakeMetrics(() => gateway.text())
    const observer = await startObserver({
      from: { read: readUrls([metrics.url]) },
      storeDirectory: null,
      scrapeIntervalMs: 50,
    })
    onTestFinished(async () => {
      await observer.stop()
      await metrics.stop()
    })
    const series = () => json<RouteSeries>(`${observer.url}/series?route=${ROUTE}&range=10`)
    await until(series, ({ source }) => source.state === 'ok')
    gateway.request({ count: 3 })
    const { primary } = await until(series, ({ primary: { total } }) => total > 0)
    expect(primary.total).toBe(3)
  })
})

test('scrapeTimeoutMs: gives up a gateway that does not answer, and stops while one is waited for', async () => {
  const hanging = createServer(() => {})
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    hanging.closeAllConnections()
    hanging.close()
  })
  const { port } = hanging.address() as AddressInfo
  const from = { read: readUrls([`http://127.0.0.1:${port}/metrics`]) }
  const observer = await start({ from, limits: { scrapeTimeoutMs: 20 } })
  await observer.tick()
  expect((await observer.series()).source.message).toMatch(/did not answer in time/)
  const waiting = await start({ from, limits: { scrapeTimeoutMs: 60_000 } })
  const connections = () =>
    new Promise<number>((resolve) => hanging.getConnections((_, n) => resolve(n)))
  waiting.time.advance(1000)
  await until(connections, (count) => count > 0)
  await waiting.stop()
})
