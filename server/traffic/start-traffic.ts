/** The traffic plane: a bounded load generator behind HTTP. It connects to the address it is given and resolves no name. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createLogger, type Logger } from '../log'
import { ok, type PlaneAnswer, type PlaneRequest, refuse } from '../plane-http/plane-answer'
import { startPlaneServer } from '../plane-http/plane-server'
import { readJson } from '../plane-http/read-json'
import { checkProbe, checkTrafficRequest, type TargetRules } from './check-traffic-request'
import { TRAFFIC_LIMITS, type TrafficLimits } from './limits'
import { Run, type TrafficClock } from './run'
import { sendProbe } from './send-probe'

export interface TrafficOptions extends TargetRules {
  readonly host?: string
  /** 0 takes any free port. */
  readonly port?: number
  /** What other planes show at the door. */
  readonly secret?: string | undefined
  readonly clock?: TrafficClock
  readonly limits?: Partial<TrafficLimits>
  readonly createId?: () => string
  readonly logger?: Logger
}

export interface TrafficPlane {
  readonly url: string
  /** Ends every run, also the requests under way. */
  stop(): Promise<void>
}

const CLOCK: TrafficClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  later(delayMs, task) {
    const timer = setTimeout(task, delayMs)
    return () => clearTimeout(timer)
  },
}

/** Resolves once it listens; rejects when the port is taken. */
export async function startTraffic(options: TrafficOptions = {}): Promise<TrafficPlane> {
  const limits = { ...TRAFFIC_LIMITS, ...options.limits }
  const { clock = CLOCK, createId = randomUUID, logger = createLogger('traffic') } = options
  const runs = new Map<string, Run>()
  const probes = new Set<AbortController>()
  const context: Context = { runs, probes, limits, clock, createId, rules: options }
  const { host, port, secret } = options
  const door = await startPlaneServer({
    host,
    port,
    secret,
    open: ['/healthz'],
    logger,
    answer: (request) => answer(context, request),
  })
  return {
    url: door.url,
    async stop() {
      for (const run of runs.values()) run.stop()
      for (const probe of probes) probe.abort()
      await Promise.all([...runs.values()].map((run) => run.ended()))
      await door.close()
    },
  }
}

interface Context {
  readonly runs: Map<string, Run>
  /** Single requests under way. */
  readonly probes: Set<AbortController>
  readonly limits: TrafficLimits
  readonly clock: TrafficClock
  readonly createId: () => string
  readonly rules: TargetRules
}

async function answer(context: Context, request: PlaneRequest): Promise<PlaneAnswer> {
  const { method, message } = request
  const { pathname } = request.url
  if (pathname === '/healthz') return ok({ status: 'ok' })
  if (pathname === '/runs' && method === 'POST') return startRun(context, message)
  if (pathname === '/probes' && method === 'POST') return probe(context, message)
  if (pathname === '/runs' && method === 'GET') return listRuns(context)
  const run = context.runs.get(/^\/runs\/([\w-]{1,64})$/.exec(pathname)?.[1] ?? '')
  if (run === undefined) return refuse(404, 'not-found', 'There is no such run any more.')
  if (method === 'DELETE') run.stop()
  else if (method !== 'GET') return refuse(405, 'bad-request', 'A run takes GET and DELETE.')
  return ok(run.view())
}

async function startRun(context: Context, request: IncomingMessage): Promise<PlaneAnswer> {
  const { runs, limits, clock, createId, rules } = context
  const body = await readJson(request, limits.requestBytesMax)
  if (!body.ok) return body.refusal
  const checked = await checkTrafficRequest(body.value, rules)
  if (typeof checked === 'string') return refuse(400, 'bad-request', checked)
  const running = [...runs.values()].filter((run) => run.isRunning).length
  if (running >= limits.runsMax) {
    return refuse(429, 'too-many', `${running} runs are under way; stop one, or wait for its end.`)
  }
  const id = createId()
  const run = new Run(id, checked, limits, clock)
  runs.set(id, run)
  forgetOldest(context)
  return { status: 201, json: run.view() }
}

async function probe(context: Context, request: IncomingMessage): Promise<PlaneAnswer> {
  const { probes, limits, clock, rules } = context
  const body = await readJson(request, limits.requestBytesMax)
  if (!body.ok) return body.refusal
  const checked = await checkProbe(body.value, rules)
  if (typeof checked === 'string') return refuse(400, 'bad-request', checked)
  if (probes.size >= limits.probesMax) {
    return refuse(429, 'too-many', `${probes.size} requests are under way; wait for their answers.`)
  }
  const aborter = new AbortController()
  probes.add(aborter)
  const answered = await sendProbe(checked, limits, clock.monotonic, aborter.signal)
  probes.delete(aborter)
  return ok(answered)
}

function forgetOldest({ runs, limits }: Context): void {
  for (const [id, run] of runs) {
    if (runs.size <= limits.rememberedMax) return
    if (!run.isRunning) runs.delete(id)
  }
}

/** Newest first. */
function listRuns({ runs }: Context): PlaneAnswer {
  return ok({ runs: [...runs.values()].reverse().map((run) => run.view()) })
}
