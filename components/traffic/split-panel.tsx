import { formatCount, formatLatency, formatShare } from '@/components/format/numbers'
import { Panel } from '@/components/ui/panel'
import type { RouteSeries } from '@/lib/dashboard-api/series'
import { localName, mirrorName } from '@/lib/traffic/names'

type ByCode = Readonly<Record<string, number>>

/** `980 with status 200, 20 with status 503`, most frequent first. */
export function formatCodes(totalsByCode: ByCode): string {
  const codes = Object.entries(totalsByCode)
    .filter(([, count]) => count > 0)
    .sort(([, left], [, right]) => right - left)
    .map(([code, count]) => `${formatCount(count)} with status ${code}`)
  return codes.length === 0 ? 'no answers yet' : codes.join(', ')
}

interface SplitRow {
  key: string
  name: string
  total: number
  share: string
  codes: string
  p50: number | null
  p99: number | null
}

function SplitTable({ caption, rows }: { caption: string; rows: readonly SplitRow[] }) {
  return (
    <table className="w-full text-xs tabular-nums">
      <caption className="sr-only">{caption}</caption>
      <thead className="text-left text-muted">
        <tr>
          <th scope="col" className="py-1 pr-2 font-medium">
            Service
          </th>
          <th scope="col" className="py-1 pl-2 text-right font-medium">
            Count
          </th>
          <th scope="col" className="py-1 pl-2 text-right font-medium">
            Share
          </th>
          <th scope="col" className="py-1 pl-2 text-right font-medium">
            p50
          </th>
          <th scope="col" className="py-1 pl-2 text-right font-medium">
            p99
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key} className="border-t border-line align-top">
            <th scope="row" className="max-w-32 py-1 pr-2 text-left font-normal">
              <span className="block truncate font-mono" title={row.name}>
                {row.name}
              </span>
              <span className="block text-2xs text-muted">{row.codes}</span>
            </th>
            <td className="py-1 pl-2 text-right font-medium">{formatCount(row.total)}</td>
            <td className="py-1 pl-2 text-right">{row.share}</td>
            <td className="py-1 pl-2 text-right">{formatLatency(row.p50)}</td>
            <td className="py-1 pl-2 text-right">{formatLatency(row.p99)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function BackendsPanel({ series }: { series: RouteSeries }) {
  const rows = series.backends.map((backend) => ({
    key: backend.backend,
    name: localName(backend.backend, series.route),
    total: backend.total,
    share: formatShare(backend.total, series.primary.total),
    codes: formatCodes(backend.totalsByCode),
    p50: backend.latency.window.p50,
    p99: backend.latency.window.p99,
  }))
  return (
    <Panel title="Answered by">
      {series.blindSpots.backends !== undefined ? (
        <p className="text-muted">{series.blindSpots.backends}</p>
      ) : rows.length === 0 ? (
        <p className="text-muted">No backend has answered in this period.</p>
      ) : (
        <SplitTable caption="Responses per backend" rows={rows} />
      )}
    </Panel>
  )
}

export function MirrorsPanel({ series }: { series: RouteSeries }) {
  if (series.mirrors.length === 0) return null
  const rows = series.mirrors.map((mirrorSeries) => {
    const { rule, mirror, target, windowAccount, totalsByCode, latency } = mirrorSeries
    return {
      key: `${rule}/${mirror}/${target}`,
      name: mirrorName(mirrorSeries, series),
      total: windowAccount.mirrored,
      share: formatShare(windowAccount.mirrored, windowAccount.requests),
      codes: formatCodes(totalsByCode),
      p50: latency.window.p50,
      p99: latency.window.p99,
    }
  })
  return (
    <Panel title="Mirrored to">
      <SplitTable caption="Mirrored requests per mirror" rows={rows} />
    </Panel>
  )
}
