/** Someone else's hand on the same route: fields another manager owns, and changes made while editing. */
import { expect, test } from '@playwright/test'
import { deleteObjects, expectAccessible, openEditor, typeAtEnd } from './actions'
import { hasKubectl, kubectl } from './commands'
import { mirrorRoute } from './manifests'

test.skip(!hasKubectl, 'kubectl is not installed')

const ROUTE = '/routes/default/http-mirror'

test.beforeEach(async () => {
  const manifest = mirrorRoute({ backends: ['backend'], mirrors: ['backend'] })
  expect((await kubectl('apply -f -', manifest)).code).toBe(0)
})
test.afterEach(() => deleteObjects('httproute/http-mirror'))

test('fields that kubectl owns are named, and taken only after a confirmation', async ({
  page,
}) => {
  await page.goto(ROUTE)
  const editor = await openEditor(page)
  await editor.focus()
  await typeAtEnd(page, '    - name: backend-3\n  port: 3000')
  await page.keyboard.press('ControlOrMeta+s')
  const review = page.getByRole('dialog', { name: 'Review changes' })
  await expect(review).toContainText('Another manager owns some of these fields')
  await expect(review).toContainText('kubectl-client-side-apply')
  await expect(review.getByRole('button', { name: 'Apply' })).toBeDisabled()
  await review.getByRole('button', { name: 'Force…' }).click()
  await page
    .getByRole('alertdialog')
    .getByRole('button', { name: 'Force and review again' })
    .click()
  await review.getByRole('button', { name: 'Apply' }).click()
  await expect(review).toBeHidden()
  const { stdout } = await kubectl(
    `get httproute/http-mirror -o jsonpath='{.spec.rules[0].backendRefs[*].name}'`,
  )
  expect(stdout).toBe('backend backend-3')
})

test('a change made meanwhile is shown, and the draft is not lost', async ({ page }) => {
  await page.goto(ROUTE)
  const editor = await openEditor(page)
  await editor.focus()
  await typeAtEnd(page, '    - name: backend-3\n  port: 3000')
  await expect(page.getByText('Unsaved changes')).toBeVisible()
  await kubectl(
    `patch httproute http-mirror --type=merge -p '{"spec":{"hostnames":["other.example"]}}'`,
  )
  await editor.focus()
  await page.keyboard.press('ControlOrMeta+s')
  const review = page.getByRole('dialog', { name: 'Review changes' })
  await expect(review.getByRole('button', { name: 'Load live version' })).toBeVisible()
  await expect(review.getByRole('button', { name: 'Apply' })).toBeDisabled()
  await review.getByRole('button', { name: 'Keep my draft' }).click()
  await expect(review).toContainText('Another manager owns some of these fields')
  await page.keyboard.press('Escape')
  await expect(page.getByText('Unsaved changes')).toBeVisible()
})

test('a change made meanwhile is merged into the draft, and a field both changed is chosen', async ({
  page,
}) => {
  await page.goto(ROUTE)
  const editor = await openEditor(page)
  await page.locator('.view-lines').getByText('backends.example').click()
  await page.keyboard.press('Home')
  await page.keyboard.press('Shift+End')
  await page.keyboard.insertText('- mine.example # ours')
  await expect(page.getByText('Unsaved changes')).toBeVisible()
  const theirs = { metadata: { labels: { team: 'shop' } }, spec: { hostnames: ['theirs.example'] } }
  await kubectl(`patch httproute http-mirror --type=merge -p '${JSON.stringify(theirs)}'`)
  await page.getByRole('button', { name: 'Merge…' }).click()
  const merge = page.getByRole('dialog', { name: 'Merge into your draft' })
  await expect(merge).toContainText('1 change of kubectl-patch comes into your draft')
  await expect(merge).toContainText('metadata.labels added: {team: shop}')
  const conflict = merge.getByRole('group', { name: /spec.hostnames\[0\], was backends.example/ })
  await expect(conflict.getByRole('radio', { name: 'kubectl-patch theirs.example' })).toBeVisible()
  await expect(merge.getByRole('button', { name: 'Merge' })).toBeDisabled()
  await expectAccessible(page)
  await conflict.getByRole('radio', { name: 'Your draft mine.example' }).check()
  await merge.getByRole('button', { name: 'Merge' }).click()
  await expect(page.locator('.view-lines')).toContainText('mine.example # ours')
  await expect(page.locator('.view-lines')).toContainText('team: shop')
  await editor.focus()
  await page.keyboard.press('ControlOrMeta+s')
  // The draft is of the live object again: what is left is who owns the hostname.
  const review = page.getByRole('dialog', { name: 'Review changes' })
  await expect(review).toContainText('kubectl-patch manages 1 field that your draft changes')
  await expect(review.getByText('while you were editing')).toBeHidden()
})

test('a new route is not written over one that somebody created during the review', async ({
  page,
}) => {
  await deleteObjects('httproute/http-mirror')
  await page.goto('/routes/new')
  await openEditor(page)
  await page.getByRole('button', { name: 'Review' }).click()
  const review = page.getByRole('dialog', { name: 'Review changes' })
  await expect(review).toContainText('will be created')
  const theirs = mirrorRoute({ backends: ['backend'], mirrors: ['backend'] })
  await kubectl('create -f -', theirs)
  await review.getByRole('button', { name: 'Apply' }).click()
  await expect(review).toContainText(
    'HTTPRoute http-mirror exists already, written by kubectl-create',
  )
  await expect(review.getByRole('button', { name: 'Apply' })).toBeDisabled()
  const mirror = '{.spec.rules[0].filters[*].requestMirror.backendRef.name}'
  expect((await kubectl(`get httproute/http-mirror -o jsonpath='${mirror}'`)).stdout).toBe(
    'backend',
  )
  await review.getByRole('button', { name: 'Review as a change' }).click()
  await expect(review).toContainText('kubectl-create manages')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Review' }).click()
  await expect(review).toContainText('kubectl-create manages')
})
