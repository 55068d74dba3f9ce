/**
 * `npm start`, `npm test` and their parts, in plain Node: this file runs before anything is installed.
 * Installs what is missing, builds when a source has changed, then hands over.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { arePackagesInstalled } from './installed-packages.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
process.chdir(root)
process.env.NEXT_TELEMETRY_DISABLED = '1'

/** Packages and build output take about 1 GB; less free space than this fails half way. */
const INSTALL_BYTES_FREE = 1.5 * 1024 ** 3
const BUILD_BYTES_FREE = 300 * 1024 ** 2

const startedAt = performance.now()
const say = (message) =>
  console.log(`[${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s] ${message}`)

/** Ends with one sentence and no stack trace: every failure here is one a person can act on. */
function fail(sentence) {
  console.error(`mirrorboard: ${sentence}`)
  process.exit(1)
}

function checkDisk(bytesNeeded, purpose) {
  const { bavail, bsize } = statfsSync(root)
  if (bavail * bsize >= bytesNeeded) return
  const megabytes = (bytes) => Math.round(bytes / 1024 ** 2)
  fail(
    `the disk is nearly full: ${purpose} needs ${megabytes(bytesNeeded)} MB and ${megabytes(bavail * bsize)} MB are free; make room and try again.`,
  )
}

/** Install and build steps under way. Each leads a group of its own, so that its helpers can be ended with it. */
const steps = new Set()

/** Resolves with the exit status; 1 when the command could not be started or was ended. */
function run(command, args, env = {}) {
  return new Promise((resolve) => {
    const step = spawn(command, args, {
      stdio: 'inherit',
      env: { ...process.env, ...env },
      detached: true,
    })
    const finish = (status) => {
      steps.delete(step)
      resolve(status ?? 1)
    }
    steps.add(step)
    step.once('error', () => finish(1))
    step.once('exit', finish)
  })
}

/** How often to look whether the parent is gone: npm does not always pass signals on. */
const PARENT_CHECK_MS = 500

/** Ends the steps under way with this process. Returns a function that hands signals over to someone else. */
function endStepsOnSignal(exitStatus) {
  const end = (signal) => {
    for (const { pid } of steps) {
      try {
        process.kill(-pid, 'SIGTERM')
      } catch {
        // It ended by itself in this moment.
      }
    }
    process.exit(exitStatus(signal))
  }
  const onInterrupt = () => end('SIGINT')
  const onTerminate = () => end('SIGTERM')
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onTerminate)
  const parent = process.ppid
  const isByNpm = process.env.npm_lifecycle_event !== undefined
  const look = () => !isByNpm || process.ppid === parent || end('SIGTERM')
  const watch = setInterval(look, PARENT_CHECK_MS)
  watch.unref()
  return () => {
    process.off('SIGINT', onInterrupt)
    process.off('SIGTERM', onTerminate)
    clearInterval(watch)
  }
}

const runNode = (script, args = [], env = {}) => run(process.execPath, [script, ...args], env)

/** Hash over the paths' names and contents, files and folders alike. */
function hashOf(paths) {
  const hash = createHash('sha256')
  const visit = (path) => {
    if (!existsSync(path)) return
    const entries = readdirSync(path, { withFileTypes: true })
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const child = join(path, entry.name)
      if (child === join('public', 'monaco')) continue
      if (entry.isDirectory()) visit(child)
      else hash.update(child).update(readFileSync(child))
    }
  }
  for (const path of paths) {
    if (/[.]\w+$/.test(path)) hash.update(path).update(existsSync(path) ? readFileSync(path) : '')
    else visit(path)
  }
  return hash.digest('hex')
}

/** Runs `make` unless `file` says it was made from the same `key` and what it made is still there. */
async function whenStale(file, key, made, make) {
  const isMade = existsSync(file) && readFileSync(file, 'utf8') === key
  if (isMade && made.every((path) => existsSync(path))) return
  await make()
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, key)
}

async function install() {
  const key = `${hashOf(['package-lock.json'])} ${process.platform} ${process.arch}`
  await whenStale(join('node_modules', '.mirrorboard-stamp'), key, [], async () => {
    // Somebody's own `npm ci`, or a copy of another checkout. Native code among them is N-API, the same for every Node.
    if (arePackagesInstalled(root)) return
    checkDisk(INSTALL_BYTES_FREE, 'installing the packages')
    say('Installing packages (once; about a minute) …')
    // npm runs on the Node that runs it; npm_execpath is the one the person called.
    const npm = process.env.npm_execpath
    const [command, first] = npm ? [process.execPath, [npm]] : ['npm', []]
    const args = [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error']
    if ((await run(command, args, { NODE_ENV: 'development' })) !== 0) {
      fail(
        'installing the packages failed; npm’s reason is above. Check the network and try again.',
      )
    }
  })
}

const SOURCES = [
  'package-lock.json',
  'next.config.js',
  'postcss.config.mjs',
  'proxy.ts',
  'tsconfig.json',
  'app',
  'components',
  'lib',
  'public',
  'server',
]

async function build() {
  const made = [join('dist', 'main.mjs'), join('.next', 'BUILD_ID')]
  await whenStale(join('dist', '.mirrorboard-stamp'), hashOf(SOURCES), made, async () => {
    checkDisk(BUILD_BYTES_FREE, 'building')
    say('Building the dashboard (once for each change; about a minute) …')
    const production = { NODE_ENV: 'production' }
    const makers = [
      () => runNode('server/cli/build-workers.mjs'),
      () => runNode('server/cli/build-server.mjs'),
      () => runNode('node_modules/next/dist/bin/next', ['build'], production),
    ]
    for (const make of makers) {
      if ((await make()) !== 0) fail('the build failed; the reason is above.')
    }
  })
}

/** Runs in this process, so that a signal reaches the planes without a go-between. */
async function start(args, handSignalsOver) {
  await build()
  handSignalsOver()
  process.env.NODE_ENV = 'production'
  const { main } = await import(pathToFileURL(join(root, 'dist', 'main.mjs')).href)
  await main(args)
}

const bin = (path) => join('node_modules', path)

/** Checks in the order of what fails fastest. Each is [name, script, arguments]. */
const CHECKS = [
  [
    'format and lint',
    bin('@biomejs/biome/bin/biome'),
    ['ci', '--error-on-warnings', ...(process.stdout.isTTY ? [] : ['--colors=off'])],
  ],
  ['types', bin('typescript/bin/tsc'), ['--noEmit']],
  [
    'module boundaries',
    bin('dependency-cruiser/bin/dependency-cruise.mjs'),
    ['--config', '.dependency-cruiser.cjs', 'app', 'components', 'lib', 'server', 'e2e'],
  ],
  ['unused code', bin('knip/bin/knip.js'), []],
]

async function check() {
  for (const [name, script, args] of CHECKS) {
    say(`Checking ${name} …`)
    if ((await runNode(script, args)) !== 0)
      fail(`the check of ${name} failed; the findings are above.`)
  }
}

const REPORTS = 'test-results'

/** Runs vitest and returns its counts; a run that wrote no report counts as one failure. */
async function unitTests(args) {
  say('Running unit and plane tests …')
  const report = join(REPORTS, 'vitest.json')
  rmSync(report, { force: true })
  await runNode(bin('vitest/vitest.mjs'), [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...args,
  ])
  const result = readReport(report)
  if (!result) return { passed: 0, failed: 1, skipped: 0 }
  // A file that fails to load has no failing test of its own, so it is counted by file.
  const broken = result.testResults.filter(
    (file) =>
      file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  )
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + broken.length,
    skipped: result.numPendingTests + result.numTodoTests,
  }
}

/** The world under test, its metrics, and a second dashboard. */
const E2E_PORTS = 3

/** The first of `count` neighbouring ports that are free. */
async function freePorts(count) {
  const isFree = (port) =>
    new Promise((resolve) => {
      const probe = createServer()
      probe.once('error', () => resolve(false))
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
    })
  for (let first = 4370; first < 4970; first += count) {
    const ports = Array.from({ length: count }, (_, index) => first + index)
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first
  }
  fail('no free ports for the browser tests between 4370 and 4970; stop what uses them.')
}

/** Runs Playwright and returns its counts. */
async function browserTests(args) {
  const { ensureChromium } = await import('./chromium.mjs')
  const browser = await ensureChromium().catch((error) => fail(error.message))
  say(`Running browser tests with ${browser} …`)
  const report = join(root, REPORTS, 'playwright.json')
  rmSync(report, { force: true })
  const status = await runNode(
    bin('@playwright/test/cli.js'),
    ['test', '--config', 'e2e/playwright.config.ts', ...args],
    {
      CHROMIUM_PATH: browser,
      PLAYWRIGHT_JSON_OUTPUT_NAME: report,
      MIRRORBOARD_E2E_PORT: String(await freePorts(E2E_PORTS)),
    },
  )
  const stats = readReport(report)?.stats
  if (!stats) return { passed: 0, failed: 1, skipped: 0 }
  // A set-up that failed ends the run with no unexpected test, but not with status 0.
  const failed = stats.unexpected + stats.flaky
  return {
    passed: stats.expected,
    failed: failed || (status === 0 ? 0 : 1),
    skipped: stats.skipped,
  }
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

async function test(args) {
  await check()
  mkdirSync(REPORTS, { recursive: true })
  const counts = [await unitTests(args)]
  await build()
  counts.push(await browserTests(args))
  const sum = (name) => counts.reduce((total, count) => total + count[name], 0)
  say('Done.')
  console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`)
  process.exit(sum('failed') === 0 && sum('passed') > 0 ? 0 : 1)
}

async function browserTestsOnly(args) {
  mkdirSync(REPORTS, { recursive: true })
  await build()
  const { failed } = await browserTests(args)
  process.exit(failed === 0 ? 0 : 1)
}

/** Planes from source by tsx, pages by Next's development server. */
async function dev(args) {
  if ((await runNode('server/cli/build-workers.mjs')) !== 0) fail('building the workers failed.')
  const script = 'import("./server/main.ts").then(({ main }) => main(process.argv.slice(1)))'
  process.exit(
    await run(process.execPath, ['--import', 'tsx', '-e', script, '--', ...args], {
      MIRRORBOARD_DEVELOPMENT: '1',
    }),
  )
}

const COMMANDS = { start, dev, build, test, check, e2e: browserTestsOnly }

const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 }

/** Runs the command named first. A stopped start has done what was asked; a stopped test has not. */
export async function runCommand([name = 'start', ...args]) {
  const command = COMMANDS[name]
  if (!command) fail(`unknown command ${name}; use one of ${Object.keys(COMMANDS).join(', ')}.`)
  const isServing = command === start || command === dev
  const handSignalsOver = endStepsOnSignal((signal) =>
    isServing ? 0 : 128 + SIGNAL_NUMBERS[signal],
  )
  await install()
  await command(args, handSignalsOver)
}
