/** PromQL → this → a Prometheus server's answer. https://prometheus.io/docs/prometheus/latest/querying/api/ */
import type { Labels } from '../slots'

export interface MatrixSeries {
  readonly labels: Labels
  /** Seconds since the epoch, and the value as Prometheus writes it. */
  readonly values: readonly (readonly [number, string])[]
}

export interface Grid {
  /** Seconds since the epoch of the first value. */
  readonly start: number
  readonly stepSeconds: number
  /** Steps after the first value: there are `points + 1` values. */
  readonly points: number
}

export interface ClientBounds {
  readonly bytesMax: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** Asks a Prometheus server. Every failure is a sentence that says what to look at. */
export class PrometheusClient {
  private readonly base: URL
  private readonly headers: Record<string, string>
  private readonly bounds: ClientBounds

  /** A user and password in the URL are sent as basic authentication. Throws when the URL is not http or https. */
  constructor(url: string, bounds: ClientBounds) {
    const isUrl = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
    if (!isUrl) throw new Error('MIRRORBOARD_PROMETHEUS_URL takes an http:// or https:// URL.')
    this.base = new URL(url)
    const { username, password } = this.base
    this.headers = { 'content-type': 'application/x-www-form-urlencoded' }
    if (username !== '') {
      const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
      this.headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`
    }
    this.base.username = ''
    this.base.password = ''
    this.base.search = ''
    this.bounds = bounds
  }

  /** One value per series and grid time at most. */
  queryRange(query: string, grid: Grid): Promise<readonly MatrixSeries[] | string> {
    const { start, stepSeconds, points } = grid
    return this.ask('query_range', {
      query,
      start: String(start),
      end: String(start + points * stepSeconds),
      step: String(stepSeconds),
    })
  }

  /** The raw samples of a range vector, `metric[10m]`, up to a time. */
  queryRaw(query: string, time: number): Promise<readonly MatrixSeries[] | string> {
    return this.ask('query', { query, time: String(time) })
  }

  private async ask(
    path: string,
    parameters: Record<string, string>,
  ): Promise<readonly MatrixSeries[] | string> {
    const { bytesMax, timeoutMs, signal } = this.bounds
    const url = new URL(`${this.base.pathname.replace(/\/$/, '')}/api/v1/${path}`, this.base)
    const shown = `Prometheus at ${this.base.origin}`
    // By hand, because in Node 20 AbortSignal.any() grows with every query on a signal that lives as long as the plane.
    const controller = new AbortController()
    const leave = () => controller.abort()
    const timer = setTimeout(leave, timeoutMs)
    signal.addEventListener('abort', leave, { once: true })
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: this.headers,
        body: new URLSearchParams(parameters),
        signal: controller.signal,
      })
      const text = await readBounded(response, bytesMax)
      if (text === null) return `${shown} answered with more than ${bytesMax} bytes.`
      return readAnswer(text) ?? `${shown} answered ${response.status}: ${errorIn(text)}`
    } catch {
      return controller.signal.aborted
        ? `${shown} did not answer within ${timeoutMs / 1000} s.`
        : `${shown} cannot be reached.`
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', leave)
    }
  }
}

async function readBounded(response: Response, bytesMax: number): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = response.body?.getReader()
  for (;;) {
    const chunk = (await reader?.read())?.value
    if (chunk === undefined) break
    length += chunk.length
    if (length > bytesMax) {
      await reader?.cancel()
      return null
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function readAnswer(text: string): readonly MatrixSeries[] | null {
  const body = parse(text)
  if (!isRecord(body) || body['status'] !== 'success' || !isRecord(body['data'])) return null
  const { result } = body['data']
  return Array.isArray(result) ? result.flatMap(readSeries) : null
}

function readSeries(value: unknown): MatrixSeries[] {
  if (!isRecord(value) || !isRecord(value['metric']) || !Array.isArray(value['values'])) return []
  const labels = Object.entries(value['metric']).map(([name, text]) => [name, String(text)])
  const values = value['values'].filter(isSample)
  return [{ labels: Object.fromEntries(labels), values }]
}

function isSample(value: unknown): value is readonly [number, string] {
  return Array.isArray(value) && typeof value[0] === 'number' && typeof value[1] === 'string'
}

function errorIn(text: string): string {
  const body = parse(text)
  const error = isRecord(body) ? body['error'] : undefined
  return typeof error === 'string' ? error.slice(0, 200) : 'no answer of the Prometheus API.'
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
