/** Summaries and rates → the rows of the routes table: filtered and sorted. Pure. */
import type { Verdicts } from '@/components/data/verdicts'
import { sorted, trafficFindings, verdictFindings } from '@/components/findings/attention'
import type { Decision } from '@/lib/comparison/assess'
import type { Points, RouteOverview, SeriesOverview } from '@/lib/dashboard-api/series'
import type { HealthState, RouteSummary } from '@/lib/gateway-api/route-summary'

export interface RouteRow extends RouteSummary {
  /** Requests per second over the last steps; null when not known. */
  readonly requestRate: number | null
  readonly mirrorRate: number | null
  readonly requests: Points
  readonly mirrored: Points
  /** The cluster's word and what the last minutes show, whichever is worse. */
  readonly state: HealthState
  readonly statusText: string
}

export type SortColumn = 'name' | 'hostname' | 'mirrors' | 'status' | 'rate'
export interface Sort {
  readonly column: SortColumn
  readonly descending: boolean
}

export const DEFAULT_SORT: Sort = { column: 'name', descending: false }
const COLUMNS: readonly SortColumn[] = ['name', 'hostname', 'mirrors', 'status', 'rate']

/** `rate` or `-rate` from the URL; anything else is the default. */
export function parseSort(text: string): Sort {
  const descending = text.startsWith('-')
  const column = COLUMNS.find((known) => known === (descending ? text.slice(1) : text))
  return column === undefined ? DEFAULT_SORT : { column, descending }
}

export function formatSort({ column, descending }: Sort): string {
  return `${descending ? '-' : ''}${column}`
}

/** "Now" is the mean of this many seconds: one second alone jumps too much to read. */
export const RATE_NOW_SECONDS = 5

/** Mean per second over the newest steps; null when none of them was scraped. */
export function rateNow(points: Points, stepSeconds: number): number | null {
  const steps = Math.max(1, Math.round(RATE_NOW_SECONDS / stepSeconds))
  const known = points.slice(-steps).filter((point) => point !== null)
  if (known.length === 0) return null
  return known.reduce((sum, count) => sum + count, 0) / (known.length * stepSeconds)
}

const NO_POINTS: Points = []

/** A route the gateway has not served yet has no series: its rate is 0 while the source is up, unknown otherwise. */
export function joinRates(
  summaries: readonly RouteSummary[],
  overview: SeriesOverview | undefined,
  verdicts: Verdicts = new Map(),
): readonly RouteRow[] {
  const idle = overview?.source.state === 'ok' ? 0 : null
  return summaries.map((summary) => {
    const series = overview?.routes[summary.key]
    const status = statusOf(summary, series, verdicts.get(summary.key))
    if (overview === undefined || series === undefined) {
      return {
        ...summary,
        ...status,
        requestRate: idle,
        mirrorRate: idle,
        requests: NO_POINTS,
        mirrored: NO_POINTS,
      }
    }
    return {
      ...summary,
      ...status,
      requestRate: rateNow(series.requests, overview.stepSeconds),
      mirrorRate: rateNow(series.mirrored, overview.stepSeconds),
      requests: series.requests,
      mirrored: series.mirrored,
    }
  })
}

export interface RouteFilter {
  /** Words that must all occur in name, namespace, hostnames, gateways or mirror targets. */
  readonly text: string
  readonly namespace: string
}

export function filterRoutes<T extends RouteSummary>(
  rows: readonly T[],
  filter: RouteFilter,
): readonly T[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0 && filter.namespace === '') return rows
  return rows.filter((row) => {
    if (filter.namespace !== '' && row.namespace !== filter.namespace) return false
    const targets = row.mirrors.map(({ target }) => target)
    const haystack = [row.key, ...row.hostnames, ...row.gateways, ...targets]
      .join(' ')
      .toLowerCase()
    return words.every((word) => haystack.includes(word))
  })
}

const SEVERITY: Record<HealthState, number> = { bad: 0, warn: 1, pending: 2, ok: 3 }

/** A route its Gateways accept may still have a mirror that fails: that stands in front of "Accepted". */
function statusOf(
  { health }: RouteSummary,
  series: RouteOverview | undefined,
  decision: Decision | undefined,
): Pick<RouteRow, 'state' | 'statusText'> {
  const findings = sorted([
    ...verdictFindings(decision),
    ...(series === undefined ? [] : trafficFindings(series)),
  ])
  const states = [health.state, ...findings.map(({ urgency }) => urgency)]
  const state = states.reduce((worst, one) => (SEVERITY[one] < SEVERITY[worst] ? one : worst))
  const isFine = health.state === 'ok'
  const texts = [
    ...(isFine ? [] : [health.text]),
    ...findings.map(({ text }) => text),
    ...(isFine ? [health.text] : []),
  ]
  return { state, statusText: texts.join(' · ') }
}

const COMPARE: Record<SortColumn, (left: RouteRow, right: RouteRow) => number> = {
  name: (left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0),
  hostname: (left, right) => (left.hostnames[0] ?? '').localeCompare(right.hostnames[0] ?? ''),
  mirrors: (left, right) => left.mirrors.length - right.mirrors.length,
  status: (left, right) => SEVERITY[left.state] - SEVERITY[right.state],
  rate: (left, right) => (left.requestRate ?? -1) - (right.requestRate ?? -1),
}

/** Sorted by the column; equal rows stay in order of name. */
export function sortRows(rows: readonly RouteRow[], sort: Sort): readonly RouteRow[] {
  const direction = sort.descending ? -1 : 1
  return [...rows].sort(
    (left, right) => direction * COMPARE[sort.column](left, right) || COMPARE.name(left, right),
  )
}
