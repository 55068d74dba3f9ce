/** A cluster whose admission changes what is applied and whose RBAC forbids some of it, and a dashboard that changes nothing. */
import { expect, test } from '@playwright/test'
import { deleteObjects, expectAccessible, openEditor, pasteManifest, typeAtEnd } from './actions'
import { hasKubectl, kubectl } from './commands'
import { type GuardingApi, startGuardingApi } from './guarding-api'
import {
  type SecondMirrorboard,
  startSecondMirrorboard,
  worldKubeconfig,
} from './second-mirrorboard'

const MANIFEST = (name: string) => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}, namespace: default}
spec:
  parentRefs: [{name: eg}]
  hostnames: [${name}.example]
  rules:
  - backendRefs: [{name: backend, port: 3000}]
    filters: [{type: RequestMirror, requestMirror: {backendRef: {name: backend, port: 3000}, percent: 10}}]
`

let second: SecondMirrorboard | undefined
let door: GuardingApi | undefined

test.skip(!hasKubectl, 'kubectl is not installed')
test.beforeAll(async () => {
  const apply = 'apply --server-side --field-manager=mirrorboard -f -'
  await kubectl(apply, `${MANIFEST('mutated')}---\n${MANIFEST('guarded')}`)
})
test.afterEach(async () => {
  await second?.stop()
  second = undefined
  door?.stop()
  door = undefined
})
test.afterAll(() => deleteObjects('httproute/mutated', 'httproute/guarded'))

test('what admission makes of a draft is told from it, and what may not be done is said with the right that is missing', async ({
  page,
}) => {
  door = await startGuardingApi({
    guarded: 'guarded',
    guardedResource: 'referencegrants',
    mutated: 'mutated',
    mutate: (manifest) => {
      const object = JSON.parse(manifest.replace('"percent":90', '"percent":50'))
      object.metadata.annotations = { 'policy.example/checked': 'yes' }
      return JSON.stringify(object)
    },
  })
  second = await startSecondMirrorboard(door.kubeconfig)
  await second.signIn(page)
  await page.goto(`${second.url}/routes/default/mutated`)
  await openEditor(page)
  await page.locator('.view-lines').getByText('percent').click()
  await page.keyboard.press('End')
  await page.keyboard.press('Backspace')
  await page.keyboard.press('Backspace')
  await page.keyboard.insertText('90')
  await page.keyboard.press('ControlOrMeta+s')
  const review = page.getByRole('dialog', { name: 'Review changes' })
  const webhook = review.getByRole('region', { name: 'An admission webhook changes' })
  await expect(webhook).toContainText('requestMirror.percent: your 90 becomes 50')
  await expect(webhook).toContainText('metadata.annotations')
  await expect(review.getByRole('figure')).toContainText('percent: 50  ← by a webhook')
  await expect(review.getByRole('region', { name: 'What happens to traffic' })).toContainText(
    '50 % of all requests of mutated.example',
  )
  await expectAccessible(page)

  await page.goto(`${second.url}/routes/default/guarded`)
  const editor = await openEditor(page)
  const missing =
    'You may not patch httproutes in namespace default; ask its administrator for a Role there with the verb patch on httproutes of API group gateway.networking.k8s.io. The server says: RBAC: no rule matches.'
  await expect(page.getByRole('region', { name: 'Manifest' })).toContainText(missing)
  await editor.focus()
  await typeAtEnd(page, '    timeouts: {request: 3s}')
  await page.keyboard.press('ControlOrMeta+s')
  await expect(review).toContainText(missing)
  await expect(review).toContainText('User "viewer" cannot patch resource "httproutes"')
  await expect(review.getByRole('button', { name: 'Apply' })).toBeDisabled()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Delete route' }).click()
  const deletion = page.getByRole('dialog', { name: 'Delete default/guarded?' })
  await deletion.getByLabel('Type guarded to confirm').fill('guarded')
  await expect(deletion).toContainText('You may not delete httproutes in namespace default')
  await expect(deletion.getByRole('button', { name: 'Delete route' })).toBeDisabled()

  // Every page with a control that changes the route says so before the first click.
  for (const tab of ['compare', 'history', 'promote']) {
    await page.goto(`${second.url}/routes/default/guarded/${tab}`)
    await expect(page.getByRole('main')).toContainText(missing)
  }
  await page.getByLabel('Mirrored requests per second, at most').fill('5')
  await page.getByRole('button', { name: 'Review budget' }).click()
  await expect(review).toContainText(missing)
  await expect(review.getByRole('button', { name: 'Apply' })).toBeDisabled()

  // What a quick fix adds beside the route is asked for as well.
  await page.goto(`${second.url}/routes/new`)
  const elsewhere = MANIFEST('mutated').replaceAll(
    'name: backend,',
    'name: backend, namespace: kube-system,',
  )
  await pasteManifest(page, elsewhere)
  await page.getByRole('button', { name: 'Add the ReferenceGrant' }).first().click()
  await expect(page.locator('.view-lines')).toContainText('kind: ReferenceGrant')
  await page.getByRole('button', { name: 'Review' }).click()
  await expect(review).toContainText('You may not patch referencegrants in namespace kube-system')
  await expect(review.getByRole('button', { name: 'Apply' })).toBeDisabled()
})

test('a read-only dashboard reviews and changes nothing', async ({ page }) => {
  second = await startSecondMirrorboard(worldKubeconfig, { MIRRORBOARD_READ_ONLY: 'true' })
  await second.signIn(page)
  const { request } = page
  const { url } = second
  const data = { manifest: MANIFEST('guarded').replace('percent: 10', 'percent: 20') }
  const manifests = `${url}/api/manifests`
  const dryRun = await request.post(manifests, { data: { ...data, action: 'dry-run' } })
  expect(dryRun.status()).toBe(200)
  const refusals = [
    await request.post(manifests, { data: { ...data, action: 'apply' } }),
    await request.delete(`${url}/api/objects/httproutes/default/guarded`),
    await request.delete(`${url}/api/comparison?route=default/guarded`),
    await request.post(`${url}/api/traffic`, { data: {} }),
  ]
  for (const refusal of refusals) {
    expect(refusal.status()).toBe(403)
    expect(await refusal.json()).toMatchObject({ code: 'read-only' })
  }

  await page.goto(`${url}/routes/default/guarded`)
  const editor = await openEditor(page)
  const reason = 'This dashboard is read-only: MIRRORBOARD_READ_ONLY is set where it was started.'
  await expect(page.getByRole('button', { name: `Read-only. ${reason}` })).toBeVisible()
  await editor.focus()
  await typeAtEnd(page, '    timeouts: {request: 3s}')
  await page.keyboard.press('ControlOrMeta+s')
  const review = page.getByRole('dialog', { name: 'Review changes' })
  await expect(review.getByRole('region', { name: 'You change' })).toContainText('timeouts added')
  await expect(review.getByRole('button', { name: 'Apply' })).toHaveAttribute('title', reason)
  await page.keyboard.press('ControlOrMeta+Enter')
  await expect(review).toContainText(reason)
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Delete route' }).click()
  await expect(page.getByRole('dialog', { name: 'Delete default/guarded?' })).toContainText(reason)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Send traffic' }).click()
  const start = page
    .getByRole('form', { name: 'Send traffic' })
    .getByRole('button', { name: 'Start' })
  await expect(start).toHaveAttribute('title', reason)
})
