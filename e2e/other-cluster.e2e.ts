/** The same dashboard on a cluster it did not start: here, the sandbox of the world under test, by its kubeconfig. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@playwright/test'

const root = fileURLToPath(new URL('..', import.meta.url))
const worldKubeconfig = join(process.env['MIRRORBOARD_E2E_DATA_DIR'] ?? '', 'kubeconfig')
const port = Number(process.env['MIRRORBOARD_E2E_PORT'] ?? 4370) + 2
const url = `http://127.0.0.1:${port}`

let running: ChildProcess | undefined

/** Starts a Mirrorboard for that kubeconfig and waits until all its planes are ready. */
async function start(kubeconfig: string): Promise<void> {
  running = spawn(process.execPath, ['server/cli/run.mjs', 'start'], {
    cwd: root,
    stdio: 'ignore',
    env: {
      ...process.env,
      PORT: String(port),
      MIRRORBOARD_KUBECONFIG: kubeconfig,
      MIRRORBOARD_DATA_DIR: mkdtempSync(join(tmpdir(), 'mirrorboard-e2e-other-')),
    },
  })
  await expect
    .poll(async () => (await fetch(`${url}/api/health`).catch(() => undefined))?.status, {
      timeout: 60_000,
    })
    .toBe(200)
}

test.afterEach(async () => {
  if (!running) return
  const exited = once(running, 'exit')
  running.kill('SIGTERM')
  const [code] = await exited
  running = undefined
  expect(code).toBe(0)
})

test('shows the routes of the cluster its kubeconfig names, and starts no sandbox', async ({
  page,
}) => {
  await start(worldKubeconfig)
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
  await start(kubeconfig)
  await page.goto(`${url}/routes`)
  await expect(page.getByText('Cluster mirrorboard-sandbox cannot be reached')).toBeVisible()
  writeFileSync(kubeconfig, world)
  await expect(page.getByRole('table', { name: 'Routes' })).toContainText('www.example.com', {
    timeout: 45_000,
  })
})
