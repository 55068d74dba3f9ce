/** What the measurements in a browser share: a Mirrorboard of their own, Chromium, and a line of a report. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { chromium } from '@playwright/test'
import { findChromium } from '../server/cli/chromium.mjs'
import { signIn } from '../tools/sign-in.mjs'
import { freePort, root } from './harness.mjs'

/** A running Mirrorboard with a fresh data directory: `url`, `session` and `stop()`. First builds what is not built. */
export async function startMirrorboard(environment = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'mirrorboard-bench-'))
  const port = await freePort()
  const child = spawn(process.execPath, [join(root, 'server/cli/run.mjs'), 'start'], {
    env: {
      ...process.env,
      PORT: String(port),
      MIRRORBOARD_METRICS_PORT: '0',
      MIRRORBOARD_DATA_DIR: directory,
      ...environment,
    },
    stdio: 'ignore',
  })
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; ; tries += 1) {
    const health = await fetch(`${url}/api/health`).catch(() => null)
    if (health?.ok) break
    if (tries > 600) throw new Error('Mirrorboard did not start.')
    await delay(500)
  }
  const session = await signIn(directory)
  return {
    url,
    /** `header` for fetch, `cookies` for a browser's context. */
    session,
    async stop() {
      child.kill('SIGTERM')
      await new Promise((resolve) => child.once('exit', resolve))
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

export async function startBrowser() {
  return chromium.launch({
    executablePath: (await findChromium()) ?? undefined,
    args: ['--no-sandbox', '--disable-gpu'],
  })
}

export const report = (name, value, unit) =>
  console.log(`${name.padEnd(64)} ${String(value).padStart(8)} ${unit}`)
