/** Someone changes a route by kubectl; the dashboard shows who and what, and takes it back, also after its deletion. */
import { expect, test } from '@playwright/test'
import { deleteObjects, expectAccessible } from './actions'
import { hasKubectl, kubectl } from './commands'

const MANIFEST = (percent: number) => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: remembered, namespace: default}
spec:
  parentRefs: [{name: eg}]
  hostnames: [remembered.example]
  rules:
  - backendRefs: [{name: backend, port: 3000}]
    filters: [{type: RequestMirror, requestMirror: {percent: ${percent}, backendRef: {name: backend, port: 3000}}}]
`

test.skip(!hasKubectl, 'kubectl is not installed')
test.afterAll(() => deleteObjects('httproute/remembered'))

async function mirroredPercent(): Promise<string> {
  const path = '{.spec.rules[0].filters[0].requestMirror.percent}'
  return (await kubectl(`get httproute remembered -o jsonpath='${path}'`)).stdout
}

test('a change is told by who made it, restored after a review, and outlives the route', async ({
  page,
}) => {
  await kubectl('apply -f -', MANIFEST(10))
  await kubectl('apply -f -', MANIFEST(40))
  await page.goto('/routes/default/remembered/history')
  const revisions = page.getByRole('list', { name: 'Revisions, newest first' })
  await expect(revisions.getByRole('listitem')).toHaveCount(2)
  await expect(revisions).toContainText('Changed by kubectl')
  await expect(revisions).toContainText('requestMirror.percent: 10 → 40')
  await expect(page.getByRole('figure', { name: 'Changes of revision 2' })).toContainText('1 added')
  await expectAccessible(page)

  await page.getByRole('button', { name: /^Revision 1: Created by kubectl/ }).click()
  await page.getByRole('button', { name: 'Restore…' }).click()
  const review = page.getByRole('dialog', { name: 'Review changes' })
  await review.getByRole('button', { name: 'Force…' }).click()
  await page.getByRole('button', { name: 'Force and review again' }).click()
  await review.getByRole('button', { name: 'Apply', exact: true }).click()
  await expect(revisions.getByRole('listitem')).toHaveCount(3)
  await expect(revisions).toContainText('Changed by mirrorboard')
  expect(await mirroredPercent()).toBe('10')

  // Somebody changes the route, by the dashboard too, while its former version is being restored.
  const apply = review.getByRole('button', { name: 'Apply', exact: true })
  await page.getByRole('button', { name: /^Revision 2: / }).click()
  await page.getByRole('button', { name: 'Restore…' }).click()
  await expect(apply).toBeEnabled()
  const asDashboard = 'apply --server-side --force-conflicts --field-manager=mirrorboard -f -'
  expect((await kubectl(asDashboard, MANIFEST(55))).code).toBe(0)
  await apply.click()
  await expect(review).toContainText('mirrorboard changed this object')
  await expect(apply).toBeDisabled()
  expect(await mirroredPercent()).toBe('55')
  await review.getByRole('button', { name: 'Review over it' }).click()
  await expect(review.getByRole('region', { name: 'You change' })).toContainText('55 → 40')
  await apply.click()
  await expect(review).toBeHidden()
  expect(await mirroredPercent()).toBe('40')

  await kubectl('delete httproute remembered')
  await expect(revisions.getByRole('listitem')).toHaveCount(6)
  await page.getByRole('button', { name: /^Revision 2: / }).click()
  await page.getByRole('button', { name: 'Create it again…' }).click()
  await expect(review).toContainText('will be created')
  await kubectl('create -f -', MANIFEST(70))
  await apply.click()
  await expect(review).toContainText('remembered already exists, written by kubectl-create')
  await review.getByRole('button', { name: 'Review as a change' }).click()
  // It takes their fields only when told.
  await expect(review).toContainText('kubectl-create manages')
  await expect(apply).toBeDisabled()
  expect(await mirroredPercent()).toBe('70')
  await page.keyboard.press('Escape')
  await kubectl('delete httproute remembered')
  await page.getByRole('button', { name: 'Create it again…' }).click()
  await apply.click()
  await expect(revisions.getByRole('listitem')).toHaveCount(9)
  expect(await mirroredPercent()).toBe('40')
})
