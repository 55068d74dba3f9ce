import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig, devices } from '@playwright/test'
import { sessionFile } from './sign-in'

const root = fileURLToPath(new URL('..', import.meta.url))
const port = Number(process.env['MIRRORBOARD_E2E_PORT'] ?? 4370)

// Playwright reads this file once in each of its processes; only the first may choose the directory.
process.env['MIRRORBOARD_E2E_DATA_DIR'] ??= mkdtempSync(join(tmpdir(), 'mirrorboard-e2e-'))
const executablePath = process.env['CHROMIUM_PATH']

export default defineConfig({
  testDir: '.',
  globalSetup: './sign-in.ts',
  testMatch: '*.e2e.ts',
  outputDir: '../test-results/playwright',
  timeout: 90_000,
  expect: { timeout: 15_000 },
  // One world, one story at a time: the tests share a cluster and count requests exactly.
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env['CI'] !== undefined,
  retries: 0,
  reporter: [['list'], ['json']],
  use: {
    ...devices['Desktop Chrome'],
    viewport: { width: 1440, height: 900 },
    storageState: sessionFile(process.env['MIRRORBOARD_E2E_DATA_DIR']),
    baseURL: `http://127.0.0.1:${port}`,
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(executablePath !== undefined && { executablePath }),
      args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  webServer: {
    command: `${process.execPath} e2e/start-product.mjs`,
    cwd: root,
    env: {
      PORT: String(port),
      MIRRORBOARD_DATA_DIR: process.env['MIRRORBOARD_E2E_DATA_DIR'],
      MIRRORBOARD_METRICS_PORT: String(port + 1),
    },
    url: `http://127.0.0.1:${port}/api/health`,
    reuseExistingServer: false,
    timeout: 180_000,
    stdout: 'ignore',
    stderr: 'pipe',
    gracefulShutdown: { signal: 'SIGTERM', timeout: 15_000 },
  },
})
