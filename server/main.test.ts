import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { lockDataDirectory } from './supervisor/data-lock'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mirrorboard-main-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return directory
}

/** Runs the real program to its end. */
async function runMain(args: readonly string[], environment: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    env: { ...process.env, NODE_ENV: 'production', ...environment },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk)
  })
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

async function takenPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return String((server.address() as AddressInfo).port)
}

/** Its server does not answer. */
const KUBECONFIG = `apiVersion: v1
kind: Config
current-context: c
clusters: [{ name: c, cluster: { server: 'http://127.0.0.1:1' } }]
contexts: [{ name: c, context: { cluster: c, user: '' } }]
`

interface Case {
  readonly args?: readonly string[]
  readonly environment?: Record<string, string>
  readonly sentence: string
}

async function expectSentence({ args = [], environment = {}, sentence }: Case): Promise<void> {
  const directory = environment['MIRRORBOARD_DATA_DIR'] ?? temporaryDirectory()
  const run = await runMain(args, { MIRRORBOARD_DATA_DIR: directory, ...environment })
  expect(run.stderr).toBe(`mirrorboard: ${sentence}\n`)
  expect(run.code).toBe(1)
}

describe.concurrent('a start that cannot succeed ends with one sentence', {
  timeout: 30_000,
}, () => {
  it('for an unknown option', () =>
    expectSentence({
      args: ['--prot=1'],
      sentence: 'unknown option --prot=1; npm start -- --help lists them.',
    }))

  it('for an unknown plane', () =>
    expectSentence({
      args: ['--planes=moon'],
      sentence:
        '--planes takes a list of sandbox, controller, gateway, observer, history, traffic, dashboard, not "moon".',
    }))

  it('for a port that is no number', () =>
    expectSentence({
      environment: { PORT: 'eighty' },
      sentence: 'PORT takes a whole number from 0 to 65535, not "eighty".',
    }))

  it('for a taken port of the dashboard', async () => {
    const port = await takenPort()
    await expectSentence({
      environment: { PORT: port },
      sentence: `port ${port} is already in use; stop what uses it, or set PORT to another port.`,
    })
  })

  it('for a taken port of the sandbox', async () => {
    const port = await takenPort()
    await expectSentence({
      args: ['--planes=sandbox'],
      environment: { MIRRORBOARD_SANDBOX_PORT: port },
      sentence: `The sandbox cluster cannot start: port ${port} is already taken; stop what uses it, or set MIRRORBOARD_SANDBOX_PORT to another port.`,
    })
  })

  it('for a taken port of the metrics', async () => {
    const path = join(temporaryDirectory(), 'kubeconfig')
    writeFileSync(path, KUBECONFIG)
    const port = await takenPort()
    await expectSentence({
      args: ['--planes=controller,gateway'],
      environment: { MIRRORBOARD_METRICS_PORT: port, MIRRORBOARD_KUBECONFIG: path },
      sentence: `port ${port} is already in use; stop what uses it, or set MIRRORBOARD_METRICS_PORT to another port.`,
    })
  })

  it('for a data directory that is a file', async () => {
    const path = join(temporaryDirectory(), 'file')
    writeFileSync(path, '')
    await expectSentence({
      environment: { MIRRORBOARD_DATA_DIR: path },
      sentence: `${path} is not a directory; set MIRRORBOARD_DATA_DIR to another one.`,
    })
  })

  it('for a data directory in use, by whatever path', async () => {
    const parent = temporaryDirectory()
    const directory = join(parent, 'data')
    mkdirSync(directory)
    symlinkSync(directory, join(parent, 'link'))
    const lock = await lockDataDirectory(directory)
    onTestFinished(() => lock?.release())
    const sentence = `${directory} is in use by another Mirrorboard; stop it, or set MIRRORBOARD_DATA_DIR to another directory.`
    await expectSentence({
      environment: { MIRRORBOARD_DATA_DIR: join(parent, 'link') },
      sentence,
    })
    await expectSentence({
      args: ['--planes=sandbox'],
      environment: { MIRRORBOARD_DATA_DIR: directory },
      sentence,
    })
  })

  it('for a kubeconfig that does not exist', async () => {
    const path = join(temporaryDirectory(), 'kubeconfig')
    await expectSentence({
      environment: { MIRRORBOARD_KUBECONFIG: path },
      sentence: `${path} cannot be read: the file does not exist.`,
    })
  })

  it('for a kubeconfig without the context asked for', async () => {
    const path = join(temporaryDirectory(), 'kubeconfig')
    writeFileSync(path, 'apiVersion: v1\nkind: Config\n')
    await expectSentence({
      environment: { MIRRORBOARD_KUBECONFIG: path, MIRRORBOARD_CONTEXT: 'a=b' },
      sentence: `${path} has no context "a=b". It has no contexts.`,
    })
  })

  it('for a kubeconfig that is no YAML, without quoting it', async () => {
    const path = join(temporaryDirectory(), 'kubeconfig')
    writeFileSync(path, 'users: [{ token: hidden\n  : ]')
    const run = await runMain([], {
      MIRRORBOARD_DATA_DIR: temporaryDirectory(),
      MIRRORBOARD_KUBECONFIG: path,
    })
    expect(run.stderr).toMatch(/^mirrorboard: .* cannot be read: .*\.\n$/)
    expect(run.stderr).not.toContain('hidden')
    expect(run.code).toBe(1)
  })
})
