import { formatCount, formatShare, plural, UNKNOWN } from '@/components/format/numbers'
import { Panel } from '@/components/ui/panel'
import { ScrollRegion } from '@/components/ui/scroll-region'
import {
  countAbove,
  DIFFERENCE_EDGES_MS,
  LATENCY_EDGES_MS,
  quantileEdge,
  total,
} from '@/lib/comparison/latency-counts'
import type { LatencySnapshot } from '@/lib/comparison/snapshot'

interface Bar {
  readonly label: string
  readonly count: number
  readonly isSlower: boolean
}

/** The buckets from the first to the last that has a pair. */
function barsOf(counts: readonly number[]): readonly Bar[] {
  const first = counts.findIndex((count) => count > 0)
  const last = counts.findLastIndex((count) => count > 0)
  return counts.slice(Math.max(first, 0), last + 1).map((count, offset) => {
    const bucket = first + offset
    const from = DIFFERENCE_EDGES_MS[bucket - 1]
    const to = DIFFERENCE_EDGES_MS[bucket]
    return { label: labelOf(from, to), count, isSlower: (from ?? -1) >= 0 }
  })
}

function labelOf(from: number | undefined, to: number | undefined): string {
  if (from === undefined) return `${-(to ?? 0)} ms faster or more`
  if (to === undefined) return `over ${from} ms slower`
  return from >= 0 ? `${from} to ${to} ms slower` : `${-to} to ${-from} ms faster`
}

function edgeText(counts: readonly number[], edges: readonly number[], quantile: number): string {
  const edge = quantileEdge(counts, edges, quantile)
  if (edge === null) return UNKNOWN
  return Number.isFinite(edge) ? `≤ ${edge} ms` : `> ${edges.at(-1)} ms`
}

const QUANTILES = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p99', 0.99],
] as const

function Quantiles({ latency }: { latency: LatencySnapshot }) {
  const rows = [
    { name: 'Primary', counts: latency.primary, edges: LATENCY_EDGES_MS },
    { name: 'Mirror', counts: latency.mirror, edges: LATENCY_EDGES_MS },
    { name: 'Mirror − primary, paired', counts: latency.difference, edges: DIFFERENCE_EDGES_MS },
    { name: 'Primary − itself (repeats)', counts: latency.calibration, edges: DIFFERENCE_EDGES_MS },
  ].filter(({ counts }) => total(counts) > 0)
  return (
    <table className="w-full text-xs tabular-nums">
      <caption className="sr-only">
        Quantiles of the latencies, to the edges of their buckets
      </caption>
      <thead className="text-muted">
        <tr>
          <th scope="col" className="py-1 text-left font-medium">
            Time to the last byte
          </th>
          {QUANTILES.map(([name]) => (
            <th key={name} scope="col" className="py-1 text-right font-medium">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, counts, edges }) => (
          <tr key={name} className="border-t border-line">
            <th scope="row" className="py-1 text-left font-normal">
              {name}
            </th>
            {QUANTILES.map(([label, quantile]) => (
              <td key={label} className="py-1 text-right whitespace-nowrap">
                {edgeText(counts, edges, quantile)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function sentenceOf({ difference }: LatencySnapshot): string {
  const all = total(difference)
  const slower = countAbove(difference, DIFFERENCE_EDGES_MS, 0)
  const median = edgeText(difference, DIFFERENCE_EDGES_MS, 0.5)
  return `The mirror was slower in ${formatCount(slower)} of ${plural(all, 'pair')} (${formatShare(slower, all)}); the median difference is ${median}.`
}

/** How much slower or faster the mirror was in the same request, as a distribution. */
export function LatencyPanel({ latency }: { latency: LatencySnapshot }) {
  const bars = barsOf(latency.difference)
  const all = total(latency.difference)
  const most = Math.max(1, ...bars.map(({ count }) => count))
  return (
    <Panel title="Latency difference, paired">
      {all === 0 ? (
        <p className="text-muted">No pair was answered by both sides yet.</p>
      ) : (
        <>
          <Quantiles latency={latency} />
          <p className="pt-1 text-xs text-pretty">{sentenceOf(latency)}</p>
          <ScrollRegion
            label="Distribution of the latency difference"
            className="mt-2 max-h-[40rem] overflow-y-auto"
          >
            <table className="w-full text-2xs tabular-nums">
              <caption className="sr-only">Pairs by how much slower the mirror was</caption>
              <tbody>
                {bars.map(({ label, count, isSlower }) => (
                  <tr key={label}>
                    <th scope="row" className="w-32 py-px pr-2 text-right font-normal text-muted">
                      {label}
                    </th>
                    <td className="py-px">
                      <div
                        aria-hidden
                        className="h-3 rounded-xs"
                        style={{
                          width: `${(100 * count) / most}%`,
                          minWidth: count > 0 ? 2 : 0,
                          background: isSlower ? 'var(--series-mirror)' : 'var(--series-primary)',
                        }}
                      />
                    </td>
                    <td className="w-24 py-px pl-2 text-right">
                      {formatCount(count)}{' '}
                      <span className="text-muted">{formatShare(count, all)}</span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollRegion>
        </>
      )}
    </Panel>
  )
}
