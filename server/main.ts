/**
 * The composition root: which planes run, in which process, in which order.
 * Without `--planes` it supervises one process for each group; with it, it runs those planes itself.
 */
import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runPlanes } from './compose/run-planes'
import { type Config, readConfig, USAGE } from './config'
import { createLogger } from './log'
import { lockDataDirectory } from './supervisor/data-lock'
import { describeFailure } from './supervisor/describe-failure'
import { type ProcessGroup, supervise } from './supervisor/supervise'
import { printWelcome } from './supervisor/welcome'

/** Runs until a signal or a failure ends it; sets the exit code and never throws. */
export async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) {
    process.stdout.write(`${USAGE}\n`)
    return
  }
  const read = readConfig(args, process.env)
  if (!read.ok) {
    fail(read.message)
    return
  }
  try {
    await (read.config.planes
      ? runPlanes(read.config, read.config.planes)
      : runEverything(read.config))
  } catch (error) {
    fail(describeFailure(error))
  }
}

function fail(sentence: string): void {
  process.send?.({ type: 'failed', message: sentence })
  if (!process.send) process.stderr.write(`mirrorboard: ${sentence}\n`)
  process.exitCode = 1
  // Planes that did start would keep the process alive.
  setImmediate(() => process.exit(1))
}

/** The sandbox comes first: the gateway's controller reads its kubeconfig. A cluster given by path has its own gateways. */
function groupsFor(config: Config): readonly ProcessGroup[] {
  const pages: ProcessGroup = { name: 'dashboard', planes: ['dashboard'], stage: 1 }
  const observers: ProcessGroup = { name: 'observer', planes: ['observer', 'traffic'], stage: 1 }
  if (config.kubeconfig) return [observers, pages]
  return [
    { name: 'sandbox cluster', planes: ['sandbox'], stage: 0 },
    { name: 'gateway', planes: ['controller', 'gateway'], stage: 1 },
    observers,
    pages,
  ]
}

async function runEverything(config: Config): Promise<void> {
  const startedAt = performance.now()
  prepareDataDirectory(config.dataDirectory)
  const lock = await lockDataDirectory(config.dataDirectory)
  if (!lock) {
    fail(
      `${config.dataDirectory} is in use by another Mirrorboard; stop it, or set MIRRORBOARD_DATA_DIR to another directory.`,
    )
    return
  }
  if (config.reset) forgetState(config.dataDirectory)
  await assertPortIsFree(config.dashboard.host, config.dashboard.port, 'PORT')
  const supervision = await supervise({
    groups: groupsFor(config),
    entry: fileURLToPath(import.meta.url),
    execArgv: config.development ? ['--import', 'tsx'] : [],
    args: config.context ? [`--context=${config.context}`] : [],
    environment: await environmentFor(config),
    logger: createLogger('supervisor'),
    onProgress: (message) => process.stdout.write(`${message}\n`),
  })
  printWelcome(config, supervision.details, performance.now() - startedAt)
  onStopSignal(async () => {
    await supervision.stop()
    lock.release()
  })
}

/** Private from the start: it holds the cluster's token. */
function prepareDataDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  chmodSync(directory, 0o700)
}

/** Only what Mirrorboard itself wrote there. */
function forgetState(directory: string): void {
  for (const name of ['cluster', 'series', 'kubeconfig', 'token', 'tls.key', 'tls.crt']) {
    rmSync(join(directory, name), { recursive: true, force: true })
  }
}

/** Planes find one another by these; ports are chosen here so that a restarted plane keeps its address. */
async function environmentFor(config: Config): Promise<NodeJS.ProcessEnv> {
  const observerPort = config.observerPort || (await freePort())
  const trafficPort = config.trafficPort || (await freePort())
  return {
    ...process.env,
    MIRRORBOARD_DATA_DIR: config.dataDirectory,
    MIRRORBOARD_KUBECONFIG: config.kubeconfig ?? join(config.dataDirectory, 'kubeconfig'),
    MIRRORBOARD_OBSERVER_PORT: String(observerPort),
    MIRRORBOARD_OBSERVER_URL: `http://127.0.0.1:${observerPort}`,
    MIRRORBOARD_TRAFFIC_PORT: String(trafficPort),
    MIRRORBOARD_TRAFFIC_URL: `http://127.0.0.1:${trafficPort}`,
    MIRRORBOARD_METRICS_URL: config.metricsUrl,
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** Asked before anything starts, so that the commonest mistake is told within a moment. */
function assertPortIsFree(host: string, port: number, setting: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error) => reject(new Error(describeFailure(error, setting))))
    probe.listen(port, host, () => probe.close(() => resolve()))
  })
}

/** How often to look whether the parent is gone: npm does not pass signals on. */
const PARENT_CHECK_MS = 500

function onStopSignal(stop: () => Promise<void>): void {
  let isStopping = false
  const end = () => {
    if (isStopping) return
    isStopping = true
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) end()
  }, PARENT_CHECK_MS).unref()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2))
