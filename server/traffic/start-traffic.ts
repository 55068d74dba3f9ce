/** The traffic plane: a bounded load generator behind HTTP. It connects to the address it is given and resolves no name. */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { DashboardErrorCode } from '@/lib/dashboard-api/errors'
import { isLoopbackHost, targetUrl } from '@/lib/shared/loopback-request'
import { createLogger, type Logger } from '../log'
import { checkProbe, checkTrafficRequest, type TargetRules } from './check-traffic-request'
import { TRAFFIC_LIMITS, type TrafficLimits } from './limits'
import { Run, type TrafficClock } from './run'
import { sendProbe } from './send-probe'

export interface TrafficOptions extends TargetRules {
  readonly host?: string
  /** 0 takes any free port. */
  readonly port?: number
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

interface Answer {
  readonly status: number
  readonly body: unknown
}

/** Resolves once it listens; rejects when the port is taken. */
export async function startTraffic(options: TrafficOptions = {}): Promise<TrafficPlane> {
  const limits = { ...TRAFFIC_LIMITS, ...options.limits }
  const { clock = CLOCK, createId = randomUUID, logger = createLogger('traffic') } = options
  const runs = new Map<string, Run>()
  const probes = new Set<AbortController>()
  const context: Context = { runs, probes, limits, clock, createId, rules: options }
  const server = createServer((request, response) => {
    answer(context, request).then(
      (result) => send(response, result),
      (error: unknown) => {
        logger.error('request failed', { error: String(error) })
        send(response, refuse(500, 'internal', 'Something went wrong here; the log says what.'))
      },
    )
  })
  const url = await listen(server, options.host ?? '127.0.0.1', options.port ?? 0)
  return {
    url,
    async stop() {
      for (const run of runs.values()) run.stop()
      for (const probe of probes) probe.abort()
      await Promise.all([...runs.values()].map((run) => run.ended()))
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
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

async function answer(context: Context, request: IncomingMessage): Promise<Answer> {
  const refusal = refusalOf(request)
  if (refusal !== null) return refusal
  const url = targetUrl(request.url ?? '/')
  if (url === null) return refuse(400, 'bad-request', 'That is no path.')
  const { pathname } = url
  if (pathname === '/healthz') return { status: 200, body: { status: 'ok' } }
  if (pathname === '/runs' && request.method === 'POST') return startRun(context, request)
  if (pathname === '/probes' && request.method === 'POST') return probe(context, request)
  if (pathname === '/runs' && request.method === 'GET') return listRuns(context)
  const run = context.runs.get(/^\/runs\/([\w-]{1,64})$/.exec(pathname)?.[1] ?? '')
  if (run === undefined) return refuse(404, 'not-found', 'There is no such run any more.')
  if (request.method === 'DELETE') run.stop()
  else if (request.method !== 'GET')
    return refuse(405, 'bad-request', 'A run takes GET and DELETE.')
  return { status: 200, body: run.view() }
}

/**
 * A web page may send requests to loopback, and a name that resolves to loopback reads the answers too: neither a
 * foreign Host nor any page's Origin is served.
 */
function refusalOf({ headers }: IncomingMessage): Answer | null {
  if (!isLoopbackHost(headers.host)) {
    return refuse(
      403,
      'forbidden-origin',
      'This service answers on loopback only: address it as 127.0.0.1.',
    )
  }
  if (headers.origin === undefined) return null
  return refuse(403, 'forbidden-origin', 'This service does not answer web pages.')
}

async function startRun(context: Context, request: IncomingMessage): Promise<Answer> {
  const { runs, limits, clock, createId, rules } = context
  const body = await readJson(request, limits.requestBytesMax)
  if (typeof body === 'string') return refuseBody(body, limits)
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
  return { status: 201, body: run.view() }
}

async function probe(context: Context, request: IncomingMessage): Promise<Answer> {
  const { probes, limits, clock, rules } = context
  const body = await readJson(request, limits.requestBytesMax)
  if (typeof body === 'string') return refuseBody(body, limits)
  const checked = await checkProbe(body.value, rules)
  if (typeof checked === 'string') return refuse(400, 'bad-request', checked)
  if (probes.size >= limits.probesMax) {
    return refuse(429, 'too-many', `${probes.size} requests are under way; wait for their answers.`)
  }
  const aborter = new AbortController()
  probes.add(aborter)
  const answered = await sendProbe(checked, limits, clock.monotonic, aborter.signal)
  probes.delete(aborter)
  return { status: 200, body: answered }
}

function forgetOldest({ runs, limits }: Context): void {
  for (const [id, run] of runs) {
    if (runs.size <= limits.rememberedMax) return
    if (!run.isRunning) runs.delete(id)
  }
}

/** Newest first. */
function listRuns({ runs }: Context): Answer {
  return { status: 200, body: { runs: [...runs.values()].reverse().map((run) => run.view()) } }
}

async function readJson(
  request: IncomingMessage,
  bytesMax: number,
): Promise<{ readonly value: unknown } | 'too-large' | 'not-json'> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    if (!(chunk instanceof Buffer)) continue
    length += chunk.length
    if (length <= bytesMax) chunks.push(chunk)
  }
  if (length > bytesMax) return 'too-large'
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString('utf8')) }
  } catch {
    return 'not-json'
  }
}

function refuseBody(problem: 'too-large' | 'not-json', limits: TrafficLimits): Answer {
  if (problem === 'not-json') return refuse(400, 'bad-request', 'The body is not JSON.')
  return refuse(413, 'too-large', `A request takes at most ${limits.requestBytesMax} bytes.`)
}

function refuse(status: number, code: DashboardErrorCode, message: string): Answer {
  return { status, body: { code, message } }
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  })
  response.end(JSON.stringify(body))
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      const { port: bound } = server.address() as AddressInfo
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${bound}`)
    })
  })
}
