/**
 * The API server's process is killed at random points under concurrent writes. Each round then holds what was
 * acknowledged against what is there. MIRRORBOARD_TEST_CRASH_ROUNDS runs more rounds than the few of every day.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'

const ROUNDS = Number(process.env['MIRRORBOARD_TEST_CRASH_ROUNDS'] ?? 8)
const SEED = Number(process.env['MIRRORBOARD_TEST_CRASH_SEED'] ?? 20_261_125)
const WRITERS = 8
const OBJECTS_EACH = 12
const MAPS = '/api/v1/namespaces/default/configmaps'
const TOKEN = 'crash'

/** What an object may be: a value, or not there. Several are possible while a write is unanswered. */
type State = string | undefined
interface Known {
  possible: State[]
  version: number
}

let bundle = ''
const root = fileURLToPath(new URL('../..', import.meta.url))
beforeAll(async () => {
  // Bundled beside the packages it needs, because a start from source takes longer than a round.
  const cache = join(root, 'node_modules', '.cache')
  mkdirSync(cache, { recursive: true })
  bundle = mkdtempSync(join(cache, 'crash-'))
  await build({
    absWorkingDir: root,
    entryPoints: ['server/sandbox/testdata/crash-server.mts'],
    outfile: join(bundle, 'server.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  })
})
afterAll(() => rmSync(bundle, { recursive: true, force: true }))

function start(directory: string): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(join(bundle, 'server.mjs'), [directory, TOKEN], { execArgv: [] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return new Promise((resolve, reject) => {
    child.once('message', (url) => resolve({ child, url: String(url) }))
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
  })
}

async function call(url: string, method: string, path: string, body?: unknown) {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': type },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: JSON.parse(await response.text()) }
}

interface Attempt {
  readonly method: 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly next: State
  readonly body?: unknown
}

/** What a writer does next to an object. The value is in two places, to see halves. */
function nextAttempt(name: string, current: State, value: string, isDeletion: boolean): Attempt {
  const path = `${MAPS}/${name}`
  if (isDeletion && current !== undefined) return { method: 'DELETE', path, next: undefined }
  const body = { metadata: { name, labels: { half: value.slice(-8) } }, data: { value } }
  return current === undefined
    ? { method: 'POST', path: MAPS, next: value, body }
    : { method: 'PATCH', path, next: value, body }
}

/** Writes one object after the other until the server is gone. */
async function write(
  url: string,
  writer: number,
  known: Map<string, Known>,
  random: () => number,
  onAcknowledged: () => void,
): Promise<void> {
  for (let step = 0; ; step += 1) {
    const name = `w${writer}-${Math.floor(random() * OBJECTS_EACH)}`
    const before = known.get(name) ?? { possible: [undefined], version: 0 }
    const value = `${step}-${random()}`
    const { method, path, next, body } = nextAttempt(
      name,
      before.possible[0],
      value,
      random() < 0.2,
    )
    known.set(name, { ...before, possible: [...before.possible, next] })
    const answer = await call(url, method, path, body).catch(ifConnectionBroke)
    if (answer === undefined) return
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300)
    const version = Number(answer.body.metadata.resourceVersion ?? before.version)
    expect(version).toBeGreaterThanOrEqual(before.version)
    known.set(name, { possible: [next], version })
    onAcknowledged()
  }
}

/** fetch fails with a TypeError when the connection breaks, and may leave half a JSON text; anything else is a finding. */
function ifConnectionBroke(error: unknown): undefined {
  if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error
}

/** Everything acknowledged is there, everything there was asked for, whole; returns the newest version. */
async function check(url: string, known: Map<string, Known>, newest: number): Promise<number> {
  const { body } = await call(url, 'GET', MAPS)
  const version = Number(body.metadata.resourceVersion)
  expect(version).toBeGreaterThanOrEqual(newest)
  const found = new Map<string, State>()
  for (const { metadata, data } of body.items) {
    if (!known.has(metadata.name)) continue
    expect(metadata.labels.half).toBe(data.value.slice(-8))
    expect(Number(metadata.resourceVersion)).toBeLessThanOrEqual(version)
    found.set(metadata.name, data.value)
  }
  for (const [name, { possible, version: seen }] of known) {
    expect(possible, name).toContain(found.get(name))
    expect(seen, name).toBeLessThanOrEqual(version)
    known.set(name, { possible: [found.get(name)], version: seen })
  }
  return version
}

test(`${ROUNDS} kills under concurrent writes lose nothing that was acknowledged and leave no halves`, async () => {
  const random = seededRandom(SEED)
  const directory = await mkdtemp(join(tmpdir(), 'mirrorboard-crash-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const known = new Map<string, Known>()
  let newest = 0
  let acknowledged = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const { child, url } = await start(directory)
    newest = await check(url, known, newest)
    const last = acknowledged + 1 + Math.floor(random() * 200)
    const gone = new Promise((resolve) => child.once('exit', resolve))
    const writers = Array.from({ length: WRITERS }, (_, writer) =>
      write(url, writer, known, random, () => {
        acknowledged += 1
        if (acknowledged === last) child.kill('SIGKILL')
      }),
    )
    await Promise.all([...writers, gone])
    newest = Math.max(newest, ...[...known.values()].map(({ version }) => version))
  }
  const { url } = await start(directory)
  await check(url, known, newest)
  expect(acknowledged).toBeGreaterThan(ROUNDS)
}, 600_000)
