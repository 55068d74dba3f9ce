/** Who may look: a browser without a session, the link that works once, signing out, a session that ends under a page. */
import { expect, test } from '@playwright/test'
import { expectAccessible, openEditor } from './actions'
import { loginLink } from './sign-in'

const directory = process.env['MIRRORBOARD_E2E_DATA_DIR'] ?? ''
test.use({ storageState: { cookies: [], origins: [] } })

test('a browser without a session reads how to get in, and nothing else', async ({
  page,
  request,
}) => {
  await page.goto('/routes')
  await expect(page.getByRole('heading', { name: 'Sign in to Mirrorboard' })).toBeVisible()
  await expect(page.getByText('login-url')).toBeVisible()
  await expectAccessible(page)
  for (const path of [
    '/api/live?kinds=httproutes',
    '/api/cluster',
    '/api/planes',
    '/monaco/editor.worker.js',
  ])
    expect((await request.get(path)).status(), path).toBe(401)
  const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: taken, namespace: default}\n'
  const applied = await request.post('/api/manifests', { data: { manifest, action: 'apply' } })
  expect(applied.status()).toBe(401)
  const health = await (await request.get('/api/health')).json()
  expect(health.planes.sandbox).toEqual({ status: 'ok' })
})

test('the link signs in once, and signing out ends every page of the session with its draft kept', async ({
  page,
  browser,
}) => {
  const link = loginLink(directory)
  await page.goto(`${link}&next=/routes/default/backend`)
  const editor = await openEditor(page)
  await expect(page).toHaveURL(/\/routes\/default\/backend$/)

  const thief = await browser.newContext({ storageState: { cookies: [], origins: [] } })
  const late = await thief.newPage()
  await late.goto(link)
  await expect(late.getByText('This link was used before')).toBeVisible()
  await thief.close()

  await editor.focus()
  await page.keyboard.press('ControlOrMeta+End')
  await page.keyboard.insertText('# a draft')
  const other = await page.context().newPage()
  await other.goto('/routes')
  await other.getByRole('button', { name: /^Sign out / }).click()
  await expect(other.getByRole('heading', { name: 'Sign in to Mirrorboard' })).toBeVisible()
  await expect(page.getByText('Your session has ended')).toBeVisible({ timeout: 30_000 })
  await expectAccessible(page)

  await other.goto(loginLink(directory))
  await expect(other.getByRole('table', { name: 'Routes' })).toBeVisible()
  await expect(page.getByText('Your session has ended')).toBeHidden({ timeout: 30_000 })
  await expect(page.locator('.view-lines')).toContainText('# a draft')
})
