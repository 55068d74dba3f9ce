/** Someone else's hand on the same route: fields another manager owns, and changes made while editing. */
import { expect, test } from '@playwright/test'
import { deleteObjects, expectAccessible, openEditor, pasteManifest, typeAtEnd } from './actions'
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

test('fields that kubectl wrote with the same values are taken over in one step', async ({
  page,
}) => {
  await page.goto(ROUTE)
  // As somebody keeps it in a file: without the defaults, which the same values are stored with.
  const kept = mirrorRoute({ backends: ['backend'], mirrors: ['backend'] })
  await pasteManifest(page, kept.replace('metadata:\n', 'metadata:\n  labels: {team: shop}\n'))
  await page.keyboard.press('ControlOrMeta+s')
  const review = page.getByRole('dialog', { name: 'Review changes' })
  await expect(review.getByRole('region', { name: 'You change' })).toContainText('{team: shop}')
  await review.getByRole('button', { name: 'Take over' }).click()
  await expect(review).toContainText('Applying makes mirrorboard the manager of the fields')
  await expectAccessible(page)
  await review.getByRole('button', { name: 'Apply', exact: true }).click()
  await expect(review).toBeHidden()
  const fields =
    '{.metadata.labels.team} {.metadata.managedFields[?(@.operation=="Apply")].manager}'
  const { stdout } = await kubectl(
    `get httproute/http-mirror --show-managed-fields -o jsonpath='${fields}'`,
  )
  expect(stdout).toBe('shop mirrorboard')
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
  await openEditor(page)
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
  // The button that opened the merge is gone, and the focus with it.
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
    'HTTPRoute http-mirror already exists, written by kubectl-create',
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

/** As another person's dashboard applies it: the same manager, so that no field is in conflict. */
async function applyAsDashboard(percent: number, annotations: Readonly<Record<string, string>>) {
  const route = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'http-mirror', namespace: 'default', annotations },
    spec: {
      parentRefs: [{ name: 'eg' }],
      hostnames: ['backends.example'],
      rules: [
        {
          backendRefs: [{ name: 'backend', port: 3000 }],
          filters: [
            {
              type: 'RequestMirror',
              requestMirror: { percent, backendRef: { name: 'backend-2', port: 3000 } },
            },
          ],
        },
      ],
    },
  }
  const apply = 'apply --server-side --force-conflicts --field-manager=mirrorboard -f -'
  expect((await kubectl(apply, JSON.stringify(route))).code).toBe(0)
}

const COMPARISON = 'mirrorboard.dev/comparison'
const BUDGET = 'mirrorboard.dev/mirror-budget'

async function annotationsNow(): Promise<Record<string, string>> {
  const path = '{.metadata.annotations}'
  const { stdout } = await kubectl(`get httproute/http-mirror -o jsonpath='${path}'`)
  return stdout === '' ? {} : JSON.parse(stdout)
}

test('a step, a budget and settings are not written over what somebody changed meanwhile', async ({
  page,
}) => {
  await deleteObjects('httproute/http-mirror')
  await applyAsDashboard(10, {})
  const review = page.getByRole('dialog', { name: 'Review changes' })
  const apply = review.getByRole('button', { name: 'Apply', exact: true })

  await page.goto(`${ROUTE}/promote`)
  await page.getByRole('button', { name: 'Send 1 % anyway…' }).click()
  await page.getByLabel('Reason, stored on the route').fill('only a trial of it')
  await page.getByRole('button', { name: 'Review anyway' }).click()
  await expect(apply).toBeEnabled()
  await applyAsDashboard(20, {})
  await apply.click()
  await expect(review).toContainText('mirrorboard changed this object')
  await expect(apply).toBeDisabled()
  await review.getByRole('button', { name: 'See what is live' }).click()
  await expect(review).toBeHidden()
  const backends = '{.spec.rules[0].backendRefs[*].name}'
  const { stdout } = await kubectl(`get httproute/http-mirror -o jsonpath='${backends}'`)
  expect(stdout).toBe('backend')

  await page.getByLabel('Mirrored requests per second, at most').fill('5')
  await applyAsDashboard(30, { [BUDGET]: '{"requestsPerSecond":1}' })
  await page.getByRole('button', { name: 'Review budget' }).click()
  await expect(review).toContainText('mirrorboard changed this object')
  await review.getByRole('button', { name: 'Review on top of it' }).click()
  await expect(review.getByRole('region', { name: 'You change' })).toContainText(
    '{"requestsPerSecond":1} → {"requestsPerSecond":5}',
  )
  await apply.click()
  await expect(review).toBeHidden()
  expect(await annotationsNow()).toEqual({ [BUDGET]: '{"requestsPerSecond":5}' })

  await applyAsDashboard(30, { [COMPARISON]: '{"percent":10}' })
  await page.goto(`${ROUTE}/compare`)
  await page.getByRole('button', { name: 'Settings' }).click()
  const settings = page.getByRole('dialog', { name: 'Comparison settings' })
  await settings.getByLabel('Captured, % of mirrored requests').fill('20')
  await applyAsDashboard(30, { [COMPARISON]: '{"percent":10,"ignoreHeaders":["date"]}' })
  await settings.getByRole('button', { name: 'Review' }).click()
  await expect(review).toContainText('mirrorboard changed this object')
  await review.getByRole('button', { name: 'See what is live' }).click()
  expect(await annotationsNow()).toEqual({
    [COMPARISON]: '{"percent":10,"ignoreHeaders":["date"]}',
  })
})
