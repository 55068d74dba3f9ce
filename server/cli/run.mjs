/**
 * `npm start`, `npm test` and their parts, in plain Node: this file runs before anything is installed.
 * Installs what is missing, builds when a source has changed, then hands over.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
process.chdir(root)
process.env.NEXT_TELEMETRY_DISABLED = '1'

const NODE_LEAST = [20, 9]
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

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > NODE_LEAST[0] || (major === NODE_LEAST[0] && minor >= NODE_LEAST[1])) return
  fail(
    `Node ${NODE_LEAST.join('.')} or newer is needed and this is ${process.version}; install a newer Node.`,
  )
}

function checkDisk(bytesNeeded, purpose) {
  const { bavail, bsize } = statfsSync(root)
  if (bavail * bsize >= bytesNeeded) return
  const megabytes = (bytes) => Math.round(bytes / 1024 ** 2)
  fail(
    `the disk is nearly full: ${purpose} needs ${megabytes(bytesNeeded)} MB and ${megabytes(bavail * bsize)} MB are free; make room and try again.`,
  )
}

function run(command, args, env = {}) {
  const options = { stdio: 'inherit', env: { ...process.env, ...env } }
  return spawnSync(command, args, options).status ?? 1
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

/** Runs `make` unless `file` says it was made from the same `key`. */
function whenStale(file, key, make) {
  if (existsSync(file) && readFileSync(file, 'utf8') === key) return
  make()
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, key)
}

function install() {
  const key = `${hashOf(['package-lock.json'])} ${process.platform} ${process.arch} ${process.versions.modules}`
  whenStale(join('node_modules', '.mirrorboard-stamp'), key, () => {
    checkDisk(INSTALL_BYTES_FREE, 'installing the packages')
    say('Installing packages (once; about a minute) …')
    // npm runs on the Node that runs it; npm_execpath is the one the person called.
    const npm = process.env.npm_execpath
    const [command, first] = npm ? [process.execPath, [npm]] : ['npm', []]
    const args = [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error']
    if (run(command, args, { NODE_ENV: 'development' }) !== 0) {
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

function build() {
  whenStale(join('dist', '.mirrorboard-stamp'), hashOf(SOURCES), () => {
    checkDisk(BUILD_BYTES_FREE, 'building')
    say('Building the dashboard (once for each change; about a minute) …')
    const production = { NODE_ENV: 'production' }
    const steps = [
      () => runNode('server/cli/build-workers.mjs'),
      () => runNode('server/cli/build-server.mjs'),
      () => runNode('node_modules/next/dist/bin/next', ['build'], production),
    ]
    if (steps.some((step) => step() !== 0)) fail('the build failed; the reason is above.')
  })
}

/** Runs in this process, so that a signal reaches the planes without a go-between. */
async function start(args) {
  build()
  process.env.NODE_ENV = 'production'
  const { main } = await import(pathToFileURL(join(root, 'dist', 'main.mjs')).href)
  await main(args)
}

const bin = (path) => join('node_modules', path)

/** Checks in the order of what fails fastest. Each is [name, script, arguments]. */
const CHECKS = [
  ['format and lint', bin('@biomejs/biome/bin/biome'), ['ci', '--error-on-warnings']],
  ['types', bin('typescript/bin/tsc'), ['--noEmit']],
  [
    'module boundaries',
    bin('dependency-cruiser/bin/dependency-cruise.mjs'),
    ['--config', '.dependency-cruiser.cjs', 'app', 'components', 'lib', 'server', 'e2e'],
  ],
  ['unused code', bin('knip/bin/knip.js'), []],
]

function check() {
  for (const [name, script, args] of CHECKS) {
    say(`Checking ${name} …`)
    if (runNode(script, args) !== 0) fail(`the check of ${name} failed; the findings are above.`)
  }
}

const REPORTS = 'test-results'

/** Runs vitest and returns its counts; a run that wrote no report counts as one failure. */
function unitTests(args) {
  say('Running unit and plane tests …')
  const report = join(REPORTS, 'vitest.json')
  runNode(bin('vitest/vitest.mjs'), [
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

/** Runs Playwright and returns its counts. */
async function browserTests(args) {
  const { ensureChromium } = await import('./chromium.mjs')
  const browser = await ensureChromium().catch((error) => fail(error.message))
  say(`Running browser tests with ${browser} …`)
  const report = join(root, REPORTS, 'playwright.json')
  const status = runNode(
    bin('@playwright/test/cli.js'),
    ['test', '--config', 'e2e/playwright.config.ts', ...args],
    { CHROMIUM_PATH: browser, PLAYWRIGHT_JSON_OUTPUT_NAME: report },
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
  check()
  mkdirSync(REPORTS, { recursive: true })
  const counts = [unitTests(args)]
  build()
  counts.push(await browserTests(args))
  const sum = (name) => counts.reduce((total, count) => total + count[name], 0)
  say('Done.')
  console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`)
  process.exit(sum('failed') === 0 && sum('passed') > 0 ? 0 : 1)
}

async function browserTestsOnly(args) {
  mkdirSync(REPORTS, { recursive: true })
  build()
  const { failed } = await browserTests(args)
  process.exit(failed === 0 ? 0 : 1)
}

/** Planes from source by tsx, pages by Next's development server. */
async function dev(args) {
  if (runNode('server/cli/build-workers.mjs') !== 0) fail('building the workers failed.')
  const script = 'import("./server/main.ts").then(({ main }) => main(process.argv.slice(1)))'
  process.exit(
    run(process.execPath, ['--import', 'tsx', '-e', script, '--', ...args], {
      MIRRORBOARD_DEVELOPMENT: '1',
    }),
  )
}

const COMMANDS = { start, dev, build, test, check, e2e: browserTestsOnly }

const [name = 'start', ...args] = process.argv.slice(2)
const command = COMMANDS[name]
if (!command) fail(`unknown command ${name}; use one of ${Object.keys(COMMANDS).join(', ')}.`)
checkNode()
install()
await command(args)
