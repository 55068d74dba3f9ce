/** What the measurements share: processes, cores, CPU accounting, load, medians. */
import { execFileSync, fork, spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Numbers from `--name=value` arguments over their defaults. Throws on a name that has no default. */
export function readOptions(defaults) {
  const options = { ...defaults }
  for (const argument of process.argv.slice(2)) {
    const [, name = '', value = ''] = /^--(\w+)=([\d.]+)$/.exec(argument) ?? []
    if (!(name in options)) throw new Error(`Unknown option ${argument}`)
    options[name] = Number(value)
  }
  return options
}

export function installed(program) {
  try {
    execFileSync('which', [program], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const canPin = availableParallelism() > 1 && installed('taskset')
export const PROXY_CORE = 0
export const LOAD_CORE = 1

/** Keeps a process with all its threads on one core, where the system can. */
export function pin(processId, core) {
  if (!canPin) return
  execFileSync('taskset', ['-apc', String(core), String(processId)], { stdio: 'ignore' })
}

/**
 * Lets a process go before all others, where the system can: what it then takes is its own doing, on a machine that others use
 * as well. For loads far below what the machine can do only.
 */
export function prefer(processId) {
  if (!installed('chrt')) return
  execFileSync('chrt', ['-a', '-r', '-p', '5', String(processId)], { stdio: 'ignore' })
}

/**
 * The same for a process of Node's on one core: only its first thread, which does the work. V8's threads for its own upkeep would
 * keep it waiting for milliseconds if they went before others as well, and go to another core, where the system would put them.
 */
export function preferFirstThread(processId, restCore) {
  if (!installed('chrt')) return
  execFileSync('chrt', ['-r', '-p', '5', String(processId)], { stdio: 'ignore' })
  for (const thread of readdirSync(`/proc/${processId}/task`)) {
    if (!canPin || thread === String(processId)) continue
    execFileSync('taskset', ['-pc', String(restCore), thread], { stdio: 'ignore' })
  }
}

/**
 * Has a core do nothing rather than sleep, for as long as this process lives: a virtual machine's takes 0.1 ms to wake up, several
 * times a request. What it runs is of the idle class, so whatever else there is goes before it.
 */
export function keepAwake(core) {
  if (!canPin || !installed('chrt')) return
  const nothing = 'const parent = process.ppid; while (process.ppid === parent);'
  const child = spawn('chrt', ['-i', '0', process.execPath, '-e', nothing], { stdio: 'ignore' })
  pin(child.pid, core)
}

const GROUPS = '/sys/fs/cgroup'
const PERIOD_MICROSECONDS = 10_000

/**
 * Gives a process with all its threads no more than a share of a core. Returns a function that takes the limit's traces away once
 * the process is gone; throws where the system has no control groups that this user may make.
 */
export function limitTo(processId, share) {
  const isFirstVersion = existsSync(join(GROUPS, 'cpu'))
  const group = join(GROUPS, isFirstVersion ? 'cpu' : '', `mirrorboard-bench-${processId}`)
  const quota = String(Math.round(PERIOD_MICROSECONDS * share))
  const files = isFirstVersion
    ? { 'cpu.cfs_period_us': String(PERIOD_MICROSECONDS), 'cpu.cfs_quota_us': quota }
    : { 'cpu.max': `${quota} ${PERIOD_MICROSECONDS}` }
  mkdirSync(group)
  for (const [name, text] of Object.entries({ ...files, 'cgroup.procs': String(processId) })) {
    writeFileSync(join(group, name), text)
  }
  return () => rmdirSync(group)
}

/** Nanoseconds of CPU a process has used, summed over its threads. */
export function cpuNanoseconds(processId) {
  const threads = readdirSync(`/proc/${processId}/task`)
  return threads.reduce((sum, thread) => {
    const text = readFileSync(`/proc/${processId}/task/${thread}/schedstat`, 'utf8')
    return sum + Number(text.split(' ')[0])
  }, 0)
}

export function residentMegabytes(processId) {
  const text = readFileSync(`/proc/${processId}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? 0) / 1024
}

export function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

/** A directory that is gone when the process ends. */
export function workDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'mirrorboard-bench-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Bundles server modules; returns the imported module of the first entry. */
export async function bundle(directory, entryPoints) {
  await build({
    absWorkingDir: root,
    entryPoints,
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
    // Packages that are CommonJS ask for these.
    banner: {
      js: `import { createRequire as _r } from 'node:module'; const require = _r(${JSON.stringify(`${root}package.json`)});`,
    },
    external: ['lmdb'],
  })
  return import(join(directory, `${Object.keys(entryPoints)[0]}.mjs`))
}

/** V8's upkeep in threads of its own would make the first thread, which shares a core with them, wait for milliseconds. */
const SINGLE_THREADED = { execArgv: ['--single-threaded'] }

/** A child process, on the load's core unless told otherwise, that reports its port. */
export async function startBackend({ isPinned = true } = {}) {
  const child = fork(join(root, 'bench/backend.mjs'), [], SINGLE_THREADED)
  const { port } = await new Promise((resolve) => child.once('message', resolve))
  if (isPinned) pin(child.pid, LOAD_CORE)
  return { child, port }
}

/** The load generator, a process of its own: `run(job)` resolves with its result, see `load-generator.mjs`. */
export function startLoad({ isPinned = true } = {}) {
  const child = fork(join(root, 'bench/load-generator.mjs'), [], SINGLE_THREADED)
  if (isPinned) pin(child.pid, LOAD_CORE)
  return {
    processId: child.pid,
    run(job) {
      child.send(job)
      return new Promise((resolve) => child.once('message', resolve))
    },
    stop: () => child.kill(),
  }
}

export function median(values) {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/** The value below which `share` of the values lie. */
export function quantile(values, share) {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

export const silent = { debug() {}, info() {}, warn: console.error, error: console.error }
