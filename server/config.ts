/** Environment and flags → one typed value. Read once at the edge; no plane reads the environment itself. */
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { isLoopbackHost } from '@/lib/shared/loopback-request'
import { PLANE_SECRET_SETTING } from './plane-http/plane-secret'
import {
  LISTENING_PLANES,
  type ListeningPlane,
  PLANE_NAMES,
  PLANES,
  type PlaneName,
} from './planes'

export interface Config {
  /** Absolute. Holds the cluster's store, its token and kubeconfig, the observer's series and the routes' history. */
  readonly dataDirectory: string
  readonly dashboard: {
    readonly host: string
    readonly allowedHosts: readonly string[]
    /** Every change is refused. */
    readonly readOnly: boolean
  }
  /** Where each plane listens, the gateway with its metrics. 0 is any free port; for the sandbox, that of its last start if it is free. */
  readonly ports: Readonly<Record<ListeningPlane, number>>
  /** What planes show one another; undefined: the one kept in the data directory. */
  readonly planeSecret: string | undefined
  /** Whether the sandbox's roles and bindings decide who may do what; else everybody with a token may do everything. */
  readonly sandboxRbac: boolean
  readonly gatewayWorkers: number
  /** Where the cluster is; undefined means the sandbox's own kubeconfig. */
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  /** The text endpoints the observer scrapes; none means our gateway's, or the Pods of Envoy Gateway in `kubeconfig`. */
  readonly metricsUrls: readonly string[]
  /** A Prometheus server the observer asks instead. */
  readonly prometheusUrl: string | undefined
  /** Planes to run in this process; undefined means supervise one process per group. */
  readonly planes: readonly PlaneName[] | undefined
  readonly reset: boolean
  readonly development: boolean
}

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly message: string }

type Environment = Readonly<Record<string, string | undefined>>

/** More workers than this only cost memory on one machine. */
const GATEWAY_WORKERS_MAX = 64

export const USAGE = `Usage: npm start -- [options]
  --reset              delete the sandbox's state and start from an empty one
  --planes=a,b         run only these planes in this process: ${PLANE_NAMES.join(', ')}
  --context=NAME       the kubeconfig context to use
  --help               this text

Environment: PORT (3000), MIRRORBOARD_DATA_DIR (.mirrorboard), MIRRORBOARD_KUBECONFIG, MIRRORBOARD_CONTEXT,
MIRRORBOARD_METRICS_PORT (19001), MIRRORBOARD_METRICS_URL, MIRRORBOARD_PROMETHEUS_URL, MIRRORBOARD_SANDBOX_PORT,
MIRRORBOARD_SANDBOX_RBAC (false), MIRRORBOARD_GATEWAY_WORKERS, MIRRORBOARD_PLANE_SECRET, MIRRORBOARD_HOST (127.0.0.1),
MIRRORBOARD_ALLOWED_HOSTS, MIRRORBOARD_READ_ONLY (false), MIRRORBOARD_LOG_LEVEL (warn).`

/** The configuration, or one sentence that names the wrong setting and what it takes. */
export function readConfig(args: readonly string[], environment: Environment): ConfigResult {
  const flags = readFlags(args)
  if (typeof flags === 'string') return { ok: false, message: flags }
  const ports = readPorts(environment)
  if (typeof ports === 'string') return { ok: false, message: ports }
  const workers = readInteger(environment, 'MIRRORBOARD_GATEWAY_WORKERS', {
    fallback: Math.min(4, availableParallelism()),
    least: 1,
    most: GATEWAY_WORKERS_MAX,
  })
  if (typeof workers === 'string') return { ok: false, message: workers }
  const readOnly = readSwitch(environment, 'MIRRORBOARD_READ_ONLY')
  if (typeof readOnly === 'string') return { ok: false, message: readOnly }
  const sandboxRbac = readSwitch(environment, 'MIRRORBOARD_SANDBOX_RBAC')
  if (typeof sandboxRbac === 'string') return { ok: false, message: sandboxRbac }
  const host = environment['MIRRORBOARD_HOST'] || '127.0.0.1'
  const refused = refusedHost(host)
  if (refused !== null) return { ok: false, message: refused }
  const path = environment['MIRRORBOARD_KUBECONFIG']
  return {
    ok: true,
    config: {
      dataDirectory: resolve(environment['MIRRORBOARD_DATA_DIR'] || '.mirrorboard'),
      dashboard: {
        host,
        allowedHosts: splitList(environment['MIRRORBOARD_ALLOWED_HOSTS']),
        readOnly,
      },
      ports,
      planeSecret: environment[PLANE_SECRET_SETTING] || undefined,
      sandboxRbac,
      gatewayWorkers: workers,
      kubeconfig: path ? resolve(path) : undefined,
      context: flags.context ?? (environment['MIRRORBOARD_CONTEXT'] || undefined),
      metricsUrls: splitList(environment['MIRRORBOARD_METRICS_URL']),
      prometheusUrl: environment['MIRRORBOARD_PROMETHEUS_URL'] || undefined,
      planes: flags.planes,
      reset: flags.reset,
      development: environment['MIRRORBOARD_DEVELOPMENT'] === '1',
    },
  }
}

/** A setting that is on or off, off when it is not set; a sentence for every other value. */
function readSwitch(environment: Environment, name: string): boolean | string {
  const value = environment[name] || 'false'
  if (value === 'true' || value === 'false') return value === 'true'
  return `${name} takes true or false, not "${value}".`
}

interface Flags {
  readonly planes: readonly PlaneName[] | undefined
  readonly reset: boolean
  readonly context: string | undefined
}

function readFlags(args: readonly string[]): Flags | string {
  let flags: Flags = { planes: undefined, reset: false, context: undefined }
  for (const arg of args) {
    const [name = ''] = arg.split('=', 1)
    const value = arg.slice(name.length + 1)
    if (arg === '--reset') flags = { ...flags, reset: true }
    else if (name === '--context' && value !== '') flags = { ...flags, context: value }
    else if (name === '--planes') {
      const planes = readPlanes(value)
      if (typeof planes === 'string') return planes
      flags = { ...flags, planes }
    } else return `unknown option ${arg}; npm start -- --help lists them.`
  }
  if (flags.reset && flags.planes)
    return '--reset deletes the whole state, so it cannot be combined with --planes.'
  return flags
}

function readPlanes(value: string): readonly PlaneName[] | string {
  const names = splitList(value)
  const unknown = names.find((name) => !PLANE_NAMES.some((plane) => plane === name))
  if (unknown !== undefined || names.length === 0) {
    return `--planes takes a list of ${PLANE_NAMES.join(', ')}, not "${unknown ?? ''}".`
  }
  const planes = PLANE_NAMES.filter((plane) => names.includes(plane))
  if (planes.includes('controller') !== planes.includes('gateway')) {
    return 'the controller hands its route table to the gateway, so --planes names both or neither.'
  }
  return planes
}

function readPorts(environment: Environment): Config['ports'] | string {
  const ports: Partial<Record<ListeningPlane, number>> = {}
  for (const plane of LISTENING_PLANES) {
    const { setting = '', usual = 0 } = PLANES[plane].port ?? {}
    const port = readInteger(environment, setting, { fallback: usual, least: 0, most: 65535 })
    if (typeof port === 'string') return port
    ports[plane] = port
  }
  const any = { sandbox: 0, gateway: 0, observer: 0, history: 0, traffic: 0, dashboard: 0 }
  return { ...any, ...ports }
}

function readInteger(
  environment: Environment,
  name: string,
  { fallback, least, most }: { fallback: number; least: number; most: number },
): number | string {
  const text = environment[name]
  if (text === undefined || text === '') return fallback
  const number = Number(text)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  return `${name} takes a whole number from ${least} to ${most}, not "${text}".`
}

function splitList(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** Null, or why the dashboard may not listen there: it would let people of other machines in as the one who started it. */
function refusedHost(host: string): string | null {
  if (isLoopbackHost(host.includes(':') ? `[${host}]` : host)) return null
  return `MIRRORBOARD_HOST=${host} would let other machines in, and everybody would act with this kubeconfig's rights: leave it at 127.0.0.1 and reach it by a tunnel, such as ssh -L 3000:127.0.0.1:3000.`
}
