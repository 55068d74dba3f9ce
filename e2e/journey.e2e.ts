/** The guide's story by mouse and keyboard: edit, see what is wrong, review, apply, send, count. */
import { expect, type Page, test } from '@playwright/test'
import { deleteObjects, expectAccessible, openEditor, sendTraffic, typeAtEnd } from './actions'

test.describe.configure({ mode: 'serial' })

const ROUTE = '/routes/default/http-mirror'
const SENT = 200

test.afterAll(() =>
  deleteObjects('httproute/http-mirror', backend('backend-2'), backend('backend-3')),
)

test('a backend is created from the Backends page', async ({ page }) => {
  await page.goto('/backends')
  await page.getByRole('button', { name: 'New backend' }).click()
  const dialog = page.getByRole('dialog', { name: 'New backend' })
  await dialog.getByLabel('Name', { exact: true }).fill('backend-2')
  await dialog.getByRole('button', { name: 'Review' }).click()
  await apply(page)
  const service = page.getByRole('region', { name: 'Service default/backend-2' })
  await expect(service).toContainText('1 of 1 endpoint ready')
})

test('a wrong field is marked in the API server’s words, and fixing it clears the mark', async ({
  page,
}) => {
  await page.goto('/routes/new')
  const editor = await openEditor(page)
  const validation = page.getByRole('status', { name: 'Validation' })
  await expect(validation).not.toContainText(/error|Checking/)
  await editor.focus()
  await typeAtEnd(page, '      timeoutz:\n  request: 3s')
  const problem = page
    .getByRole('list', { name: 'Problems' })
    .getByRole('button', { name: /unknown field "spec\.rules\[0\]\.timeoutz"/ })
  await expect(problem).toBeVisible()
  await problem.click()
  await page.keyboard.press('ControlOrMeta+Shift+ArrowRight')
  await page.keyboard.insertText('timeouts')
  await expect(problem).toBeHidden()
  await expect(validation).not.toContainText(/error|Checking/)
})

test('a route is made from a template, reviewed and applied, and its conditions arrive', async ({
  page,
}) => {
  await page.goto('/routes/new')
  await openEditor(page)
  await page.getByRole('radio', { name: /^Mirror everything/ }).check()
  await page.getByRole('button', { name: 'Review' }).click()
  await expect(page.getByRole('dialog', { name: 'Review changes' })).toContainText(
    'will be created',
  )
  await expectAccessible(page)
  await apply(page)
  await expect(page).toHaveURL(new RegExp(`${ROUTE}$`))
  await page.getByRole('tab', { name: 'Status' }).click()
  const status = page.getByRole('tabpanel', { name: 'Status' })
  await expect(status).toContainText('Accepted')
  await expect(status).toContainText('ResolvedRefs')
  await expect(page.getByRole('status', { name: 'Observed generation' })).toContainText(
    'Generation 1 observed',
  )
})

test('every request sent is counted once, primary and mirror alike', async ({ page }) => {
  await page.goto(ROUTE)
  await sendTraffic(page, { ratePerSecond: 100, seconds: 2 })
  const account = page.getByRole('region', { name: 'Where every mirrored request went' })
  await expect(account).toContainText(`${SENT} requests`)
  await expect(account).toContainText(`${SENT} mirrored`)
  await expect(account).toContainText(`${SENT} answered`)
  await expect(account).toContainText('The counts add up')
  await page.reload()
  await expect(account).toContainText(`${SENT} mirrored`)
  await expect(account).toContainText('The counts add up')
})

test('a second backendRef is added with its missing objects, by keyboard', async ({ page }) => {
  await page.goto(ROUTE)
  const editor = await openEditor(page)
  await editor.focus()
  await typeAtEnd(page, '    - name: backend-3\n  port: 3000')
  await expect(page.getByText('Unsaved changes')).toBeVisible()
  await page.getByRole('button', { name: 'Create backend-3' }).click()
  const dialog = page.getByRole('dialog', { name: 'New backend' })
  await expect(dialog.getByLabel('Name', { exact: true })).toHaveValue('backend-3')
  await dialog.getByRole('button', { name: 'Review' }).click()
  await apply(page)
  await expect(page.getByRole('button', { name: 'Create backend-3' })).toBeHidden()

  await editor.focus()
  await page.keyboard.press('ControlOrMeta+s')
  const review = page.getByRole('dialog', { name: 'Review changes' })
  await expect(review).toContainText('will be changed')
  await expect(review.getByRole('button', { name: 'Apply' })).toBeEnabled()
  await page.keyboard.press('ControlOrMeta+Enter')
  await expect(review).toBeHidden()
  await expect(page.getByRole('status', { name: 'Observed generation' })).toContainText(
    'Generation 2 observed',
  )
})

test('the traffic splits over both backends and the mirror still gets every request', async ({
  page,
}) => {
  await page.goto(ROUTE)
  await sendTraffic(page, { ratePerSecond: 100, seconds: 2 })
  const account = page.getByRole('region', { name: 'Where every mirrored request went' })
  await expect(account).toContainText(`${2 * SENT} mirrored`)
  await expect(account).toContainText('The counts add up')
  const answered = page.getByRole('region', { name: 'Answered by' })
  await expect(answered).toContainText('backend-3')
})

test('several mirrors in one rule are refused in the page’s words before anything is stored', async ({
  page,
}) => {
  await page.goto(ROUTE)
  const editor = await openEditor(page)
  await editor.focus()
  await typeAtEnd(page, TWO_MIRRORS)
  await expect(page.getByRole('list', { name: 'Problems' })).toContainText(
    'Invalid value: "RequestMirror": cannot be used multiple times in the same rule',
  )
  await page.keyboard.press('ControlOrMeta+s')
  const review = page.getByRole('dialog', { name: 'Review changes' })
  await expect(review).toContainText(
    'admission webhook "validate.gateway.networking.k8s.io" denied the request',
  )
  await expect(review.getByRole('button', { name: 'Apply' })).toBeDisabled()
})

test('a route is deleted after its name is typed', async ({ page }) => {
  await page.goto(ROUTE)
  await page.getByRole('button', { name: 'Delete route' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('button', { name: 'Delete route' })).toBeDisabled()
  await dialog.getByLabel('Type http-mirror to confirm').fill('http-mirror')
  await dialog.getByRole('button', { name: 'Delete route' }).click()
  await expect(page).toHaveURL(/\/routes$/)
  await expect(page.getByRole('table', { name: 'Routes' })).not.toContainText('http-mirror')
})

const backend = (name: string) => `deploy/${name} svc/${name} sa/${name}`

async function apply(page: Page): Promise<void> {
  const review = page.getByRole('dialog', { name: 'Review changes' })
  await review.getByRole('button', { name: 'Apply' }).click()
  await expect(review).toBeHidden()
}

const mirrorTo = (name: string) =>
  `{type: RequestMirror, requestMirror: {backendRef: {name: ${name}, port: 3000}}}`

/** A second rule, on one line, which the editor does not indent anew. */
const TWO_MIRRORS = `  - {filters: [${mirrorTo('backend-2')}, ${mirrorTo('backend-3')}], backendRefs: [{name: backend, port: 3000}]}`
