/** Recorded answers of a real kube-apiserver, replayed. Needs kubectl and the recordings beside the repository. */
import { execFile, execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { gatewayApiDefinitions, startTestSandbox } from '../testing/start-sandbox'

const replay = fileURLToPath(
  new URL('../../../shared/kube-apiserver-cases/replay.mjs', import.meta.url),
)

/** The recorded cluster had no webhook; here several mirrors need a class that supports them. */
const DELIBERATE = ['004-two-mirrors-one-rule', '336-seed-two-mirrors']

function missing(): string | undefined {
  if (!existsSync(replay)) return 'the recordings are not there'
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'kubectl is not installed'
  }
}

const reason = missing()

test.skipIf(reason !== undefined)(
  `answers as the recorded kube-apiserver did${reason === undefined ? '' : ` (skipped: ${reason})`}`,
  async () => {
    // Ages were recorded within the second of the creation: a clock that stands keeps them so on a busy machine.
    const startedAt = Date.now()
    const crds = await gatewayApiDefinitions()
    const sandbox = await startTestSandbox({ crds, now: () => startedAt })
    const output = await new Promise<string>((resolve) => {
      const env = { ...process.env, HOME: sandbox.home, TMPDIR: sandbox.home }
      const options = { env, maxBuffer: 16 * 1024 * 1024 }
      execFile(process.execPath, [replay, sandbox.kubeconfig], options, (_error, out) =>
        resolve(out),
      )
    })
    await sandbox.stop()
    const differing = [...output.matchAll(/^DIFF ([^:]+):/gm)].map((match) => match[1])
    expect(differing.filter((name) => !DELIBERATE.includes(name ?? ''))).toEqual([])
    expect(output).toMatch(/^\d{3} pass, \d+ differ$/m)
  },
  300_000,
)
