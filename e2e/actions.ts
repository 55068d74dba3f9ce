/** What several stories do on a page. */
import AxeBuilder from '@axe-core/playwright'
import { type APIRequestContext, expect, type Locator, type Page } from '@playwright/test'
import type { TrafficRequest, TrafficRun } from '@/lib/dashboard-api/traffic'
import { kubectl } from './commands'

/** The manifest editor, once it takes input. */
export async function openEditor(page: Page): Promise<Locator> {
  await expect(page.locator('[data-ready="true"]')).toBeVisible({ timeout: 30_000 })
  // A reload or a step away with a draft asks first.
  page.removeAllListeners('dialog')
  page.on('dialog', (dialog) => dialog.accept())
  return page.getByRole('textbox', { name: 'HTTPRoute manifest' })
}

/** Types at the end of the text; the editor keeps the first line's indent on those that follow. */
export async function typeAtEnd(page: Page, text: string): Promise<void> {
  await page.keyboard.press('ControlOrMeta+End')
  await page.keyboard.insertText(text)
}

/** Puts the text in place of the manifest, by the clipboard: typed text would be indented. */
export async function pasteManifest(page: Page, text: string): Promise<void> {
  const editor = await openEditor(page)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.evaluate((pasted) => navigator.clipboard.writeText(pasted), text)
  await editor.focus()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.press('ControlOrMeta+v')
}

/** The manifest as the editor holds it, by the clipboard: the page shows only the lines in view. */
export async function manifestText(page: Page): Promise<string> {
  await page.getByRole('textbox', { name: 'HTTPRoute manifest' }).focus()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.press('ControlOrMeta+c')
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  // The browser says it runs on Windows, so the editor copies with that system's line breaks.
  return copied.replaceAll('\r\n', '\n')
}

/** Sends requests from the route's page and waits until all are answered. */
export async function sendTraffic(
  page: Page,
  { ratePerSecond, seconds }: { ratePerSecond: number; seconds: number },
): Promise<void> {
  await page.getByRole('button', { name: 'Send traffic' }).click()
  const form = page.getByRole('form', { name: 'Send traffic' })
  await form.getByLabel('Requests per second').fill(String(ratePerSecond))
  await form.getByLabel('Seconds').fill(String(seconds))
  await form.getByRole('button', { name: 'Start' }).click()
  const sent = ratePerSecond * seconds
  await expect(
    page.getByText(`Finished: ${sent} of ${sent} requests sent, ${sent} answered`),
  ).toBeVisible({
    timeout: (seconds + 20) * 1000,
  })
  await page.keyboard.press('Escape')
}

const LOOK_OFTEN = { intervals: [100], timeout: 30_000 }

/** Sends requests through the Gateway `eg` as the panel does, without it; resolves once all are answered. */
export async function runTraffic(
  request: APIRequestContext,
  load: Omit<TrafficRequest, 'gateway'>,
): Promise<void> {
  const started = await request.post('/api/traffic', { data: { gateway: 'default/eg', ...load } })
  const { id } = (await started.json()) as TrafficRun
  const sent = load.ratePerSecond * load.durationSeconds
  const finished = { state: 'finished', answered: sent }
  await expect
    .poll(async () => {
      const { state, answered } = (await (
        await request.get(`/api/traffic/${id}`)
      ).json()) as TrafficRun
      return { state, answered }
    }, LOOK_OFTEN)
    .toEqual(finished)
}

/** Applies what the review dialog shows. */
export async function applyReview(page: Page): Promise<void> {
  const review = page.getByRole('dialog', { name: 'Review changes' })
  await review.getByRole('button', { name: 'Apply', exact: true }).click()
  await expect(review).toBeHidden()
}

/** Fails with what axe found against WCAG 2.2 A and AA. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze()
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(', ')}`),
  ).toEqual([])
}

/** Deletes what a story made; each argument is one or more `kind/name`. */
export async function deleteObjects(...objects: readonly string[]): Promise<void> {
  await kubectl(`delete --ignore-not-found ${objects.join(' ')}`)
}
