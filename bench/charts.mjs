/**
 * How much of a core's main thread the traffic pages take, in a real browser against a running Mirrorboard of its own.
 *
 *   node bench/charts.mjs [--routes=5000] [--seconds=20] [--only=route|overview]
 *
 * A gateway's metrics are played by this process: one busy route with two rules, three backends and two mirrors, and
 * many quiet ones. The time is the renderer's thread time as the DevTools protocol reports it (Performance, TaskDuration),
 * so that other load on the machine does not count. First builds what is not built; takes six minutes, because a range has to
 * be full before it costs what it costs.
 */
import { createServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { report, startBrowser, startMirrorboard } from './browser.mjs'

const option = (name, fallback) =>
  process.argv.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3) ?? fallback
const ROUTES = Number(option('routes', 5000))
const SECONDS = Number(option('seconds', 20))
const ONLY = option('only', '')
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const WARM_UP_MS = 6_000
let observedSince = 0

const started = Date.now()
/** A count that grows unevenly, so that every second draws another picture. */
const grown = (rate, phase = 0) => {
  const seconds = (Date.now() - started) / 1000
  return Math.floor(rate * seconds + rate * 3 * (1 + Math.sin(seconds / 4 + phase)))
}

function histogram(name, labels, count) {
  const lines = BOUNDS.map(
    (bound, index) =>
      `${name}_bucket{${labels},le="${bound}"} ${Math.floor((count * (index + 1)) / BOUNDS.length)}\n`,
  )
  return `${lines.join('')}${name}_bucket{${labels},le="+Inf"} ${count}\n`
}

function ruleText(route, rule, backends, mirrors, rate) {
  const labels = `gateway="bench/eg",listener="http",route_namespace="bench",route_name="${route}",rule="${rule}"`
  const requests = grown(rate, rule)
  let text = `gateway_requests_total{${labels}} ${requests}\n`
  for (let backend = 0; backend < backends; backend += 1) {
    const own = `${labels},backend="bench/backend-${backend}:80"`
    const count = Math.floor(requests / backends)
    const errors = Math.floor(count / 50)
    text += `gateway_request_bytes_total{${own}} ${count * 300}\n`
    text += `gateway_response_bytes_total{${own}} ${count * 900}\ngateway_requests_in_flight{${own}} 0\n`
    text += `gateway_responses_total{${own},code="200",outcome="answered"} ${count - errors}\n`
    text += `gateway_responses_total{${own},code="503",outcome="answered"} ${errors}\n`
    text += histogram('gateway_request_duration_seconds', own, count)
  }
  for (let mirror = 0; mirror < mirrors; mirror += 1) {
    const own = `${labels},mirror="${mirror}",target="bench/mirror-${mirror}:80"`
    text += `gateway_mirror_offered_total{${own}} ${requests}\n`
    text += `gateway_mirror_requests_total{${own},outcome="mirrored",reason=""} ${requests}\n`
    text += `gateway_mirror_responses_total{${own},outcome="answered",reason="",code="200"} ${requests}\n`
    text += `gateway_mirror_request_bytes_total{${own}} ${requests * 300}\n`
    text += `gateway_mirror_response_bytes_total{${own}} ${requests * 900}\n`
    text += histogram('gateway_mirror_request_duration_seconds', own, requests)
  }
  return text
}

function metricsText() {
  const busy = [0, 1].map((rule) => ruleText('busy', rule, 3, 2, 200)).join('')
  const quiet = Array.from({ length: ROUTES - 1 }, (_, index) =>
    ruleText(`route-${index}`, 0, 1, 1, 1 + (index % 7)),
  )
  return busy + quiet.join('')
}

/** Seconds of the renderer's main thread per second, while the page is left alone. */
async function shareOfCore(page, seconds) {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const read = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0
  }
  const before = await read()
  const from = performance.now()
  await delay(seconds * 1000)
  return ((await read()) - before) / ((performance.now() - from) / 1000)
}

const percent = (share) => (share * 100).toFixed(1)

async function measureRoute(page, url) {
  for (const [range, seconds] of Object.entries({ '1m': 60, '5m': 300 })) {
    // A range that is not full yet draws less.
    await delay(Math.max(0, observedSince + (seconds + 5) * 1000 - Date.now()))
    await page.goto(`${url}/routes/bench/busy/traffic?range=${range}`)
    await page.getByRole('region', { name: 'Requests per second' }).waitFor()
    await delay(WARM_UP_MS)
    const charts = await page.locator('.recharts-surface').count()
    const points = await page.evaluate(() =>
      Math.max(
        ...[...document.querySelectorAll('.recharts-surface path')].map(
          (path) => (path.getAttribute('d') ?? '').split('L').length,
        ),
      ),
    )
    report(
      `route page, ${range}, ${charts} charts at 1 Hz: main thread`,
      percent(await shareOfCore(page, SECONDS)),
      '% of a core',
    )
    report(`route page, ${range}: most points of a line`, points, '')
  }
  const height = await page.evaluate(() => document.querySelector('main').scrollHeight)
  await page.setViewportSize({ width: 1440, height: height + 100 })
  report(
    'route page, 5m, every chart on screen',
    percent(await shareOfCore(page, SECONDS)),
    '% of a core',
  )
  await page.setViewportSize({ width: 1440, height: 900 })
}

async function measureOverview(page, url) {
  const from = performance.now()
  await page.goto(`${url}/traffic`)
  const table = page.getByRole('table', { name: 'Routes by attention' })
  await table.getByRole('row').nth(3).waitFor()
  report(
    `overview of ${ROUTES} routes: first rows`,
    ((performance.now() - from) / 1000).toFixed(1),
    's',
  )
  await delay(WARM_UP_MS)
  report('overview: main thread', percent(await shareOfCore(page, SECONDS)), '% of a core')
  const rows = await table.getByRole('row').count()
  report('overview: rows that exist', rows, '')
  const frames = await table.evaluate(async (element) => {
    const scroller = element.querySelector('[tabindex]')
    const times = []
    let last = performance.now()
    for (let step = 0; step < 120; step += 1) {
      scroller.scrollTop += 1500
      await new Promise((resolve) => requestAnimationFrame(resolve))
      times.push(performance.now() - last)
      last = performance.now()
    }
    return times.sort((a, b) => a - b)
  })
  report('overview: frame while scrolling, median', frames[60].toFixed(1), 'ms')
  report('overview: frame while scrolling, 95 of 100', frames[114].toFixed(1), 'ms')
  const typed = performance.now()
  await page.getByRole('searchbox', { name: 'Filter routes' }).fill(`route-${ROUTES - 2}`)
  await table.getByRole('link', { name: `route-${ROUTES - 2}`, exact: true }).waitFor()
  report('overview: filtered', Math.round(performance.now() - typed), 'ms')
}

async function reportMemory({ url, session }) {
  const headers = { cookie: session.header }
  const { planes } = await (await fetch(`${url}/api/planes`, { headers })).json()
  const bytes = planes.observer?.residentBytes ?? 0
  report(`observer with ${ROUTES} routes: resident`, Math.round(bytes / 1e6), 'MB')
}

async function main() {
  const metrics = createServer((_, response) => response.end(metricsText()))
  await new Promise((resolve) => metrics.listen(0, '127.0.0.1', resolve))
  const mirrorboard = await startMirrorboard({
    MIRRORBOARD_METRICS_URL: `http://127.0.0.1:${metrics.address().port}/metrics`,
  })
  observedSince = Date.now()
  const browser = await startBrowser()
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.context().addCookies(mirrorboard.session.cookies)
    if (ONLY !== 'route') await measureOverview(page, mirrorboard.url)
    if (ONLY !== 'overview') await measureRoute(page, mirrorboard.url)
    await reportMemory(mirrorboard.url)
  } finally {
    await browser.close()
    await mirrorboard.stop()
    metrics.close()
    metrics.closeAllConnections()
  }
}

await main()
