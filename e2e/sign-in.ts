/** Signs the browser of every story in, once the world under test is up, as a person does: by the link it printed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Page, request } from '@playwright/test'

/** The link that stands in a Mirrorboard's data directory. */
export function loginLink(dataDirectory: string): string {
  return readFileSync(join(dataDirectory, 'login-url'), 'utf8').trim()
}

/** Where the stories find the session. */
export function sessionFile(dataDirectory: string): string {
  return join(dataDirectory, 'e2e-session.json')
}

/** Takes the link for a page, which gets its session. */
export async function signIn(page: Page, dataDirectory: string): Promise<void> {
  await page.request.get(loginLink(dataDirectory))
}

/** Playwright's global set-up. */
export default async function signInForAll(): Promise<void> {
  const directory = process.env['MIRRORBOARD_E2E_DATA_DIR'] ?? ''
  const browser = await request.newContext()
  await browser.get(loginLink(directory))
  await browser.storageState({ path: sessionFile(directory) })
  await browser.dispose()
}
