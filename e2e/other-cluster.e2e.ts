/** The same dashboard on a cluster it did not start: here, the sandbox of the world under test, by its kubeconfig. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import {
  type SecondMirrorboard,
  startSecondMirrorboard,
  worldKubeconfig,
} from './second-mirrorboard'

let second: SecondMirrorboard | undefined

test.afterEach(async () => {
  await second?.stop()
  second = undefined
})

test('shows the routes of the cluster its kubeconfig names, and starts no sandbox', async ({
  page,
}) => {
  second = await startSecondMirrorboard(worldKubeconfig)
  await second.signIn(page)
  const { url } = second
  await page.goto(`${url}/routes`)
  await expect(page.getByRole('table', { name: 'Routes' })).toContainText('www.example.com')
  const health = await (await fetch(`${url}/api/health`)).json()
  expect(Object.keys(health.planes).sort()).toEqual(['dashboard', 'history', 'observer', 'traffic'])
})

test('says that a cluster cannot be reached, and goes on as soon as it can', async ({ page }) => {
  const kubeconfig = join(mkdtempSync(join(tmpdir(), 'mirrorboard-e2e-gone-')), 'kubeconfig')
  const world = readFileSync(worldKubeconfig, 'utf8')
  // Port 9 is the discard service's: nothing listens there.
  writeFileSync(kubeconfig, world.replace(/127\.0\.0\.1:\d+/, '127.0.0.1:9'))
  second = await startSecondMirrorboard(kubeconfig)
  await second.signIn(page)
  const { url } = second
  await page.goto(`${url}/routes`)
  await expect(page.getByText('Cluster mirrorboard-sandbox cannot be reached')).toBeVisible()
  writeFileSync(kubeconfig, world)
  await expect(page.getByRole('table', { name: 'Routes' })).toContainText('www.example.com', {
    timeout: 45_000,
  })
})
