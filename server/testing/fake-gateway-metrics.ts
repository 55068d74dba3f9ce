/** Plays a gateway's /metrics: counters that a test moves, on a real socket when asked to. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'

const BOUNDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1]

type Labels = Readonly<Record<string, string>>

export interface FakeRequest {
  readonly route?: string
  readonly rule?: string
  readonly listener?: string
  readonly backend?: string
  readonly code?: string
  readonly seconds?: number
  /** Of each request's body, and of its answer's. */
  readonly bytes?: number
  readonly count?: number
}

export interface FakeCopy {
  readonly route?: string
  readonly listener?: string
  readonly mirror?: string
  readonly target?: string
  readonly decided?: 'mirrored' | 'not_sampled' | 'skipped' | 'dropped'
  readonly reason?: string
  readonly ended?: 'answered' | 'failed' | 'in flight'
  readonly failReason?: string
  readonly code?: string
  readonly seconds?: number
  readonly count?: number
}

export class FakeGatewayMetrics {
  startTime: number | null = null
  private values = new Map<string, number>()

  /** A request matched, forwarded and answered. */
  request(request: FakeRequest): void {
    const { backend = 'default/backend:3000', code = '200', seconds = 0.004, count = 1 } = request
    const labels = baseLabels(request)
    this.add(GATEWAY_METRICS.requests, labels, count)
    this.add(GATEWAY_METRICS.responses, { ...labels, backend, code, outcome: 'answered' }, count)
    const ofBackend = { ...labels, backend }
    this.add(GATEWAY_METRICS.requestsInFlight, ofBackend, 0)
    this.add(GATEWAY_METRICS.requestBytes, ofBackend, (request.bytes ?? 0) * count)
    this.add(GATEWAY_METRICS.responseBytes, ofBackend, (request.bytes ?? 0) * count)
    this.observe(GATEWAY_METRICS.requestDuration, ofBackend, seconds, count)
  }

  /** A pair of answers was captured, or given up for a reason. */
  capture(reason = '', count = 1): void {
    const outcome = reason === '' ? 'captured' : 'given_up'
    this.add(GATEWAY_METRICS.captures, { ...baseLabels({}), outcome, reason }, count)
  }

  /** A request was sent to its backend again, or with a reason was not. */
  retry(reason = '', count = 1): void {
    if (reason === '') this.add(GATEWAY_METRICS.retries, baseLabels({}), count)
    else this.add(GATEWAY_METRICS.retriesRefused, { ...baseLabels({}), reason }, count)
  }

  /** A mirror filter applied to a request. */
  copy(copy: FakeCopy): void {
    const { decided = 'mirrored', reason = '', ended = 'answered', count = 1 } = copy
    const labels = mirrorLabels(copy)
    this.add(GATEWAY_METRICS.mirrorOffered, labels, count)
    this.add(GATEWAY_METRICS.mirrorRequests, { ...labels, outcome: decided, reason }, count)
    this.add(GATEWAY_METRICS.mirrorInFlight, labels, 0)
    if (decided !== 'mirrored') return
    this.add(GATEWAY_METRICS.mirrorInFlight, labels, count)
    if (ended !== 'in flight') this.end(copy)
  }

  /** Copies under way come to their end. */
  end(copy: FakeCopy): void {
    const { ended = 'answered', failReason = 'reset', code = '200', count = 1 } = copy
    const labels = mirrorLabels(copy)
    const isAnswered = ended === 'answered'
    this.add(GATEWAY_METRICS.mirrorInFlight, labels, -count)
    this.add(
      GATEWAY_METRICS.mirrorResponses,
      {
        ...labels,
        outcome: ended,
        reason: isAnswered ? '' : failReason,
        code: isAnswered ? code : '',
      },
      count,
    )
    if (isAnswered)
      this.observe(GATEWAY_METRICS.mirrorDuration, labels, copy.seconds ?? 0.02, count)
  }

  /** Everything starts again from nothing, as after a restart of the process. */
  restart(startTime: number | null = this.startTime): void {
    this.startTime = startTime
    this.values = new Map()
  }

  removeRoute(route: string): void {
    const [namespace, name] = route.split('/')
    const part = `route_namespace="${namespace}",route_name="${name}"`
    for (const key of this.values.keys()) if (key.includes(part)) this.values.delete(key)
  }

  text(): string {
    const lines = [...this.values].map(([key, value]) => `${key} ${value}\n`)
    const start = this.startTime === null ? '' : `process_start_time_seconds ${this.startTime}\n`
    return `# TYPE ${GATEWAY_METRICS.requests} counter\n${start}${lines.join('')}`
  }

  private observe(name: string, labels: Labels, seconds: number, count: number): void {
    for (const bound of BOUNDS) {
      const le = String(bound)
      this.add(`${name}_bucket`, { ...labels, le }, seconds <= bound ? count : 0)
    }
    this.add(`${name}_bucket`, { ...labels, le: '+Inf' }, count)
    this.add(`${name}_sum`, labels, seconds * count)
    this.add(`${name}_count`, labels, count)
  }

  private add(name: string, labels: Labels, count: number): void {
    const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
    const key = `${name}{${pairs.join(',')}}`
    this.values.set(key, (this.values.get(key) ?? 0) + count)
  }
}

function baseLabels(request: FakeRequest): Labels {
  const [namespace = '', name = ''] = (request.route ?? 'default/backend').split('/')
  return {
    gateway: 'default/eg',
    listener: request.listener ?? 'http',
    route_namespace: namespace,
    route_name: name,
    rule: request.rule ?? '0',
  }
}

function mirrorLabels(copy: FakeCopy): Labels {
  const { mirror = '0', target = 'default/backend-2:3000' } = copy
  const base = baseLabels({
    ...(copy.route === undefined ? {} : { route: copy.route }),
    ...(copy.listener === undefined ? {} : { listener: copy.listener }),
  })
  return { ...base, mirror, target }
}

export interface FakeMetricsServer {
  readonly url: string
  /** What it answers; null cuts the connection. */
  respond: () => string | null
  stop(): Promise<void>
}

/** Serves text on a free loopback port. */
export async function startFakeMetrics(respond: () => string | null): Promise<FakeMetricsServer> {
  const fake = { url: '', respond, stop: async () => {} }
  const server = createServer((_, response) => {
    const text = fake.respond()
    if (text === null) response.destroy()
    else response.end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  fake.url = `http://127.0.0.1:${port}/metrics`
  fake.stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return fake
}
