/** The pages' numbers against what a load generator sent, over everything that can happen to a route meanwhile. */
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { expect, type Page, test } from '@playwright/test'
import { deleteObjects, expectAccessible } from './actions'
import { gatewayHost, hasKubectl, kubectl } from './commands'
import { echoBackend } from './manifests'

test.skip(!hasKubectl, 'kubectl is not installed')
test.describe.configure({ mode: 'serial' })

const HOST = 'observed.example'
const PAGE = '/routes/default/observed/traffic?range=15m'
const metricsPort = Number(process.env['MIRRORBOARD_E2E_PORT'] ?? 4370) + 1
const agent = new Agent({ keepAlive: true, maxSockets: 16 })

test.afterAll(async () => {
  agent.destroy()
  await deleteObjects('httproute/observed', 'deploy/shadow svc/shadow sa/shadow')
})

const route = (percent: number) => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: observed}
spec:
  parentRefs: [{name: eg}]
  hostnames: [${HOST}]
  rules:
  - filters: [{type: RequestMirror, requestMirror: {percent: ${percent}, backendRef: {name: shadow, port: 3000}}}]
    backendRefs: [{name: backend, port: 3000}]
`

async function apply(manifest: string): Promise<void> {
  const { code, stderr } = await kubectl('apply -f -', manifest)
  expect(code, stderr).toBe(0)
}

class Load {
  sent = 0
  private readonly host: string
  private readonly port: number

  constructor(address: string) {
    const [host = '', port = '80'] = address.split(':')
    this.host = host
    this.port = Number(port)
  }

  private open(path: string) {
    const { host, port } = this
    const outgoing = request({ host, port, path, agent, headers: { host: HOST } })
    outgoing.on('error', () => undefined)
    outgoing.end()
    this.sent += 1
    return outgoing
  }

  /** Sends requests one after the other and waits for each answer; returns the answers by status. */
  async send(count: number, path = '/get'): Promise<Record<number, number>> {
    const byStatus: Record<number, number> = {}
    for (let index = 0; index < count; index += 1) {
      const status = await new Promise<number>((resolve) => {
        const outgoing = this.open(path)
        outgoing.on('error', () => resolve(0))
        outgoing.on('response', (response) => {
          response.resume().on('end', () => resolve(response.statusCode ?? 0))
        })
      })
      byStatus[status] = (byStatus[status] ?? 0) + 1
    }
    return byStatus
  }

  /** Sends requests that take long, and goes away once the gateway has all of them. */
  async abort(count: number): Promise<void> {
    const open = Array.from({ length: count }, () => this.open('/get?delay=5s'))
    await expect
      .poll(async () => {
        const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
        const inFlight = /^gateway_requests_in_flight\{[^}]*route_name="observed"[^}]*\} (\d+)$/gm
        return [...text.matchAll(inFlight)].reduce((sum, [, value]) => sum + Number(value), 0)
      })
      .toBe(count)
    for (const outgoing of open) outgoing.destroy()
  }
}

/** The sum of a chart's column over all its steps, from the file the page saves. */
async function sumOfChart(page: Page, title: RegExp, column: string): Promise<number> {
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: title }).click()
  const [header = '', ...lines] = readFileSync(await (await download).path(), 'utf8')
    .trim()
    .split('\r\n')
  const index = header.split(',').indexOf(column)
  const rates = lines.map((line) => Number(line.split(',')[index] ?? 0))
  // Rates over steps of three seconds.
  return Math.round(rates.reduce((sum, rate) => sum + rate, 0) * 3)
}

const account = (page: Page) =>
  page.getByRole('region', { name: 'Where every mirrored request went' })
let load: Load
let errors = 0

test('counts equal what was sent over reload, scale, mirror failure and client aborts', async ({
  page,
}) => {
  await apply(echoBackend('shadow'))
  await apply(route(50))
  await kubectl('wait --for=condition=Available deploy/shadow --timeout=60s')
  load = new Load(await gatewayHost())
  await expect.poll(() => load.send(1).then((byStatus) => byStatus[200] ?? 0)).toBe(1)
  const unmatched = load.sent - 1
  await page.goto(PAGE)

  await load.send(100)
  // A new route table, and more and fewer Pods, while requests are sent.
  await Promise.all([load.send(150), apply(route(100))])
  await Promise.all([load.send(150), kubectl('scale deploy/shadow --replicas=3')])
  errors = (await load.send(20, '/status/503'))[503] ?? 0
  expect(errors).toBe(20)
  await load.abort(10)
  await Promise.all([load.send(150), kubectl('scale deploy/shadow --replicas=0')])
  await load.send(50)

  const counted = load.sent - unmatched
  const inWords = new Intl.NumberFormat('en').format(counted)
  await expect(account(page)).toContainText(`${inWords} requests =`)
  await expect(account(page).getByText('The counts add up').first()).toBeVisible()
  await expect(account(page)).not.toContainText('in flight')
  await expect(account(page)).toContainText(/skipped \(.*no endpoints|failed \(/)
  await page.reload()
  await expect(account(page)).toContainText(`${inWords} requests =`)
  await expect(account(page).getByText('The counts do not add up')).toHaveCount(0)
  await expect(page.getByText(`${errors} with status 503`).first()).toBeVisible()
  // The route, its backend and its mirror, each with what was sent to it.
  const numbers = page.getByRole('region', { name: 'In numbers', exact: true })
  for (const name of [/^All requests/, /^backend:3000/]) {
    const cells = numbers.getByRole('row', { name }).getByRole('cell')
    await expect(cells.nth(0)).toHaveText(inWords)
    await expect(cells.nth(3)).toHaveText('0')
    await expect(cells.nth(8)).toHaveText(/^[1-9][\d.]* kB$/)
  }
  await expect(numbers.getByRole('row', { name: /^shadow:3000 \d+ with status 200/ })).toBeVisible()
})

test('charts add up to what was sent', async ({ page }) => {
  await page.goto(PAGE)
  await expect(account(page)).toBeVisible()
  await expect
    .poll(() => sumOfChart(page, /^Requests per second: save as CSV/, 'Primary'), {
      timeout: 20_000,
    })
    .toBe(load.sent)
  const classes = /^Answers by status class, primary: save as CSV/
  expect(await sumOfChart(page, classes, 'aborted')).toBe(10)
  expect(await sumOfChart(page, classes, '5xx')).toBe(errors)
  expect(await sumOfChart(page, classes, '2xx')).toBe(load.sent - errors - 10)
})

test('a chart is read by keys, zoomed, paused, compared and saved', async ({ page }) => {
  await page.goto(PAGE)
  const values = page.getByRole('slider', { name: 'Requests per second: values by time' })
  await values.focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await expect(values).toHaveAttribute(
    'aria-valuetext',
    /^\d\d:\d\d:\d\d: Primary [\d.]+, Mirrored/,
  )
  const box = await values.boundingBox()
  if (box === null) throw new Error('The chart has no place.')
  // The pointer reads the same values, beside it.
  await page.mouse.move(box.x + box.width - 10, box.y + 40)
  await expect(values).toHaveAttribute('aria-valuetext', /: Primary [\d.]+, Mirrored [\d.]+/)
  await expect(values).toContainText(/\d\d:\d\d:\d\dPrimary[\d.]+Mirrored[\d.]+/)
  await page.mouse.move(box.x + box.width * 0.6, box.y + 40)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.9, box.y + 40, { steps: 4 })
  await page.mouse.up()
  await expect(page).toHaveURL(/range=\d+s&end=\d+/)
  await expect(page.getByRole('status').filter({ hasText: 'Paused' })).toBeVisible()
  await page.getByRole('button', { name: 'Back to live' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'live' })).toBeVisible()
  await page.getByRole('combobox', { name: 'Compare with' }).selectOption('before')
  const requests = page.getByRole('region', { name: 'Requests per second' })
  await expect(requests.getByRole('listitem').filter({ hasText: 'Primary, earlier' })).toBeVisible()
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Requests per second: save as PNG' }).click()
  const picture = readFileSync(await (await download).path())
  expect(picture.subarray(1, 4).toString()).toBe('PNG')
  await page.getByRole('button', { name: 'Requests per second: show as table' }).click()
  await expect(requests.getByRole('columnheader', { name: 'Primary', exact: true })).toBeVisible()
  await expectAccessible(page)
})

test('the overview puts the route that fails first, and says why', async ({ page }) => {
  const table = page.getByRole('table', { name: 'Routes by attention' })
  await load.send(200, '/status/500')
  await page.goto('/traffic?range=15m')
  const first = table.getByRole('row').nth(1)
  const sent = new Intl.NumberFormat('en').format(load.sent)
  await expect(first.getByRole('cell').nth(4)).toHaveText(sent, { timeout: 20_000 })
  await expect(first).toContainText('observed')
  await expect(first).toContainText(/% of answers are 5xx/)
  await first.getByRole('link', { name: 'observed' }).click()
  await expect(page).toHaveURL(/\/routes\/default\/observed\/traffic$/)
})
