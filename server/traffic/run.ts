/**
 * One run: requests at fixed times, whatever becomes of those before (an open loop). A request that goes out late,
 * because too many are unanswered or the machine is busy, is measured from the time it was due, so that a target
 * that stalls cannot hide it. https://www.scylladb.com/2021/04/22/on-coordinated-omission/
 */
import { setMaxListeners } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import type { TrafficRequestChecked, TrafficRun } from '@/lib/dashboard-api/traffic'
import { LatencyHistogram } from '@/lib/series/latency-histogram'
import type { CheckedRun } from './check-traffic-request'
import { failureReason } from './failure-reason'
import type { TrafficLimits } from './limits'

export interface TrafficClock {
  /** Epoch milliseconds. */
  now(): number
  /** Milliseconds that never go back. */
  monotonic(): number
  /** Runs a task once and returns how to cancel it. */
  later(delayMs: number, task: () => void): () => void
}

/** A request that is later than this counts as late. */
const LATE_MS = 50

/** A run from its first request to its last answer; it starts at once. */
export class Run {
  readonly planned: number
  private readonly id: string
  private readonly checked: CheckedRun
  private readonly limits: TrafficLimits
  private readonly clock: TrafficClock
  private readonly agent: Agent
  private readonly startedAt: number
  private readonly startedMonotonic: number
  private readonly latency = new LatencyHistogram()
  private readonly lateness = new LatencyHistogram()
  private readonly totalsByCode = new Map<string, number>()
  private readonly errors = new Map<string, number>()
  private readonly abort = new AbortController()
  private readonly done: Promise<void>
  private finish: () => void = () => {}
  private state: TrafficRun['state'] = 'running'
  private message = ''
  private sent = 0
  private answered = 0
  private inFlight = 0
  private lateCount = 0
  private hasSentAll = false
  private cancel: () => void = () => {}
  private cancelEnd: () => void

  constructor(id: string, checked: CheckedRun, limits: TrafficLimits, clock: TrafficClock) {
    const { ratePerSecond, durationSeconds } = checked.request
    this.id = id
    this.checked = checked
    this.limits = limits
    this.clock = clock
    this.planned = Math.max(1, Math.round(ratePerSecond * durationSeconds))
    // Every request in flight listens to it.
    setMaxListeners(limits.inFlightMax + 1, this.abort.signal)
    this.agent = new Agent({ keepAlive: true, maxSockets: limits.inFlightMax })
    this.startedAt = clock.now()
    this.startedMonotonic = clock.monotonic()
    this.done = new Promise((resolve) => {
      this.finish = resolve
    })
    this.cancelEnd = clock.later(durationSeconds * 1000 + limits.overtimeMs, () => {
      this.endEarly('failed', 'The target did not keep up with the rate, so the run was ended.')
    })
    this.sendDue()
  }

  get isRunning(): boolean {
    return this.state === 'running'
  }

  /** Resolves when nothing of the run is under way any more. */
  ended(): Promise<void> {
    return this.done
  }

  /** Sends nothing more; what is under way may be answered for a moment. */
  stop(): void {
    this.endEarly('stopped', 'Stopped before its end.')
  }

  private endEarly(state: 'stopped' | 'failed', message: string): void {
    if (!this.isRunning) return
    this.state = state
    this.message = message
    this.hasSentAll = true
    this.cancel()
    this.cancelEnd()
    this.cancelEnd = this.clock.later(this.limits.stopGraceMs, () => this.abort.abort())
    this.endWhenIdle()
  }

  private dueMs(index: number): number {
    return (index * 1000) / this.checked.request.ratePerSecond
  }

  /** Sends every request whose time has come, then waits for the next one's. */
  private sendDue(): void {
    const elapsed = this.clock.monotonic() - this.startedMonotonic
    while (this.sent < this.planned && this.dueMs(this.sent) <= elapsed) {
      // At the bound the next answer calls again.
      if (this.inFlight >= this.limits.inFlightMax) return
      this.send(this.dueMs(this.sent))
    }
    if (this.sent >= this.planned) {
      this.hasSentAll = true
      this.endWhenIdle()
      return
    }
    this.cancel()
    this.cancel = this.clock.later(Math.max(1, this.dueMs(this.sent) - elapsed), () => {
      if (!this.hasSentAll) this.sendDue()
    })
  }

  private send(dueMs: number): void {
    const due = this.startedMonotonic + dueMs
    const late = this.clock.monotonic() - due
    this.lateness.record(late)
    if (late > LATE_MS) this.lateCount += 1
    this.sent += 1
    this.inFlight += 1
    let isOver = false
    const end = (reason: string | null) => {
      if (isOver) return
      isOver = true
      if (reason !== null) count(this.errors, reason)
      this.inFlight -= 1
      if (this.hasSentAll) this.endWhenIdle()
      else this.sendDue()
    }
    this.exchange(end, (response) => {
      response.on('end', () => {
        if (isOver) return
        this.answered += 1
        count(this.totalsByCode, String(response.statusCode))
        this.latency.record(this.clock.monotonic() - due)
        end(null)
      })
    })
  }

  private exchange(
    end: (reason: string) => void,
    onResponse: (response: IncomingMessage) => void,
  ): void {
    const { request, connectHost, connectPort } = this.checked
    const outgoing = httpRequest({
      host: connectHost,
      port: connectPort,
      method: request.method,
      path: request.path,
      headers: headersOf(request),
      setHost: false,
      agent: this.agent,
      signal: this.abort.signal,
    })
    const cancelTimeout = this.clock.later(this.limits.requestTimeoutMs, () => {
      end('no answer in time')
      outgoing.destroy()
    })
    const give = (reason: string) => {
      cancelTimeout()
      end(reason)
    }
    outgoing.on('error', (error: NodeJS.ErrnoException) => give(this.reasonOf(error)))
    outgoing.on('response', (response) => {
      let length = 0
      response.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length <= this.limits.responseBytesMax) return
        give('answer too long')
        outgoing.destroy()
      })
      response.on('error', (error: NodeJS.ErrnoException) => give(this.reasonOf(error)))
      response.on('end', cancelTimeout)
      onResponse(response)
    })
    // A server that changes the protocol on its own accord leaves a socket nobody reads.
    outgoing.on('upgrade', (_, socket) => {
      socket.destroy()
      give('not an HTTP answer')
    })
    outgoing.end(request.body === '' ? undefined : request.body)
  }

  private reasonOf(error: NodeJS.ErrnoException): string {
    if (this.abort.signal.aborted) return 'stopped'
    return failureReason(error.code ?? '')
  }

  private endWhenIdle(): void {
    if (this.inFlight > 0) return
    this.cancel()
    this.cancelEnd()
    this.agent.destroy()
    if (this.isRunning) {
      this.state = this.answered === 0 ? 'failed' : 'finished'
      this.message = this.answered === 0 ? this.nothingAnswered() : ''
    }
    this.finish()
  }

  private nothingAnswered(): string {
    const { connectHost, connectPort } = this.checked
    const host = connectHost.includes(':') ? `[${connectHost}]` : connectHost
    const reasons = [...this.errors.keys()].join(', ')
    return `None of ${this.sent} requests to ${host}:${connectPort} was answered: ${reasons}. Check that the Gateway's listener is up.`
  }

  view(): TrafficRun {
    const { latency, lateness } = this
    return {
      id: this.id,
      request: this.checked.request,
      url: this.checked.url,
      state: this.state,
      startedAt: this.startedAt,
      planned: this.planned,
      sent: this.sent,
      answered: this.answered,
      inFlight: this.inFlight,
      totalsByCode: Object.fromEntries(this.totalsByCode),
      errors: Object.fromEntries(this.errors),
      latencyMs: {
        p50: latency.quantile(0.5),
        p90: latency.quantile(0.9),
        p99: latency.quantile(0.99),
      },
      lateness: { requests: this.lateCount, p99Ms: lateness.quantile(0.99), maxMs: lateness.max },
      message: this.message,
    }
  }
}

function headersOf(request: TrafficRequestChecked): string[] {
  const headers = ['host', request.host]
  for (const { name, value } of request.headers) headers.push(name, value)
  if (request.body !== '') headers.push('content-length', String(Buffer.byteLength(request.body)))
  return headers
}

function count(totals: Map<string, number>, key: string): void {
  totals.set(key, (totals.get(key) ?? 0) + 1)
}
