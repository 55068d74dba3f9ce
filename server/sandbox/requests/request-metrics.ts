/** Counts of requests under kube-apiserver's names. Labels come from what is served, never from a client. https://kubernetes.io/docs/reference/instrumentation/metrics/ */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { METRIC_SERIES_MAX } from '../api/limits'
import type { KindRegistry } from '../kinds/kind-registry'
import type { ServedKind } from '../kinds/served-kind'
import type { Answer } from './answer'
import { parseProxyPath } from './proxy-path'
import { parseResourcePath, type RequestInfo } from './request-info'

/** Label values of a request, in the order of `LABELS`. */
type Labels = readonly [
  group: string,
  resource: string,
  scope: string,
  subresource: string,
  verb: string,
  version: string,
]
const LABELS = ['group', 'resource', 'scope', 'subresource', 'verb', 'version']
const NONE: Labels = ['', '', '', '', 'other', '']

const SUBRESOURCES = new Set(
  'status,scale,log,exec,attach,portforward,proxy,token,finalize,ephemeralcontainers'.split(','),
)
const CONNECTING = new Set(['exec', 'attach', 'portforward', 'proxy'])
const BUCKETS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 5, 10, 30, 60]

interface Durations {
  readonly counts: number[]
  sum: number
}

export class RequestMetrics {
  readonly #kinds: KindRegistry
  readonly #totals = new Map<string, number>()
  readonly #durations = new Map<string, Durations>()
  readonly #longRunning = new Map<string, number>()
  readonly #inFlight = { mutating: 0, readOnly: 0 }

  constructor(kinds: KindRegistry) {
    this.#kinds = kinds
  }

  /** Begins to count a request; what comes back is told the answer once it is known. */
  begin(http: IncomingMessage, url: URL, response: ServerResponse): (answer: Answer) => void {
    const labels = labelsOf(this.#kinds, http, url)
    const startedAt = performance.now()
    const isReading = http.method === 'GET' || http.method === 'HEAD'
    const kind = isReading ? 'readOnly' : 'mutating'
    this.#inFlight[kind] += 1
    let isCounted = false
    const count = (code: number) => {
      if (isCounted) return
      isCounted = true
      this.#inFlight[kind] -= 1
      this.#record(labels, code, url.searchParams, (performance.now() - startedAt) / 1000)
    }
    response.once('close', () => count(response.statusCode))
    return (answer) => {
      if (answer.is === 'object' || answer.is === 'text') return
      count(answer.is === 'upgrade' ? 101 : 200)
      this.#hold(labels, http.headers.upgrade === undefined ? response : http.socket)
    }
  }

  /** A request that goes on: counted at once, and as open until its connection or response closes. */
  #hold(labels: Labels, until: { once(event: 'close', listener: () => void): unknown }): void {
    const key = labelText(LABELS, labels)
    this.#longRunning.set(key, (this.#longRunning.get(key) ?? 0) + 1)
    until.once('close', () => this.#longRunning.set(key, (this.#longRunning.get(key) ?? 1) - 1))
  }

  #record(labels: Labels, code: number, query: URLSearchParams, seconds: number): void {
    const dryRun = query.get('dryRun') === 'All' ? 'All' : ''
    const counted = labelText(['code', 'dry_run', ...LABELS], [String(code), dryRun, ...labels])
    const other = labelText(['code', 'dry_run', ...LABELS], [String(code), '', ...NONE])
    const isRoom = this.#totals.size < METRIC_SERIES_MAX || this.#totals.has(counted)
    const key = isRoom ? counted : other
    this.#totals.set(key, (this.#totals.get(key) ?? 0) + 1)
    const timed = labelText(LABELS, isRoom ? labels : NONE)
    const durations = this.#durations.get(timed) ?? {
      counts: BUCKETS.map(() => 0).concat(0),
      sum: 0,
    }
    this.#durations.set(timed, durations)
    const bucket = BUCKETS.findIndex((limit) => seconds <= limit)
    const index = bucket < 0 ? BUCKETS.length : bucket
    durations.counts[index] = (durations.counts[index] ?? 0) + 1
    durations.sum += seconds
  }

  /** Prometheus text, one line each. */
  lines(): string[] {
    const { mutating, readOnly } = this.#inFlight
    return [
      '# HELP apiserver_request_total Requests answered; a long-running one counts when its answer starts.',
      '# TYPE apiserver_request_total counter',
      ...lines('apiserver_request_total', this.#totals),
      '# HELP apiserver_request_duration_seconds Seconds until the answer was sent; of a long-running request, until it started.',
      '# TYPE apiserver_request_duration_seconds histogram',
      ...[...this.#durations].flatMap(([labels, durations]) => histogram(labels, durations)),
      '# HELP apiserver_longrunning_requests Watches, followed logs, port forwards and proxied requests that are open.',
      '# TYPE apiserver_longrunning_requests gauge',
      ...lines('apiserver_longrunning_requests', this.#longRunning),
      '# HELP apiserver_current_inflight_requests Requests that are being answered.',
      '# TYPE apiserver_current_inflight_requests gauge',
      `apiserver_current_inflight_requests{request_kind="mutating"} ${mutating}`,
      `apiserver_current_inflight_requests{request_kind="readOnly"} ${readOnly}`,
    ]
  }
}

function lines(name: string, values: ReadonlyMap<string, number>): string[] {
  return [...values].map(([labels, value]) => `${name}{${labels}} ${value}`)
}

function histogram(labels: string, { counts, sum }: Durations): string[] {
  const name = 'apiserver_request_duration_seconds'
  let total = 0
  const buckets = counts.map((count, index) => {
    total += count
    return `${name}_bucket{${labels},le="${BUCKETS[index] ?? '+Inf'}"} ${total}`
  })
  return [...buckets, `${name}_sum{${labels}} ${sum}`, `${name}_count{${labels}} ${total}`]
}

function labelText(names: readonly string[], values: readonly string[]): string {
  return names
    .map((name, index) => `${name}="${(values[index] ?? '').replace(/["\\\n]/g, '\\$&')}"`)
    .join(',')
}

/** What a request is about; all empty where it names nothing that is served. */
function labelsOf(kinds: KindRegistry, http: IncomingMessage, url: URL): Labels {
  const proxied = parseProxyPath(url.pathname)
  if (proxied !== undefined) return ['', proxied.plural, 'resource', 'proxy', 'CONNECT', 'v1']
  const info = parseResourcePath(url.pathname.replace(/\/$/, ''))
  const kind = info && kinds.find(info.group, info.version, info.plural)
  if (info === undefined || kind === undefined) return ['', '', '', '', plainVerb(http), '']
  const subresource = SUBRESOURCES.has(info.subresource) ? info.subresource : ''
  const { group, plural, version } = kind.resource
  const verb = CONNECTING.has(subresource) ? 'CONNECT' : verbOf(http, info, url.searchParams)
  return [group, plural, scopeOf(kind, info), subresource, verb, version]
}

function scopeOf(kind: ServedKind, info: RequestInfo): string {
  if (info.name !== '') return 'resource'
  return kind.resource.namespaced && info.namespace !== '' ? 'namespace' : 'cluster'
}

function plainVerb({ method = '' }: IncomingMessage): string {
  return /^(GET|HEAD|POST|PUT|PATCH|DELETE)$/.test(method) ? method : 'other'
}

function verbOf(http: IncomingMessage, info: RequestInfo, query: URLSearchParams): string {
  const verb = plainVerb(http)
  if (verb === 'PATCH') {
    return (http.headers['content-type'] ?? '').includes('apply-patch') ? 'APPLY' : 'PATCH'
  }
  if (info.name !== '') return verb
  if (verb === 'DELETE') return 'DELETECOLLECTION'
  if (verb !== 'GET') return verb
  return info.isWatchPath || /^(1|true)$/.test(query.get('watch') ?? '') ? 'WATCH' : 'LIST'
}
