/** From differences that are known to a decision: noise, settings, replay, budget, evidence, and every step of the ladder. */
import { readFileSync } from 'node:fs'
import { type APIRequestContext, expect, type Locator, type Page, test } from '@playwright/test'
import { applyReview, deleteObjects, expectAccessible, runTraffic } from './actions'
import { hasKubectl, kubectl } from './commands'
import { type PlantedBackend, plantBackend } from './planted-backends'

const ROUTE = '/routes/default/shop'
const HOST = 'shop.example'
const MOODS = ['calm', 'busy', 'glad', 'late', 'even']

const MANIFEST = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: shop
  namespace: default
  annotations: {mirrorboard.dev/comparison: '{"percent":100}'}
spec:
  parentRefs: [{name: eg}]
  hostnames: [${HOST}]
  rules:
  - backendRefs: [{name: shop-v1, port: 80}]
    filters:
    - {type: RequestMirror, requestMirror: {backendRef: {name: shop-v2, port: 80}}}
    - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X-Api-Key, value: planted-key}]}}
`

let primary: PlantedBackend
let mirror: PlantedBackend

/** Noise: a mood that no look at the values explains. Planted: a version, a list the other way round, a weight, a header. */
function answerOf(version: 1 | 2) {
  const tags = ['new', 'sale', 'gift']
  return (n: number) => ({
    body: {
      version: `v${version}`,
      mood: MOODS[(n * (version === 1 ? 3 : 7) + version) % MOODS.length],
      tags: version === 1 ? tags : tags.toReversed(),
      weight: version === 1 ? 100 : 100.4,
      price: 5,
    },
    headers: { 'x-build': `build-${version}` },
  })
}

/** What the settings dialog is filled with. */
const SETTINGS = {
  percent: 50,
  ignorePaths: ['$.version'],
  ignoreHeaders: ['x-build'],
  unorderedPaths: ['$.tags'],
  numberTolerance: 0.01,
  maxMismatchRate: 0.2,
  maxErrorRate: 0.2,
}

test.describe.configure({ mode: 'serial' })
test.skip(!hasKubectl, 'kubectl is not installed')

test.beforeAll(async () => {
  primary = await plantBackend('shop-v1', answerOf(1))
  mirror = await plantBackend('shop-v2', answerOf(2))
  // As the dashboard applies it, so that no step asks who owns a field.
  await kubectl('apply --server-side --field-manager=mirrorboard -f -', MANIFEST)
  await kubectl('wait httproute/shop --for=jsonpath={.status.parents[0].parentRef.name}=eg')
})

test.afterAll(async () => {
  await deleteObjects('httproute/shop')
  await primary.close()
  await mirror.close()
})

/** What the gateway captures a second, at most, is more. */
const PER_SECOND = 40

const send = (request: APIRequestContext, seconds: number) =>
  runTraffic(request, { host: HOST, ratePerSecond: PER_SECOND, durationSeconds: seconds })
const sendOne = (request: APIRequestContext, method: string, path = '/') =>
  runTraffic(request, { host: HOST, method, path, ratePerSecond: 1, durationSeconds: 1 })

const differs = (page: Page) => page.getByRole('region', { name: 'What differs' })
const verdict = (page: Page) => page.getByRole('region', { name: 'Verdict' })

const copiesSoFar = () => mirror.requests['GET'] ?? 0

/** What the page says of the verdict, the statuses and the differences. */
async function numbersOf(page: Page): Promise<readonly string[]> {
  const matrix = page.getByRole('region', { name: 'Status: primary by mirror' })
  const texts = [verdict(page), matrix, differs(page).getByRole('paragraph')].map((part) =>
    part.allTextContents(),
  )
  return (await Promise.all(texts)).flat()
}

/** The differing places of one section: `Differences`, `Noise`, `Ignored`. */
async function section(page: Page, name: string): Promise<Locator> {
  const list = differs(page).getByRole('list', { name, exact: true })
  const summary = differs(page).locator('summary', { hasText: new RegExp(`^${name}`) })
  await expect(summary).toBeVisible()
  if (!(await list.isVisible())) await summary.click()
  return list
}

async function annotation(name: string): Promise<unknown> {
  const path = `{.metadata.annotations.mirrorboard\\.dev/${name}}`
  const { stdout } = await kubectl(`get httproute/shop -o jsonpath='${path}'`)
  return stdout === '' ? null : JSON.parse(stdout)
}

test('a calibration says what it costs, sends no more, and explains noise', async ({ page }) => {
  await send(page.request, 2)
  await page.goto(`${ROUTE}/compare`)
  await expect(await section(page, 'Differences')).toContainText('$.mood')
  // Every request is counted by its path, captured or not.
  const patterns = page.getByRole('region', { name: 'Path patterns', exact: true })
  await expect(patterns.getByRole('row', { name: /^GET \/ 80 / })).toBeVisible()

  await page.getByRole('button', { name: 'Measure noise' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Measure noise' })
  await dialog.getByLabel('Requests to repeat').fill('40')
  await expect(dialog).toContainText('Sends 40 more safe requests to the primary')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Review' }).click()
  await applyReview(page)

  const before = primary.requests['GET'] ?? 0
  await sendOne(page.request, 'POST')
  // However the connections are divided among the gateway's workers.
  let seconds = 0
  const repeated = async () => {
    await send(page.request, 1)
    seconds += 1
    return (primary.requests['GET'] ?? 0) - before - seconds * PER_SECOND
  }
  await expect.poll(repeated).toBe(40)
  await expect(verdict(page)).toContainText('and 40 repeats')
  expect(await repeated()).toBe(40)
  expect(primary.requests['POST']).toBe(1)
  const mood = (await section(page, 'Noise')).getByRole('listitem').filter({ hasText: '$.mood' })
  await expect(mood).toContainText(/\d+ of 40 repeats to the primary differ here/)
  await expect(differs(page).getByRole('list', { name: 'Differences' })).not.toContainText('$.mood')
})

test('settings are kept on the route, and count', async ({ page }) => {
  await page.goto(`${ROUTE}/compare`)
  const differences = await section(page, 'Differences')
  for (const place of ['$.version', '$.tags', '$.weight', 'header x-build'])
    await expect(differences).toContainText(place)
  await differs(page).getByRole('button', { name: 'Ignore header x-build' }).click()
  await applyReview(page)
  await page.getByRole('button', { name: 'Settings' }).click()
  const dialog = page.getByRole('dialog', { name: 'Comparison settings' })
  await expect(dialog.getByLabel('Ignored headers')).toHaveValue('x-build')
  await dialog.getByLabel('Ignored paths').fill('version')
  await expect(dialog.getByRole('alert')).toContainText('ignorePaths must be a list')
  await dialog.getByLabel('Ignored paths').fill('$.version')
  await dialog.getByLabel('Lists without order').fill('$.tags')
  await dialog.getByLabel('Number tolerance').fill('1')
  await dialog.getByLabel('Captured').fill('50')
  await expect(dialog.getByRole('status')).toContainText('the verdict is Do not promote')
  await dialog.getByLabel('Differing answers').fill('100')
  await expect(dialog.getByRole('status')).not.toContainText('differ too often')
  await dialog.getByLabel('Differing answers').fill('20')
  await dialog.getByLabel('Failed only by the mirror').fill('20')
  await dialog.getByRole('button', { name: 'Review' }).click()
  // What was filled in outlives a look at the review.
  await page.getByRole('button', { name: 'Back to editing' }).click()
  await expect(dialog.getByLabel('Differing answers')).toHaveValue('20')
  await dialog.getByRole('button', { name: 'Review' }).click()
  await applyReview(page)
  expect(await annotation('comparison')).toEqual(SETTINGS)
  // What is ignored counts at once; how values are compared, from the next pair on.
  const ignored = await section(page, 'Ignored')
  await expect(ignored).toContainText('$.version')
  await expect(ignored).toContainText('header x-build')
  await expect(differences).toContainText('$.tags')

  await page.getByRole('button', { name: 'Reset comparison' }).click()
  await page.getByRole('button', { name: 'Delete and reset' }).click()
  await expect(page.getByText('No pairs yet')).toBeVisible()
  await send(page.request, 3)
  await expect(verdict(page)).toContainText(/\b(58|59|60|61|62) pairs and 0 repeats/)
  await expect(differs(page)).not.toContainText('$.tags')
  await expect(differs(page)).not.toContainText('$.weight')
  await page.getByRole('button', { name: 'Settings' }).click()
  await expect(dialog.getByLabel('Ignored paths')).toHaveValue('$.version')
  await expect(dialog.getByLabel('Number tolerance')).toHaveValue('1')
})

test('a pair is sent again: at once when safe, else after a confirmation', async ({ page }) => {
  const ignorePaths = ['$.version', '$.mood']
  const settings = { ...SETTINGS, percent: 100, ignorePaths, minEndpointCoverage: 0.5 }
  await kubectl(
    `annotate --overwrite httproute/shop 'mirrorboard.dev/comparison=${JSON.stringify(settings)}'`,
  )
  await sendOne(page.request, 'POST', '/orders')
  await page.goto(`${ROUTE}/compare?endpoint=${encodeURIComponent('POST /orders')}`)
  const pairs = page.getByRole('region', { name: 'Kept pairs' })
  await pairs.getByRole('button').first().click()
  const posts = primary.requests['POST'] ?? 0
  await page.getByRole('button', { name: 'Replay' }).click()
  const dialog = page.getByRole('dialog', { name: 'Send this POST again?' })
  await expect(dialog).toContainText('may change data')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Replay' }).click()
  await dialog.getByRole('button', { name: 'Send once' }).click()
  await expect(page.getByText('Answered with status 200')).toBeVisible()
  expect(primary.requests['POST']).toBe(posts + 1)
  await expect.poll(() => mirror.requests['POST']).toBe(primary.requests['POST'])

  await page.goto(`${ROUTE}/compare?endpoint=${encodeURIComponent('GET /')}`)
  await pairs.getByRole('button').first().click()
  const gets = primary.requests['GET'] ?? 0
  await page.getByRole('button', { name: 'Replay' }).click()
  await expect(page.getByText('Answered with status 200')).toBeVisible()
  expect(primary.requests['GET']).toBe(gets + 1)
})

test('a budget stops copies, and the page says why', async ({ page }) => {
  await page.goto(`${ROUTE}/promote`)
  const budget = page.getByRole('region', { name: 'Mirror budget' })
  await budget.getByLabel('Mirrored requests per second, at most').fill('1')
  await budget.getByRole('button', { name: 'Review budget' }).click()
  await page.getByRole('button', { name: 'Back to editing' }).click()
  await expect(budget.getByLabel('Mirrored requests per second, at most')).toHaveValue('1')
  await budget.getByRole('button', { name: 'Review budget' }).click()
  await applyReview(page)
  expect(await annotation('mirror-budget')).toEqual({ requestsPerSecond: 1 })
  const copied = copiesSoFar()
  await send(page.request, 2)
  expect(copiesSoFar() - copied).toBeLessThanOrEqual(6)
  await expect(budget).toContainText(
    /7\d requests in the last 5 minutes were not mirrored, beyond the budget’s requests per second\./,
  )
  await expectAccessible(page)

  await budget.getByLabel('Mirrored requests per second, at most').fill('')
  await budget.getByLabel('End, UTC').fill('2020-01-01T00:00')
  await budget.getByRole('button', { name: 'Review budget' }).click()
  await applyReview(page)
  await expect(budget).toContainText('The budget ended 2020-01-01 00:00 UTC')
  const expired = copiesSoFar()
  await send(page.request, 1)
  expect(copiesSoFar()).toBe(expired)
  await expect(budget).toContainText(
    '40 requests in the last 5 minutes were not mirrored, after the budget’s end.',
  )

  await budget.getByLabel('End, UTC').fill('')
  await budget.getByRole('button', { name: 'Review budget' }).click()
  await applyReview(page)
  expect(await annotation('mirror-budget')).toBeNull()
  await send(page.request, 1)
  await expect.poll(copiesSoFar).toBe(expired + PER_SECOND)
})

test('the evidence is one file that shows the same numbers without a network', async ({ page }) => {
  await page.goto(`${ROUTE}/compare`)
  await expect(verdict(page)).toContainText('pairs and')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save evidence' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/^evidence-default-shop-\d+\.json$/)
  const live = await numbersOf(page)
  const file = await download.path()
  const text = readFileSync(file, 'utf8')
  expect(text).not.toContain('planted-key')
  expect(JSON.parse(text)).toMatchObject({
    before: expect.stringContaining('RequestMirror'),
    after: expect.not.stringContaining('RequestMirror'),
  })

  await page.goto('/evidence')
  await page.context().setOffline(true)
  await page.getByLabel('Evidence file').setInputFiles(file)
  // A file may be opened on another day than it was written.
  await expect(verdict(page)).toContainText(/ since \d+ [A-Z][a-z]+ \d\d:\d\d\./)
  expect(await numbersOf(page)).toEqual(live)
  const pairs = page.getByRole('region', { name: 'Kept pairs' })
  await pairs.getByRole('button').first().click()
  await expect(page.getByRole('region', { name: 'Bodies side by side' })).toContainText('"v2"')
  await expectAccessible(page)
  await page.context().setOffline(false)
})

test('the ladder is climbed by the verdict, step by step, and back by one click', async ({
  page,
}) => {
  await page.goto(`${ROUTE}/promote`)
  const ladder = page.getByRole('region', { name: 'Promote shop-v2:80' })
  const state = async (text: string) => {
    await applyReview(page)
    await expect(ladder).toContainText(text)
  }
  await expect(ladder).toContainText('gets mirrored requests only')
  for (const percent of [1, 10, 50]) {
    await send(page.request, 2)
    await ladder.getByRole('button', { name: `Send ${percent} %`, exact: true }).click()
    await state(`answers ${percent} % of the requests`)
  }
  const [first, second] = [primary.requests['GET'] ?? 0, mirror.requests['GET'] ?? 0]
  await send(page.request, 4)
  const half = 2 * PER_SECOND
  // What the candidate does not answer is answered by the primary, and everything is mirrored to the candidate.
  expect(Math.abs((primary.requests['GET'] ?? 0) - first - half)).toBeLessThanOrEqual(2)
  await expect
    .poll(() => (mirror.requests['GET'] ?? 0) - second)
    .toBeGreaterThanOrEqual(3 * half - 2)
  await ladder.getByRole('button', { name: 'Send 100 %', exact: true }).click()
  await state('answers 100 % of the requests')
  await expect(ladder).toContainText('Promote, by the step before')
  await ladder.getByRole('button', { name: 'Remove the mirror', exact: true }).click()
  await state('answers every request, and nothing is mirrored to it')
  const last = primary.requests['GET']
  await send(page.request, 1)
  expect(primary.requests['GET']).toBe(last)
  await expectAccessible(page)

  await ladder.getByRole('button', { name: 'Back to 100 %' }).click()
  await state('answers 100 % of the requests')
  await ladder.getByRole('button', { name: 'Back to 50 %' }).click()
  await state('answers 50 % of the requests')
})
