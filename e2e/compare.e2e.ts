/** Comparison from a mirror to its verdict and pairs, and the first step of the promote ladder and back. */
import { expect, test } from '@playwright/test'
import { applyReview, deleteObjects, expectAccessible, openEditor, sendTraffic } from './actions'
import { hasKubectl, kubectl } from './commands'
import { echoBackend, mirrorRoute } from './manifests'

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
  await expect(differs).toContainText('No difference that exceeds the noise so far')
  await differs.locator('summary', { hasText: 'Noise' }).click()
  const hops = differs.getByRole('listitem').filter({ hasText: 'X-Mirrorboard-Mirror-Hops' })
  await expect(hops).toContainText(/Noise of the gateway: \d+ answers give back a request header/)
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
  await page.getByRole('button', { name: 'To 1 % without the verdict' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason, kept on the route').fill('the new version is only tried here')
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
  await expect(page.getByText('gets copies only; it answers no client')).toBeVisible()
})
