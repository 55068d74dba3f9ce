/** What the editor knows from the cluster's schema: completion, hover, places of problems. */
import { expect, test } from '@playwright/test'
import { openEditor, typeAtEnd } from './actions'

test('completes fields from the schema the cluster serves', async ({ page }) => {
  await page.goto('/routes/new')
  const editor = await openEditor(page)
  await editor.focus()
  await typeAtEnd(page, '      tim')
  // The schema may still be on its way when the first request for completions is made.
  await expect(async () => {
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+Space')
    const suggestions = page.getByRole('listbox', { name: 'Suggest' })
    await expect(suggestions).toContainText('timeouts', { timeout: 2_000 })
  }).toPass({ timeout: 30_000 })
})

test('explains a field on hover in the specification’s words', async ({ page }) => {
  await page.goto('/routes/new')
  await openEditor(page)
  // As above: a hover before the schema has arrived has nothing to say.
  await expect(async () => {
    await page.mouse.move(0, 0)
    await page.locator('.view-lines').getByText('hostnames').hover()
    const explanation = page.getByText(/Hostnames defines a set of hostnames/).first()
    await expect(explanation).toBeVisible({ timeout: 2_000 })
  }).toPass({ timeout: 30_000 })
})

test('keeps a draft over a reload, and leads to a problem by keyboard', async ({ page }) => {
  await page.goto('/routes/new')
  const editor = await openEditor(page)
  await editor.focus()
  await typeAtEnd(page, '      bogus: true')
  const problems = page.getByRole('list', { name: 'Problems' })
  await expect(problems).toContainText('unknown field "spec.rules[0].bogus"')
  await page.reload()
  await openEditor(page)
  await expect(page.getByText('Unsaved changes')).toBeVisible()
  await expect(problems).toContainText('unknown field "spec.rules[0].bogus"')
  await page.getByRole('button', { name: 'Discard' }).click()
  await expect(problems).not.toContainText('bogus')
})
