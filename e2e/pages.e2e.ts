/** Every page in light and dark, wide and narrow: accessible, nothing wider than the screen, no error in the console. */
import { expect, test } from '@playwright/test'
import { expectAccessible } from './actions'

const PAGES = [
  { path: '/routes', heading: 'Routes' },
  { path: '/routes/default/backend', heading: 'backend' },
  { path: '/routes/default/backend/traffic', heading: 'backend' },
  { path: '/routes/default/backend/compare', heading: 'backend' },
  { path: '/routes/default/backend/promote', heading: 'backend' },
  { path: '/routes/default/backend/history', heading: 'backend' },
  { path: '/evidence', heading: 'Evidence' },
  { path: '/routes/new', heading: 'New route' },
  { path: '/backends', heading: 'Backends' },
  { path: '/traffic', heading: 'Traffic' },
  { path: '/cluster', heading: 'Cluster' },
]
const SIZES = [
  { name: 'wide', width: 1440, height: 900 },
  { name: 'narrow', width: 390, height: 844 },
]

for (const colorScheme of ['light', 'dark'] as const) {
  for (const { name, width, height } of SIZES) {
    test(`every page is accessible and fits in ${colorScheme}, ${name}`, async ({ browser }) => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height } })
      const page = await context.newPage()
      const errors: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text())
      })
      page.on('pageerror', (error) => errors.push(error.message))
      for (const { path, heading } of PAGES) {
        await page.goto(path)
        await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible()
        await expect(page.getByRole('status', { name: 'Connection' })).toContainText('Watching')
        await expect(page.getByRole('progressbar', { name: /^Loading/ })).toHaveCount(0)
        await expectAccessible(page)
        const scrollWidth = await page.evaluate(() => document.documentElement.scrollWidth)
        expect(scrollWidth, path).toBeLessThanOrEqual(width)
      }
      expect(errors).toEqual([])
      await context.close()
    })
  }
}

test('a page that does not exist says where to go', async ({ page }) => {
  const response = await page.goto('/nowhere')
  expect(response?.status()).toBe(404)
  await expect(page.getByRole('link', { name: /routes/i }).first()).toBeVisible()
})

test('scripts run by nonce only, and nobody may frame the pages', async ({ page }) => {
  const response = await page.goto('/routes')
  const policy = response?.headers()['content-security-policy'] ?? ''
  expect(policy).toMatch(/script-src 'self' 'nonce-[^']+'(;|$)/)
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toContain('unsafe-eval')
})

test('the skip link leads the keyboard past the navigation', async ({ page }) => {
  await page.goto('/routes')
  await expect(page.getByRole('heading', { level: 1, name: 'Routes' })).toBeVisible()
  await page.keyboard.press('Tab')
  const skip = page.getByRole('link', { name: 'Skip to content' })
  await expect(skip).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.locator('#content')).toBeFocused()
})

test('a file that is no evidence is refused with what it is and what to do', async ({ page }) => {
  await page.goto('/evidence')
  const choose = (name: string, text: string) =>
    page
      .getByLabel('Evidence file')
      .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) })
  const refusal = page.getByRole('main').getByRole('alert')
  await choose('route.yaml', 'kind: HTTPRoute')
  await expect(refusal).toContainText('route.yaml cannot be opened')
  await expect(refusal).toContainText('The file is not JSON, so it holds no evidence. Choose')
  await choose('half.json', '{"format": "mirrorboard.dev/evidence/v1", "writtenAt": "2026')
  await expect(refusal).toContainText('half.json cannot be opened')
  await expect(refusal).toContainText('its end is missing. Copy or download the file again')
  await choose('huge.json', ' '.repeat(33 * 1024 * 1024))
  await expect(refusal).toContainText('The file has 33.0 MiB; an evidence file has at most 32 MiB.')
  await expectAccessible(page)
})
