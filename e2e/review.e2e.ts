/** The review before an apply: what is the person's, what is the server's, and what it means for traffic. */
import { expect, test } from '@playwright/test'
import { deleteObjects, expectAccessible, openEditor, sendTraffic, typeAtEnd } from './actions'
import { hasKubectl, kubectl } from './commands'

const MIRROR =
  'filters: [{type: RequestMirror, requestMirror: {backendRef: {name: backend, port: 3000}, percent: 20}}]'

const MANIFEST = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: reviewed, namespace: default, annotations: {team: shop}}
spec:
  parentRefs: [{name: eg}]
  hostnames: [reviewed.example]
  rules:
  - matches: [{path: {type: PathPrefix, value: /}, method: GET}]
    backendRefs: [{name: backend, port: 3000}]
`

test.skip(!hasKubectl, 'kubectl is not installed')
test.beforeAll(async () => {
  await kubectl('apply --server-side --field-manager=mirrorboard -f -', MANIFEST)
})
test.afterAll(() => deleteObjects('httproute/reviewed'))

test('the review tells the draft’s changes from the defaults the server fills in', async ({
  page,
}) => {
  await page.goto('/routes/default/reviewed')
  const editor = await openEditor(page)
  await editor.focus()
  await typeAtEnd(page, '    - name: backend-3\n  port: 3000')
  await page.keyboard.press('ControlOrMeta+s')
  const review = page.getByRole('dialog', { name: 'Review changes' })
  await expect(review.getByRole('region', { name: 'You change' })).toContainText(
    'spec.rules[0].backendRefs[1] added: {name: backend-3, port: 3000}',
  )
  const defaults = review.getByRole('region', { name: 'The server fills in defaults' })
  await expect(defaults).toContainText('spec.rules[0].backendRefs[1].weight: 1')
  const difference = review.getByRole('figure', { name: 'Changes to HTTPRoute default/reviewed' })
  await expect(difference).toContainText('5 added, 0 removed')
  await expect(difference).toContainText('weight: 1  ← default')
  await expectAccessible(page)
  await review.getByRole('radio', { name: 'The server’s' }).click()
  // The first default moves the dash of the item.
  await expect(difference).toContainText('4 added, 1 removed')
  await page.keyboard.press('Escape')
})

test('the review says what will happen to traffic, with the rates the gateway has measured', async ({
  page,
}) => {
  await page.goto('/routes/default/reviewed')
  const editor = await openEditor(page)
  await sendTraffic(page, { ratePerSecond: 20, seconds: 5 })
  await editor.focus()
  await typeAtEnd(page, `    ${MIRROR}`)
  await page.keyboard.press('ControlOrMeta+s')
  const card = page.getByRole('region', { name: 'What happens to traffic' })
  await expect(card.getByRole('list', { name: 'Changes of traffic' })).toHaveText(
    /20 % of all GET requests of reviewed.example \(≈ [\d.]+ of [\d.]+ requests\/s\) will also be mirrored to backend:3000\./,
  )
  await expect(card).toContainText('mean of the last minute, from the gateway’s metrics')
  await expect(card.getByRole('table', { name: 'Rule 0' })).toContainText(
    'mirrored to backend:3000–20 %',
  )
  await expect(card).toContainText('default/eg/http :80')
  await expect(card).toContainText('Mirrored methodsGET')
  await expect(card.getByRole('list', { name: 'Findings that touch traffic' })).toContainText(
    'every mirrored request reaches it twice',
  )
  await expectAccessible(page)
  await page.keyboard.press('Escape')
})

test('a route is edited, checked, reviewed and applied without a mouse', async ({ page }) => {
  await page.goto('/routes/default/reviewed')
  const editor = await openEditor(page)
  await expect(async () => {
    await page.keyboard.press('Tab')
    await expect(editor).toBeFocused({ timeout: 50 })
  }).toPass({ timeout: 30_000, intervals: [0] })
  await typeAtEnd(page, '    timeouts:\n    request: 3 parsecs')
  const problems = page.getByRole('list', { name: 'Problems' })
  await expect(problems).toContainText('spec.rules[0].timeouts.request')
  await page.keyboard.press('F8')
  await page.keyboard.press('End')
  await page.keyboard.press('ControlOrMeta+Shift+ArrowLeft')
  await page.keyboard.press('ControlOrMeta+Shift+ArrowLeft')
  await page.keyboard.insertText('3s')
  await expect(page.getByRole('status', { name: 'Validation' })).not.toContainText('error')
  await page.keyboard.press('ControlOrMeta+s')
  const review = page.getByRole('dialog', { name: 'Review changes' })
  await expect(review.getByRole('region', { name: 'You change' })).toContainText(
    'spec.rules[0].timeouts added: {request: 3s}',
  )
  // Also from within the difference.
  await review.getByRole('textbox', { name: /: after$/ }).focus()
  await page.keyboard.press('ControlOrMeta+Enter')
  await expect(review).toBeHidden()
  const { stdout } = await kubectl(
    `get httproute reviewed -o jsonpath='{.spec.rules[0].timeouts.request}'`,
  )
  expect(stdout).toBe('3s')
})
