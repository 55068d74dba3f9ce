/** The review before an apply: what is the person's, what is the server's, and what it means for traffic. */
import { expect, test } from '@playwright/test'
import { deleteObjects, expectAccessible, openEditor, typeAtEnd } from './actions'
import { hasKubectl, kubectl } from './commands'

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
