/**
 * The composition root: which planes run, in which process, in which order.
 * Without `--planes` it supervises one process for each group; with it, it runs those planes itself.
 */
import { chmodSync, mkdirSync, realpathSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runPlanes } from './compose/run-planes'
import { type Config, readConfig, USAGE } from './config'
import { createLogger } from './log'
import { PLANE_SECRET_SETTING, renewPlaneSecret } from './plane-http/plane-secret'
import { LISTENING_PLANES, PLANE_NAMES, PLANES, type PlaneName } from './planes'
import { lockDataDirectory } from './supervisor/data-lock'
import { describeFailure } from './supervisor/describe-failure'
import { endOnSignals } from './supervisor/end-on-signals'
import { type ProcessGroup, supervise } from './supervisor/supervise'
import { printWelcome } from './supervisor/welcome'

/** Runs until a signal or a failure ends it; sets the exit code and never throws. */
export async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) {
    process.stdout.write(`${USAGE}\n`)
    return
  }
  // What is written from here on, state and sockets, is for this user alone.
  process.umask(0o077)
  const read = readConfig(args, process.env)
  if (!read.ok) {
    fail(read.message)
    return
  }
  try {
    await (read.config.planes
      ? runSome(read.config, read.config.planes)
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
  const isOther = config.kubeconfig !== undefined
  const names = PLANE_NAMES.filter((name) => !isOther || PLANES[name].isOnOtherClusters)
  return [...new Set(names.map((name) => PLANES[name].group))].map((group) => {
    const planes = names.filter((name) => PLANES[name].group === group)
    return { name: group, planes, stage: Math.max(...planes.map((name) => PLANES[name].stage)) }
  })
}

/** A supervisor has locked the directory for the planes it starts; planes started by hand have no one to do it. */
async function runSome(config: Config, planes: readonly PlaneName[]): Promise<void> {
  if (process.send || !planes.includes('sandbox')) return await runPlanes(config, planes)
  const dataDirectory = prepareDataDirectory(config.dataDirectory)
  if (await lockDataDirectory(dataDirectory)) await runPlanes({ ...config, dataDirectory }, planes)
  else fail(inUse(dataDirectory))
}

function inUse(directory: string): string {
  return `${directory} is in use by another Mirrorboard; stop it, or set MIRRORBOARD_DATA_DIR to another directory.`
}

async function runEverything(asked: Config): Promise<void> {
  const startedAt = performance.now()
  const config = { ...asked, dataDirectory: prepareDataDirectory(asked.dataDirectory) }
  const { dataDirectory, dashboard, ports } = config
  const lock = await lockDataDirectory(dataDirectory)
  if (!lock) {
    fail(inUse(dataDirectory))
    return
  }
  if (config.kubeconfig) await assertKubeconfigIsUsable(config)
  if (config.reset) forgetState(dataDirectory)
  await assertPortIsFree(dashboard.host, ports.dashboard, 'PORT')
  const environment = await environmentFor(config)
  const supervision = await supervise({
    groups: groupsFor(config),
    entry: fileURLToPath(import.meta.url),
    execArgv: config.development ? ['--import', 'tsx'] : [],
    args: config.context ? [`--context=${config.context}`] : [],
    environment,
    secret: environment[PLANE_SECRET_SETTING],
    logger: createLogger('supervisor'),
    onProgress: (message) => process.stdout.write(`${message}\n`),
  })
  // From here on: a signal during the start must leave nothing running either.
  onStopSignal(async () => {
    await supervision.stop()
    lock.release()
  })
  const details = await supervision.ready
  printWelcome(config, details, performance.now() - startedAt)
}

/**
 * A file that can't be read will not get better by itself, unlike a server that does not answer: the start ends.
 * Loaded only then, for its size.
 */
async function assertKubeconfigIsUsable(config: Config): Promise<void> {
  const { loadCluster } = await import('./kube/load-cluster')
  const loaded = loadCluster({ kubeconfigPath: config.kubeconfig, context: config.context })
  if (!loaded.ok) throw new Error(loaded.message)
  loaded.cluster.close()
}

/** Private from the start: it holds the cluster's token. Returns its one true path, whatever links lead there. */
function prepareDataDirectory(directory: string): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  chmodSync(directory, 0o700)
  return realpathSync(directory)
}

/** Only what Mirrorboard itself wrote there. */
function forgetState(directory: string): void {
  for (const name of [
    'cluster',
    'series',
    'history',
    'kubeconfig',
    'token',
    'tls.key',
    'tls.crt',
  ]) {
    rmSync(join(directory, name), { recursive: true, force: true })
  }
}

/** Planes find one another by these; ports are chosen here so that a restarted plane keeps its address. */
async function environmentFor(config: Config): Promise<NodeJS.ProcessEnv> {
  const places: Record<string, string> = {}
  for (const name of LISTENING_PLANES) {
    const { port, urlSetting } = PLANES[name]
    // The sandbox looks for the port of its last start by itself, and the dashboard's is in PORT.
    if (port === undefined || name === 'sandbox' || name === 'dashboard') continue
    const chosen = config.ports[name] || (await freePort())
    places[port.setting] = String(chosen)
    if (urlSetting !== undefined) places[urlSetting] = `http://127.0.0.1:${chosen}`
  }
  // Another cluster has a gateway of its own, which the observer finds there.
  const metricsPort = places[PLANES.gateway.port?.setting ?? '']
  const ownMetrics =
    config.kubeconfig === undefined ? [`http://127.0.0.1:${metricsPort}/metrics`] : []
  return {
    ...process.env,
    ...places,
    MIRRORBOARD_DATA_DIR: config.dataDirectory,
    MIRRORBOARD_KUBECONFIG: config.kubeconfig ?? join(config.dataDirectory, 'kubeconfig'),
    MIRRORBOARD_METRICS_URL: (config.metricsUrls.length > 0 ? config.metricsUrls : ownMetrics).join(
      ',',
    ),
    [PLANE_SECRET_SETTING]: config.planeSecret ?? renewPlaneSecret(config.dataDirectory),
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
  const end = endOnSignals(stop)
  // A shell that started this in the background and went away did not ask for its end.
  if (process.env['npm_lifecycle_event'] === undefined) return
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) end()
  }, PARENT_CHECK_MS).unref()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2))
