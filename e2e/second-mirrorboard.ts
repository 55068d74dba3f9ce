/** Another Mirrorboard beside the world under test, on a cluster of its choice. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, type Page } from '@playwright/test'
import { signIn } from './sign-in'

const root = fileURLToPath(new URL('..', import.meta.url))
const port = Number(process.env['MIRRORBOARD_E2E_PORT'] ?? 4370) + 2

/** The kubeconfig of the world's sandbox. */
export const worldKubeconfig = join(process.env['MIRRORBOARD_E2E_DATA_DIR'] ?? '', 'kubeconfig')

export interface SecondMirrorboard {
  readonly url: string
  /** Gives a page a session here. */
  signIn(page: Page): Promise<void>
  /** Ends it; fails when it does not end well. */
  stop(): Promise<void>
}

/** Starts it for that kubeconfig and waits until all its planes are ready. One at a time: they share a port. */
export async function startSecondMirrorboard(
  kubeconfig: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<SecondMirrorboard> {
  const url = `http://127.0.0.1:${port}`
  const dataDirectory = mkdtempSync(join(tmpdir(), 'mirrorboard-e2e-second-'))
  const running = spawn(process.execPath, ['server/cli/run.mjs', 'start'], {
    cwd: root,
    stdio: 'ignore',
    env: {
      ...process.env,
      PORT: String(port),
      MIRRORBOARD_KUBECONFIG: kubeconfig,
      MIRRORBOARD_DATA_DIR: dataDirectory,
      ...settings,
    },
  })
  const stop = async () => {
    const exited = once(running, 'exit')
    running.kill('SIGTERM')
    return exited
  }
  try {
    await expect
      .poll(async () => (await fetch(`${url}/api/health`).catch(() => undefined))?.status, {
        timeout: 60_000,
      })
      .toBe(200)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url,
    signIn: (page) => signIn(page, dataDirectory),
    stop: async () => {
      const [code] = await stop()
      expect(code).toBe(0)
    },
  }
}
