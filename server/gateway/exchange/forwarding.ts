/** A request with a backend → this → one attempt after another on upstream connections, until one of them answers. */
import type { ResponseOutcome } from '../metrics/metrics'
import type { BackendRuntime, RuleRuntime } from '../rules/rule-runtime'
import type { WorkerContext } from '../rules/worker-context'
import type {
  Upstream,
  UpstreamFailure,
  UpstreamHandler,
  UpstreamRequest,
} from '../upstream/upstream'
import { Attempts } from './attempts'
import type { ClientSide } from './client-side'

/** Whose request it is: connections tell it the response directly. */
export interface ForwardingOwner extends UpstreamHandler {
  readonly method: string
  readonly client: Pick<ClientSide, 'pauseRequest' | 'resumeRequest'>
  /** Nothing more will come from the backend; `status` is for a client that has no response yet. */
  giveUp(outcome: ResponseOutcome, status: number): void
}

/** `trying`: no response is taken yet, so the request may be sent again. */
type State = 'trying' | 'responding' | 'over'

/**
 * What becomes of a request between its rule and the backend: the attempt under way, the body kept for the next, and the
 * two times that the rule allows. It decides whether there is another attempt; the rest is its owner's.
 */
export class Forwarding {
  readonly runtime: RuleRuntime
  readonly backend: BackendRuntime
  readonly request: UpstreamRequest
  private readonly owner: ForwardingOwner
  private readonly context: WorkerContext
  private state: State = 'trying'
  /** Null in the pause between two attempts, and at the end. */
  private connection: Upstream | null = null
  private readonly held: ReplayBody
  private isRequestDone = false
  private requestTrailers = ''
  /** Only for a request that has been, or by its rule might be, sent again. */
  private attempts: Attempts | null = null
  private requestTimer: NodeJS.Timeout | undefined
  /** Of the attempt under way, or of the pause before the next. */
  private attemptTimer: NodeJS.Timeout | undefined

  constructor(
    owner: ForwardingOwner,
    context: WorkerContext,
    runtime: RuleRuntime,
    backend: BackendRuntime,
    request: UpstreamRequest,
  ) {
    this.owner = owner
    this.context = context
    this.runtime = runtime
    this.backend = backend
    this.request = request
    this.held = new ReplayBody(context.limits.replayBodyBytesMax)
  }

  /** Makes the first attempt. */
  start(): void {
    const { requestMs } = this.runtime.rule.timeouts
    if (requestMs > 0) {
      this.requestTimer = setTimeout(() => this.owner.giveUp('request_timeout', 504), requestMs)
    }
    this.send(false)
  }

  private send(isAgain: boolean): void {
    const { cluster } = this.backend
    const endpoint = cluster.nextUsable(this.context.primaries) ?? cluster.next()
    if (endpoint === undefined) {
      this.owner.giveUp('no_endpoints', 503)
      return
    }
    const connection = this.context.primaries.acquire(endpoint, isAgain)
    this.connection = connection
    connection.begin(this.owner, this.request)
    for (const bytes of this.held.chunks ?? []) connection.write(bytes)
    if (this.isRequestDone) connection.finishRequest(this.requestTrailers)
    const { backendRequestMs } = this.runtime.rule.timeouts
    if (backendRequestMs > 0) {
      this.attemptTimer = setTimeout(() => this.onAttemptTimeout(), backendRequestMs)
    }
  }

  private onAttemptTimeout(): void {
    const { connection } = this
    if (connection === null || !this.sendsAgain('timeout', connection)) {
      this.owner.giveUp('backend_timeout', 504)
    }
  }

  /** The connection has failed; returns whether the request is sent again. */
  isSentAgain(failure: UpstreamFailure): boolean {
    const { connection } = this
    this.connection = null
    return connection !== null && this.sendsAgain(failure, connection)
  }

  private sendsAgain(failure: UpstreamFailure | 'timeout', connection: Upstream): boolean {
    if (this.state !== 'trying') return false
    return this.sendAfter(this.madeSoFar().afterFailure(failure, connection, this.held.isKept))
  }

  /** Whether a response with this status is the answer; if not, the request is sent again. */
  accepts(status: number): boolean {
    const waitMs =
      this.runtime.rule.retry === undefined
        ? null
        : this.madeSoFar().afterStatus(status, this.held.isKept)
    if (this.sendAfter(waitMs)) return false
    this.state = 'responding'
    return true
  }

  private madeSoFar(): Attempts {
    const { owner, runtime, backend, context } = this
    this.attempts ??= new Attempts(owner.method, runtime, backend.cluster, context.limits)
    return this.attempts
  }

  /** Sends the request again after a pause, in which the client is held back; false when it is null. */
  private sendAfter(waitMs: number | null): boolean {
    if (waitMs === null) return false
    const { client } = this.owner
    this.abandon()
    clearTimeout(this.attemptTimer)
    const send = () => {
      // Held back for the pause, or for the attempt that failed.
      client.resumeRequest()
      this.send(true)
    }
    if (waitMs === 0) {
      send()
    } else {
      client.pauseRequest()
      this.attemptTimer = setTimeout(send, waitMs)
    }
    return true
  }

  /** Body bytes, which must stay unchanged. Returns false when the client should wait for `onDrain`. */
  write(bytes: Buffer): boolean {
    const { connection } = this
    if (connection === null) {
      if (this.state !== 'over') this.held.holdAll(bytes)
      return true
    }
    const hasRoom = connection.write(bytes)
    this.held.hold(bytes)
    return hasRoom
  }

  /** The request is written whole; `trailers` are lines ended by CRLF. */
  finishRequest(trailers: string): void {
    this.isRequestDone = true
    this.requestTrailers = trailers
    this.connection?.finishRequest(trailers)
  }

  /** The connection is a tunnel from here on, and no time of the rule applies to it. */
  startTunnel(): void {
    this.held.forget()
    this.clearTimers()
  }

  endTunnel(): void {
    this.connection?.endTunnel()
  }

  pause(): void {
    this.connection?.pause()
  }

  resume(): void {
    this.connection?.resume()
  }

  /** Whether bytes of the request wait for the backend to take them. */
  get isWriting(): boolean {
    return this.connection !== null && this.connection.buffered > 0
  }

  /** The response has arrived whole; returns its trailers, as lines separated by LF. */
  leave(): string {
    const trailers = this.connection?.trailers ?? ''
    this.connection = null
    return trailers
  }

  /** Gives up what is under way. */
  abandon(): void {
    this.connection?.abandon()
    this.connection = null
  }

  /** The response has ended, whichever way. */
  end(): void {
    this.state = 'over'
    this.attempts?.end()
    this.clearTimers()
  }

  private clearTimers(): void {
    clearTimeout(this.requestTimer)
    clearTimeout(this.attemptTimer)
  }
}

/** A request body as sent so far, kept while it is small enough to be sent again. */
class ReplayBody {
  /** Null once it is too large, or must not be sent again. */
  chunks: Buffer[] | null = []
  private bytes = 0
  private readonly bytesMax: number

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax
  }

  get isKept(): boolean {
    return this.chunks !== null
  }

  hold(bytes: Buffer): void {
    this.bytes += bytes.length
    if (this.bytes > this.bytesMax) this.forget()
    else this.chunks?.push(bytes)
  }

  /** Keeps bytes of a client that is being held back: at most what had been read already. */
  holdAll(bytes: Buffer): void {
    this.chunks?.push(bytes)
  }

  forget(): void {
    this.chunks = null
  }
}
