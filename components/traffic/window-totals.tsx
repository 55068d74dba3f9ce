import { formatCount, formatLatency, formatShare } from '@/components/format/numbers'
import type { RouteSeries, TrafficSeries } from '@/lib/dashboard-api/series'
import { retrySentence } from './account-sentence'
import { errorsNote, mirrorErrors } from './mirror-errors'
import { formatCodes } from './split-panel'

interface TileProps {
  label: string
  value: string
  note: string
}

function Tile({ label, value, note }: TileProps) {
  return (
    <div className="min-w-0 rounded-lg border border-line bg-panel px-3 py-2">
      <dt className="truncate text-2xs text-muted">{label}</dt>
      <dd>
        <span className="block text-lg leading-6 font-semibold tabular-nums">{value}</span>
        <span className="block truncate text-2xs text-muted" title={note}>
          {note}
        </span>
      </dd>
    </div>
  )
}

/** Responses that are errors of the server's side: 5xx. */
export function serverErrors({ totalsByCode }: Pick<TrafficSeries, 'totalsByCode'>): number {
  return Object.entries(totalsByCode)
    .filter(([code]) => code.startsWith('5'))
    .reduce((sum, [, count]) => sum + count, 0)
}

function compareLatency(primary: number | null, mirror: number | null): string {
  if (primary === null || mirror === null) return 'nothing to compare yet'
  const difference = mirror - primary
  const sign = difference < 0 ? '−' : '+'
  return `${sign}${formatLatency(Math.abs(difference))} vs primary`
}

/** The window in four numbers. */
export function WindowTotals({ route, rangeName }: { route: RouteSeries; rangeName: string }) {
  const { primary, mirrors } = route
  const mirrored = mirrors.reduce((sum, { windowAccount }) => sum + windowAccount.mirrored, 0)
  const slowest = mirrors.reduce<number | null>((worst, { latency }) => {
    const p99 = latency.window.p99
    if (p99 === null) return worst
    return worst === null ? p99 : Math.max(worst, p99)
  }, null)
  const errors = serverErrors(primary)
  const retries = retrySentence(route.retries)
  return (
    <>
      <dl
        aria-label={`Totals, ${rangeName.toLowerCase()}`}
        className="grid grid-cols-[repeat(auto-fit,minmax(9rem,1fr))] gap-2"
      >
        <Tile
          label="Requests"
          value={formatCount(primary.total)}
          note={
            primary.total === 0
              ? rangeName.toLowerCase()
              : `${formatCount(primary.inFlight)} in flight, ${formatCodes(primary.totalsByCode)}`
          }
        />
        <Tile
          label="Mirrored requests"
          value={formatCount(mirrored)}
          note={mirrors.length === 0 ? 'no mirror in use' : errorsNote(mirrorErrors(mirrors))}
        />
        <Tile
          label="Primary p99"
          value={formatLatency(primary.latency.window.p99)}
          note={
            primary.total === 0
              ? 'no requests yet'
              : `${formatShare(errors, primary.total)} server errors`
          }
        />
        <Tile
          label="Mirror p99"
          value={formatLatency(slowest)}
          note={compareLatency(primary.latency.window.p99, slowest)}
        />
      </dl>
      {retries === null ? null : <p className="text-xs text-muted tabular-nums">{retries}</p>}
    </>
  )
}
