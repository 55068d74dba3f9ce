/** Timer → this → captured exchanges of every gateway, once a second, to whoever compares them. */
import type { CapturedExchange, RequestPaths } from '@/lib/comparison/exchange'
import type { Logger } from '../log'
import { fetchMetrics } from './fetch-metrics'
import type { Timers } from './timers'

/** Bytes taken from one gateway at once. It hands over at most a few MB for each of its workers. */
const DRAIN_BYTES_MAX = 64 * 1024 * 1024
const DRAIN_TIMEOUT_MS = 5_000

export interface DrainOptions {
  /** Each hands over every exchange once. */
  readonly urls: readonly string[]
  /** What to show at a gateway's door. */
  readonly headersFor: (url: string) => Readonly<Record<string, string>>
  readonly intervalMs: number
  readonly timers: Timers
  readonly logger: Logger
  readonly add: (line: CapturedExchange | RequestPaths) => void
}

/** Takes captured exchanges out of gateways. What could not be read is counted, never thrown. */
export class ExchangeDrain {
  /** Lines that were no exchange. */
  malformed = 0
  private readonly options: DrainOptions
  private readonly abort = new AbortController()
  private cancel: () => void = () => {}
  private running: Promise<void> = Promise.resolve()

  constructor(options: DrainOptions) {
    this.options = options
  }

  start(): void {
    if (this.abort.signal.aborted || this.options.urls.length === 0) return
    this.cancel = this.options.timers.later(this.options.intervalMs, () => {
      this.running = this.drain().finally(() => this.start())
    })
  }

  /** Ends the fetch under way and makes no other. */
  async stop(): Promise<void> {
    this.abort.abort()
    this.cancel()
    await this.running
  }

  /** A gateway that does not answer has nothing for us now; the scraper is who says that it is away. */
  private async drain(): Promise<void> {
    const { urls, headersFor } = this.options
    const bounds = {
      bytesMax: DRAIN_BYTES_MAX,
      timeoutMs: DRAIN_TIMEOUT_MS,
      signal: this.abort.signal,
    }
    const results = await Promise.all(
      urls.map((url) => fetchMetrics(url, { ...bounds, headers: headersFor(url) })),
    )
    for (const result of results) if (result.ok) this.read(result.text)
  }

  private read(text: string): void {
    const before = this.malformed
    for (const line of text.split('\n')) {
      if (line === '') continue
      const exchange = parseLine(line)
      if (exchange === null) this.malformed++
      else this.options.add(exchange)
    }
    if (before === 0 && this.malformed > 0) {
      this.options.logger.warn('captured exchanges could not be read', {
        lines: this.malformed,
      })
    }
  }
}

/** Null for what is neither; the gateway is trusted with the rest of its shape. */
function parseLine(line: string): CapturedExchange | RequestPaths | null {
  try {
    const value: unknown = JSON.parse(line)
    return isExchange(value) || isRequestPaths(value) ? value : null
  } catch {
    return null
  }
}

function isRequestPaths(value: unknown): value is RequestPaths {
  if (typeof value !== 'object' || value === null) return false
  const { kind, route, rule, paths, beyond } = value as Partial<RequestPaths>
  const isPlaced = typeof route === 'string' && typeof rule === 'number'
  return kind === 'requests' && isPlaced && Array.isArray(paths) && typeof beyond === 'number'
}

function isExchange(value: unknown): value is CapturedExchange {
  if (typeof value !== 'object' || value === null) return false
  const has = (name: string, type: string) => typeof Reflect.get(value, name) === type
  return (
    ['id', 'route', 'requestId', 'kind'].every((name) => has(name, 'string')) &&
    ['capturedAt', 'generation', 'rule', 'filterIndex'].every((name) => has(name, 'number')) &&
    ['request', 'primary', 'mirror'].every((name) => has(name, 'object'))
  )
}
