/** What kubectl wrote is removed from the dashboard: in the editor, from the history, and in a setting. */
import { expect, type Page, test } from '@playwright/test'
import { applyReview, deleteObjects, expectAccessible, pasteManifest } from './actions'
import { hasKubectl, kubectl } from './commands'

const manifest = (metadata: string, more = '') => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: taken, namespace: default${metadata}}
spec:
  parentRefs: [{name: eg}]
${more}  rules:
  - matches: [{path: {type: PathPrefix, value: /}}]
    backendRefs: [{name: backend, port: 3000}]
    filters: [{type: RequestMirror, requestMirror: {backendRef: {name: backend, port: 3000}}}]
`
const HOSTNAMES = '  hostnames: [taken.example]\n'
const KUBECTL = 'kubectl-client-side-apply'
const RECORD = 'kubectl.kubernetes.io/last-applied-configuration'

test.skip(!hasKubectl, 'kubectl is not installed')
test.beforeEach(async () => {
  const file = manifest(', labels: {team: a, legacy: unused}', HOSTNAMES)
  expect((await kubectl('apply -f -', file)).code).toBe(0)
})
test.afterEach(() => deleteObjects('httproute/taken'))

async function read(path: string): Promise<string> {
  return (await kubectl(`get httproute taken -o jsonpath='${path}'`)).stdout
}

function reviewOf(page: Page) {
  const review = page.getByRole('dialog', { name: 'Review changes' })
  return {
    review,
    left: review.getByRole('list', { name: 'Fields that would stay' }),
    remove: review.getByRole('button', { name: 'Take over and remove' }),
    apply: review.getByRole('button', { name: 'Apply', exact: true }),
    changes: review.getByRole('region', { name: 'You change' }),
  }
}

test('a draft names what it leaves out and others own, shows it without, and removes it', async ({
  page,
}) => {
  await page.goto('/routes/default/taken')
  await pasteManifest(page, manifest(', labels: {team: a}'))
  await page.keyboard.press('ControlOrMeta+s')
  const { review, left, remove, apply, changes } = reviewOf(page)
  await review.getByRole('button', { name: 'Take over', exact: true }).click()
  await expect(review).toContainText('2 fields that your draft leaves out would stay')
  await expect(left).toContainText(`metadata.labels.legacy: unused, owned by ${KUBECTL}`)
  await expect(left).toContainText(`spec.hostnames: [taken.example], owned by ${KUBECTL}`)
  await expect(review).not.toContainText('already as this manifest says')
  await expect(apply).toBeDisabled()
  await expectAccessible(page)
  await left.getByRole('checkbox', { name: /spec.hostnames/ }).uncheck()
  await remove.click()
  await expect(changes).toContainText('metadata.labels.legacy removed, was unused')
  await expect(changes).toContainText(`metadata.annotations[${RECORD}]`)
  await expect(review).toContainText(`The next apply, sync or upgrade by ${KUBECTL}`)
  await expect(left).toContainText('spec.hostnames')
  await expectAccessible(page)
  await review.getByRole('button', { name: 'Let them stay' }).click()
  await expect(left).toContainText('metadata.labels.legacy')
  await left.getByRole('checkbox', { name: /spec.hostnames/ }).check()
  await remove.click()
  await expect(changes).toContainText('spec.hostnames removed')
  await expect(review).toContainText('Requests for taken.example will no longer be routed here.')
  await applyReview(page)
  expect(await read('{.metadata.labels} {.spec.hostnames}')).toBe('{"team":"a"} ')
})

test('an older revision says before it is restored what it can’t take away, and then does', async ({
  page,
}) => {
  const added = ', labels: {team: a, legacy: unused, added: later}'
  await kubectl('apply -f -', manifest(added, HOSTNAMES))
  await page.goto('/routes/default/taken/history')
  await page
    .getByRole('button', { name: /^Revision \d+: Changed by kubectl/ })
    .first()
    .waitFor()
  await page
    .getByRole('button', { name: /^Revision \d+: Created by kubectl/ })
    .first()
    .click()
  await expect(page.getByText('1 field that this revision leaves out would stay')).toBeVisible()
  await expect(page.getByText(`Others own it: metadata.labels.added (${KUBECTL}).`)).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Restore…' }).click()
  const { left, remove, changes } = reviewOf(page)
  await expect(left).toContainText(`metadata.labels.added: later, owned by ${KUBECTL}`)
  await remove.click()
  await expect(changes).toContainText('metadata.labels.added removed, was later')
  await applyReview(page)
  expect(await read('{.metadata.labels}')).toBe('{"legacy":"unused","team":"a"}')
  const revisions = page.getByRole('list', { name: 'Revisions, newest first' })
  await expect(revisions.getByRole('listitem').first()).toContainText('Changed by mirrorboard')
  await expect(revisions).not.toContainText(RECORD)
})

test('a budget that kubectl set is cleared, and nothing else of the route', async ({ page }) => {
  const budget = 'mirrorboard.dev/mirror-budget'
  await kubectl(`annotate httproute taken ${budget}='{"requestsPerSecond":5}'`)
  await page.goto('/routes/default/taken/promote')
  const rate = page.getByLabel('Mirrored requests per second, at most')
  await expect(rate).toHaveValue('5')
  await rate.fill('')
  await page.getByRole('button', { name: 'Review budget' }).click()
  const { review, left, remove, apply } = reviewOf(page)
  await expect(review).toContainText('1 field that this change leaves out would stay')
  await expect(left).toContainText(`metadata.annotations[${budget}]`)
  await expect(left).toContainText('owned by kubectl-annotate')
  await expect(apply).toBeDisabled()
  await remove.click()
  await applyReview(page)
  expect(JSON.parse(await read('{.metadata.annotations}'))).not.toHaveProperty([budget])
  expect(await read('{.metadata.labels.legacy} {.spec.hostnames[0]}')).toBe('unused taken.example')
})

test('a setting of a route that kubectl made is checked as the whole route, not as its part', async ({
  page,
}) => {
  await page.goto('/routes/default/taken/compare')
  await page.getByRole('button', { name: 'Review and switch on' }).click()
  const { review } = reviewOf(page)
  const findings = review.getByRole('list', { name: 'Findings that touch traffic' })
  await expect(review).toContainText('Routing does not change.')
  await expect(findings).toContainText('every mirrored request reaches it twice', {
    timeout: 60_000,
  })
  await expect(findings).not.toContainText('parentRefs')
  await expect(findings).not.toContainText('Without rules')
})

test('a pasted record of kubectl is not applied, and that is said', async ({ page }) => {
  await page.goto('/routes/default/taken')
  const stale = '{"metadata":{"labels":{"theirs":"1"}}}'
  const pasted = `, labels: {team: a, legacy: unused}, annotations: {${RECORD}: '${stale}', mine: '1'}`
  const before = await read(`{.metadata.annotations}`)
  await pasteManifest(page, `${manifest(pasted, HOSTNAMES)}status: {parents: []}\n`)
  await page.keyboard.press('ControlOrMeta+s')
  const { review, changes } = reviewOf(page)
  await expect(review).toContainText('Left out of what is applied')
  await expect(review).toContainText('status: the API server writes it')
  await expect(review).toContainText('it is kubectl’s own record')
  await review.getByRole('button', { name: 'Take over', exact: true }).click()
  await expect(changes).toContainText('metadata.annotations added: {mine: 1}')
  await applyReview(page)
  expect(JSON.parse(await read('{.metadata.annotations}'))).toEqual({
    ...JSON.parse(before),
    mine: '1',
  })
})
