import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { HealthResponse } from '@/lib/dashboard-api/live'
import { createLogger } from '../log'
import { type ProcessGroup, type Supervision, supervise } from './supervise'

/** What each plane's process does once it runs; `process.argv[2]` is its --planes option. */
const READY = `process.send({ type: 'ready', details: { health: process.env.MIRRORBOARD_SUPERVISOR_URL } })
setInterval(() => {}, 1000)
process.on('SIGTERM', () => process.exit(0))`
const NEVER_READY = `setInterval(() => {}, 1000)`

const BOTH: readonly ProcessGroup[] = [
  { name: 'sandbox cluster', planes: ['sandbox'], stage: 0 },
  { name: 'dashboard', planes: ['dashboard'], stage: 1 },
]

async function superviseScript(script: string, groups = BOTH) {
  const directory = mkdtempSync(join(tmpdir(), 'mirrorboard-supervise-'))
  const entry = join(directory, 'plane.mjs')
  writeFileSync(entry, script)
  const logged: string[] = []
  const progress: string[] = []
  const supervision = await supervise({
    groups,
    entry,
    execArgv: [],
    args: [],
    environment: process.env,
    logger: createLogger('supervisor', (line) => logged.push(line)),
    onProgress: (message) => progress.push(message),
  })
  onTestFinished(async () => {
    await supervision.stop()
    rmSync(directory, { recursive: true })
  })
  return { supervision, logged, progress }
}

async function readHealth(supervision: Supervision): Promise<HealthResponse> {
  const { health = '' } = await supervision.ready
  return (await fetch(health)).json()
}

async function until<T>(read: () => Promise<T> | T, is: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const value = await read()
    if (is(value)) return value
    if (Date.now() > deadline) throw new Error(`Waited in vain: ${JSON.stringify(value)}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

it('tells the truth about a process that was killed, and starts it again', async () => {
  const { supervision, logged } = await superviseScript(READY)
  const before = await readHealth(supervision)
  expect(before.status).toBe('ok')
  const pid = before.planes['sandbox']?.pid ?? 0
  process.kill(pid, 'SIGKILL')
  const meanwhile = await until(
    () => readHealth(supervision),
    (health) => health.status !== 'ok',
  )
  expect(meanwhile.planes['sandbox']).toMatchObject({
    status: 'failed',
    message: 'sandbox cluster stopped and is being started again: it ended with SIGKILL.',
  })
  expect(meanwhile.planes['dashboard']?.status).toBe('ok')
  const after = await until(
    () => readHealth(supervision),
    (health) => health.status === 'ok',
  )
  expect(after.planes['sandbox']?.pid).not.toBe(pid)
  expect(logged).toHaveLength(1)
})

it('leaves nothing running when it is stopped in the middle of the start', async () => {
  const { supervision, progress } = await superviseScript(
    `import { writeFileSync } from 'node:fs'
writeFileSync(new URL('./pid', import.meta.url), String(process.pid))
process.send({ type: 'memory', residentBytes: 1 })
${NEVER_READY}`,
  )
  let isReady = false
  void supervision.ready.then(() => {
    isReady = true
  })
  await supervision.stop()
  expect(isReady).toBe(false)
  expect(progress).toEqual(['Starting sandbox cluster …'])
})

it('stops what has started when another cannot start, and says why', async () => {
  const { supervision } = await superviseScript(`if (process.argv[2] === '--planes=dashboard') {
  process.send({ type: 'failed', message: 'port 3000 is already in use.' })
  process.exit(1)
}
process.send({ type: 'ready', details: {} })
setInterval(() => {}, 1000)`)
  await expect(supervision.ready).rejects.toThrow('port 3000 is already in use.')
})

it('ends every process when it stops', async () => {
  const { supervision } = await superviseScript(READY)
  const { planes } = await readHealth(supervision)
  const pids = Object.values(planes).map((plane) => plane.pid ?? 0)
  expect(pids.every(isRunning)).toBe(true)
  await supervision.stop()
  expect(pids.filter(isRunning)).toEqual([])
})
