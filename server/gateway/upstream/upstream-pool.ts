/** Endpoint → this → a connection to it, kept alive or new; endpoints that refuse or break off are left alone for a while. */
import { InFlight } from '../bounds/in-flight'
import { inTurns } from '../bounds/in-turns'
import type { GatewayLimits } from '../bounds/limits'
import { BatchPace } from './batch-pace'
import type { Endpoint } from './endpoint'
import { type ConnectWatcher, Http2Pool } from './http2-pool'
import type { Upstream } from './upstream'
import {
  type BatchEnd,
  type BatchEntry,
  type ConnectionHome,
  UpstreamConnection,
} from './upstream-connection'

/** Keep-alive connections by endpoint. Primaries and mirrors have a pool each, so neither can starve the other. */
export class UpstreamPool implements ConnectionHome, ConnectWatcher {
  private readonly limits: GatewayLimits
  private readonly now: () => number
  private readonly endpoints = new Map<string, Endpoint>()
  /** Idle connections of known endpoints, most recently used last. */
  private readonly idle = new Map<Endpoint, UpstreamConnection[]>()
  private readonly connecting = new InFlight<UpstreamConnection>()
  private readonly open = new InFlight<UpstreamConnection>()
  private readonly http2: Http2Pool

  constructor(limits: GatewayLimits, now: () => number) {
    this.limits = limits
    this.now = now
    this.http2 = new Http2Pool(limits, now, this)
  }

  endpoint(address: string, port: number, protocol: Endpoint['protocol']): Endpoint {
    const key = `${address} ${port} ${protocol}`
    const known = this.endpoints.get(key)
    if (known !== undefined) return known
    const created = {
      address,
      port,
      protocol,
      refusals: 0,
      retryAt: 0,
      isProbing: false,
      connecting: 0,
      breaks: 0,
      brokenUntil: 0,
      pace: new BatchPace(this.limits),
    }
    this.endpoints.set(key, created)
    this.idle.set(created, [])
    return created
  }

  /** An idle connection, a stream of one, or a new one that is still connecting. `isFresh` asks for a new one. */
  acquire(endpoint: Endpoint, isFresh = false): Upstream {
    if (endpoint.protocol === 'h2c') return this.http2.acquire(endpoint, isFresh)
    const idle = isFresh ? undefined : this.idle.get(endpoint)?.pop()
    if (idle !== undefined) {
      idle.isIdle = false
      return idle
    }
    const connection = new UpstreamConnection(this, endpoint, this.limits)
    connection.deadline = this.now() + this.limits.connectTimeoutMs
    this.connecting.add(connection)
    endpoint.connecting++
    return connection
  }

  /** The most requests `sendBatch` may be given now; 1 when there is to be no batch. */
  batchMost(endpoint: Endpoint): number {
    return (this.idle.get(endpoint)?.length ?? 0) === 0 ? 1 : endpoint.pace.most(this.now())
  }

  /** Sends whole requests without a body at once on an idle connection; undefined when there is none. */
  sendBatch(endpoint: Endpoint, entries: readonly BatchEntry[]): Upstream | undefined {
    const connection = this.idle.get(endpoint)?.pop()
    if (connection === undefined) return undefined
    connection.isIdle = false
    endpoint.pace.begin()
    connection.beginBatch(entries, this.now())
    return connection
  }

  onBatchEnd({ endpoint }: UpstreamConnection, end: BatchEnd, begunAt: number): void {
    const now = this.now()
    if (end === 'answered') endpoint.pace.answered(now - begunAt, now)
    else if (end === 'closed') endpoint.pace.closed()
    else endpoint.pace.broken(now)
  }

  onOpen(connection: UpstreamConnection): void {
    if (this.endConnecting(connection)) this.open.add(connection)
    this.onConnected(connection.endpoint)
  }

  private endConnecting(connection: UpstreamConnection): boolean {
    const wasConnecting = this.connecting.delete(connection)
    if (wasConnecting) connection.endpoint.connecting--
    return wasConnecting
  }

  onConnected(endpoint: Endpoint): void {
    endpoint.refusals = 0
    endpoint.isProbing = false
  }

  /** Doubles the pause before the next attempt; refusals that arrive together count once. */
  onRefused(endpoint: Endpoint): void {
    const now = this.now()
    endpoint.isProbing = false
    if (endpoint.refusals > 0 && now < endpoint.retryAt) return
    const { mirrorBackoffMinMs, mirrorBackoffMaxMs } = this.limits
    endpoint.retryAt =
      now + Math.min(mirrorBackoffMaxMs, mirrorBackoffMinMs * 2 ** endpoint.refusals)
    endpoint.refusals = Math.min(endpoint.refusals + 1, 16)
  }

  /** A copy's answer broke off or did not come: after several in a row the endpoint is left alone, longer each time. */
  onBroken(endpoint: Endpoint): void {
    const now = this.now()
    if (now < endpoint.brokenUntil || endpoint.breaks >= this.limits.mirrorBreaksMax) return
    if (++endpoint.breaks === this.limits.mirrorBreaksMax) this.leaveAlone(endpoint, now)
  }

  private leaveAlone(endpoint: Endpoint, now: number): void {
    const { mirrorBreaksMax, mirrorBackoffMinMs, mirrorBackoffMaxMs } = this.limits
    const doublings = Math.min(endpoint.breaks - mirrorBreaksMax, 16)
    endpoint.brokenUntil = now + Math.min(mirrorBackoffMaxMs, mirrorBackoffMinMs * 2 ** doublings)
  }

  /** Whether an endpoint may be tried now: after a refusal, or answers that did not come, one attempt at a time and not before its time. */
  mayTry(endpoint: Endpoint): boolean {
    const now = this.now()
    if (now < endpoint.brokenUntil) return false
    if (!this.mayConnect(endpoint, now)) return false
    if (endpoint.breaks >= this.limits.mirrorBreaksMax) {
      // This attempt shows whether it answers again; the next is not made before it had the time to.
      endpoint.breaks++
      this.leaveAlone(endpoint, now)
    }
    return true
  }

  private mayConnect(endpoint: Endpoint, now: number): boolean {
    const { refusals, connecting } = endpoint
    const isFree = refusals === 0 && connecting < this.limits.connectingPerEndpointMax
    if (isFree || this.hasConnection(endpoint)) return true
    if (refusals === 0 || endpoint.isProbing || now < endpoint.retryAt) return false
    endpoint.isProbing = true
    return true
  }

  private hasConnection(endpoint: Endpoint): boolean {
    return (this.idle.get(endpoint)?.length ?? 0) > 0 || this.http2.hasOpen(endpoint)
  }

  /**
   * Keeps a connection for the next request, or closes it when there are enough. One that is kept already, or was given up,
   * stays as it is: handed out twice it would carry two requests at once.
   */
  release(connection: UpstreamConnection): void {
    if (connection.isIdle || connection.isAbandoned) return
    const idle = this.idle.get(connection.endpoint)
    if (idle === undefined || idle.length >= this.limits.idleConnectionsPerEndpointMax) {
      connection.abandon()
      return
    }
    connection.deadline = this.now() + this.limits.idleConnectionMs
    connection.isIdle = true
    idle.push(connection)
  }

  forget(connection: UpstreamConnection): void {
    if (this.endConnecting(connection)) connection.endpoint.isProbing = false
    else if (!this.open.delete(connection)) return
    const idle = this.idle.get(connection.endpoint)
    const index = idle?.lastIndexOf(connection) ?? -1
    if (index !== -1) idle?.splice(index, 1)
  }

  /** Gives up connects that take too long and closes what has been idle too long. */
  tick(): void {
    const now = this.now()
    inTurns(() => this.failOverdue(now))
    this.http2.tick(now)
    for (const idle of this.idle.values()) {
      inTurns(() => {
        const [oldest] = idle
        const isDue = oldest !== undefined && oldest.deadline <= now
        if (isDue) oldest.abandon()
        return isDue
      })
    }
  }

  /** Gives up the connect begun first if its time is over; false when it is not. */
  private failOverdue(now: number): boolean {
    const first = this.connecting.oldest
    if (first === null || first.deadline > now) return false
    first.failConnecting()
    return true
  }

  /** Forgets endpoints a new table no longer names; requests in flight to them end undisturbed. */
  retain(isLive: (endpoint: Endpoint) => boolean): void {
    this.http2.retain(isLive)
    for (const [key, endpoint] of this.endpoints) {
      if (isLive(endpoint)) continue
      const idle = this.idle.get(endpoint) ?? []
      this.endpoints.delete(key)
      this.idle.delete(endpoint)
      for (const connection of idle) connection.abandon()
    }
  }

  closeAll(): void {
    for (const list of [this.connecting, this.open]) {
      for (const connection of list.toArray()) connection.abandon()
    }
    this.http2.closeAll()
  }
}
