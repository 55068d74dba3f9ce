/** Comparison from a mirror to its verdict and pairs, and the first step of the promote ladder and back. */
import { randomBytes } from 'node:crypto'
import { expect, test } from '@playwright/test'
import {
  applyReview,
  deleteObjects,
  expectAccessible,
  openEditor,
  runTraffic,
  sendTraffic,
} from './actions'
import { hasKubectl, kubectl } from './commands'
import { echoBackend, mirrorRoute } from './manifests'
import { plantBackend } from './planted-backends'

const ROUTE = '/routes/default/http-mirror'

test.skip(!hasKubectl, 'kubectl is not installed')

test.beforeAll(async () => {
  await kubectl('apply -f -', echoBackend('backend-2'))
  await kubectl('rollout status deploy/backend-2 --timeout=60s')
  const route = mirrorRoute({ backends: ['backend'], mirrors: ['backend-2'] })
  await kubectl('apply -f -', route)
})

test.afterAll(async () => {
  await deleteObjects('httproute/http-mirror', 'deploy/backend-2', 'svc/backend-2', 'sa/backend-2')
})

test('comparison is switched on, and shows what differs and one pair of it', async ({ page }) => {
  await page.goto(`${ROUTE}/compare`)
  await page.getByRole('button', { name: 'Review and switch on' }).click()
  await applyReview(page)
  await expect(page.getByText('No pairs yet')).toBeVisible()
  const { stdout } = await kubectl('get httproute/http-mirror -o jsonpath={.spec.rules[0].filters}')
  expect(stdout).toContain('backend-2')

  await page.goto(ROUTE)
  await sendTraffic(page, { ratePerSecond: 50, seconds: 4 })
  await page.goto(`${ROUTE}/compare`)
  const matrix = page.getByRole('region', { name: 'Status: primary by mirror' })
  await expect(matrix.getByRole('button', { name: /^200 pairs: primary 200/ })).toBeVisible()
  const differs = page.getByRole('region', { name: 'What differs' })
  // Both versions give their request back, and the gateway counts the hops of a copy: its own doing, and told as such.
  await expect(differs).toContainText('No real difference so far')
  await differs.locator('summary', { hasText: /^Noise/ }).click()
  const hops = differs.getByRole('listitem').filter({ hasText: 'X-Mirrorboard-Mirror-Hops' })
  await expect(hops).toContainText(/Noise of the gateway: \d+ answers echo a request header/)
  await expectAccessible(page)

  await matrix.getByRole('button', { name: /^200 pairs/ }).click()
  await expect(page).toHaveURL(/primaryStatus=200/)
  const pairs = page.getByRole('region', { name: 'Kept pairs' })
  await pairs.getByRole('button').first().click()
  await expect(page.getByRole('region', { name: 'Bodies side by side' })).toContainText(
    'backend-2-',
  )
  await expect(page.getByRole('button', { name: 'Replay' })).toBeVisible()
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: 'Copy as curl' }).click()
  await expect(page.getByText('curl command copied', { exact: true })).toBeVisible()
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  expect(copied).toMatch(/^curl .*http:\/\/127\./s)
  expect(copied).toContain("'Host: backends.example'")

  await page.getByRole('link', { name: 'Mirror filter in YAML' }).click()
  await openEditor(page)
  await page.getByRole('button', { name: 'See the pairs of this mirror' }).click()
  await expect(page).toHaveURL(/\/compare\?of=0\.0$/)
  await expect(pairs.getByRole('button').first()).toBeVisible()
})

test('a step of the ladder needs a reason without the verdict, and is taken back', async ({
  page,
}) => {
  await page.goto(`${ROUTE}/promote`)
  await page.getByRole('button', { name: 'Send 1 % anyway…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason, stored on the route').fill('the new version is only tried here')
  await dialog.getByRole('button', { name: 'Review anyway' }).click()
  const review = page.getByRole('dialog', { name: 'Review changes' })
  // kubectl owns the rules: changing them is said to be a conflict first.
  await review.getByRole('button', { name: 'Force…' }).click()
  await page.getByRole('button', { name: 'Force and review again' }).click()
  await applyReview(page)
  await expect(page.getByText('backend-2:3000 answers 1 % of the requests')).toBeVisible()
  await expect(page.getByText('1 %: the new version is only tried here')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Back to the mirror only' }).click()
  await applyReview(page)
  await expect(page.getByText('gets mirrored requests only; it answers no client')).toBeVisible()
})

const PLANTED_ROUTE = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: orders
  namespace: default
  annotations: {mirrorboard.dev/comparison: '{"percent":100}'}
spec:
  parentRefs: [{name: eg}]
  hostnames: [orders.example]
  rules:
  - backendRefs: [{name: orders-v1, port: 80}]
    filters: [{type: RequestMirror, requestMirror: {backendRef: {name: orders-v2, port: 80}}}]
`

/** Noise: an id and a time. The same number, written in two ways; one in ten of the mirror's answers has another status. */
function ordersOf(version: 1 | 2) {
  return (n: number) => ({
    status: version === 2 && n % 10 === 0 ? 404 : 200,
    body: `{"order":2229035756051152895,"id":"${randomBytes(7).toString('hex')}","at":${Date.now()},"total":${version === 1 ? '1.0' : '1'}}`,
  })
}

test('an id asks for a measurement, digits stay, and what was left out can be opened', async ({
  page,
}) => {
  const primary = await plantBackend('orders-v1', ordersOf(1))
  const mirror = await plantBackend('orders-v2', ordersOf(2))
  await kubectl('apply --server-side --field-manager=mirrorboard -f -', PLANTED_ROUTE)
  await kubectl('wait httproute/orders --for=jsonpath={.status.parents[0].parentRef.name}=eg')
  await runTraffic(page.request, { host: 'orders.example', ratePerSecond: 40, durationSeconds: 2 })
  await page.goto('/routes/default/orders/compare')
  const verdict = page.getByRole('region', { name: 'Verdict' })
  await expect(verdict).toContainText('80 pairs and 0 repeats')
  await expect(verdict).toContainText(
    'The values of $.id hardly ever occur twice, and are not yet checked against the primary’s own variation:',
  )
  const differs = page.getByRole('region', { name: 'What differs' })
  const untold = differs.getByRole('list', { name: 'Not yet distinguished from noise' })
  await expect(untold.getByRole('listitem')).toHaveCount(1)
  await expect(untold).toContainText('$.id')
  await expect(differs.getByRole('list', { name: 'Differences' })).not.toContainText('$.')
  for (const [title, place] of [
    ['Same value, spelled differently', '$.total'],
    ['Noise', '$.at'],
  ] as const) {
    await differs.locator('summary', { hasText: new RegExp(`^${title}`) }).click()
    await expect(differs.getByRole('list', { name: title, exact: true })).toContainText(place)
  }

  const pairs = page.getByRole('region', { name: 'Kept pairs' })
  await page.getByRole('button', { name: '72 pairs: primary 200, mirror 200. Show them' }).click()
  await pairs.getByRole('button').first().click()
  const bodies = page.getByRole('region', { name: 'Bodies side by side' })
  await expect(bodies).toContainText('2229035756051152895')
  await expect(bodies).toContainText('1.0')

  const leftOut = verdict.getByRole('list', { name: 'Left out' })
  await leftOut.getByRole('button', { name: /8 pairs differ in status/ }).click()
  await expect(page).toHaveURL(/leftOut=status/)
  await pairs.getByRole('button').first().click()
  await expect(
    page.getByText('Headers and bodies are not compared: the answers differ in status.').last(),
  ).toBeVisible()
  await expect(page.getByText(/orders-v2:80: 404, \d+ B/)).toBeVisible()
  await expect(page.getByText('content-type', { exact: true })).toBeVisible()
  await expectAccessible(page)

  await verdict.getByRole('button', { name: 'Measure noise' }).click()
  await page
    .getByRole('dialog', { name: 'Measure noise' })
    .getByLabel('Requests to repeat')
    .fill('30')
  await page.getByRole('button', { name: 'Review' }).click()
  await applyReview(page)
  await runTraffic(page.request, { host: 'orders.example', ratePerSecond: 40, durationSeconds: 3 })
  await expect(verdict).toContainText('and 30 repeats')
  await expect(verdict.getByRole('button', { name: 'Measure noise' })).toBeHidden()
  await expect(untold).toBeHidden()
  await expect(differs.getByRole('list', { name: 'Differences' })).not.toContainText('$.')
  await deleteObjects('httproute/orders')
  await primary.close()
  await mirror.close()
})
