'use client'

import { useUrlState } from '@/components/data/use-url-state'
import {
  formatCount,
  formatLatency,
  formatRate,
  formatShare,
  formatSize,
} from '@/components/format/numbers'
import { Panel } from '@/components/ui/panel'
import { ScrollRegion } from '@/components/ui/scroll-region'
import type { RouteSeries } from '@/lib/dashboard-api/series'
import { type Part, type PartGroup, partsOf } from '@/lib/traffic/parts'
import { formatCodes } from './split-panel'

const COLUMNS = [
  'Count',
  'Share',
  'Per second',
  'In flight now',
  'p50',
  'p90',
  'p99',
  'Bytes in',
  'Bytes out',
] as const

function PartRow({ part, seconds }: { part: Part; seconds: number }) {
  const url = useUrlState()
  const { name, rule, total, of, totalsByCode, inFlight, quantiles, bytes } = part
  const cells = [
    formatCount(total),
    of === null ? '' : formatShare(total, of),
    formatRate(total / seconds),
    formatCount(inFlight),
    formatLatency(quantiles.p50),
    formatLatency(quantiles.p90),
    formatLatency(quantiles.p99),
    formatSize(bytes.request),
    formatSize(bytes.response),
  ]
  return (
    <tr className="border-t border-line align-top">
      <th scope="row" className="py-1 pr-2 text-left font-normal">
        {rule === null ? (
          <span className="font-medium break-all">{name}</span>
        ) : (
          <button
            type="button"
            className="font-medium text-accent hover:underline"
            onClick={() => url.set({ rule })}
          >
            {name}
          </button>
        )}
        <span className="block text-2xs text-muted">{formatCodes(totalsByCode)}</span>
      </th>
      {cells.map((cell, index) => (
        <td key={COLUMNS[index]} className="py-1 pl-3 text-right whitespace-nowrap">
          {cell}
        </td>
      ))}
    </tr>
  )
}

function Group({ group, seconds }: { group: PartGroup; seconds: number }) {
  return (
    <tbody>
      <tr className="border-t border-line">
        <th
          scope="rowgroup"
          colSpan={COLUMNS.length + 1}
          className="pt-2 pb-1 text-left text-2xs font-semibold text-muted"
        >
          {group.title}
        </th>
      </tr>
      {group.parts.map((part) => (
        <PartRow key={part.key} part={part} seconds={seconds} />
      ))}
      {group.blindSpot === undefined ? null : (
        <tr>
          <td colSpan={COLUMNS.length + 1} className="py-1 text-muted">
            {group.blindSpot}
          </td>
        </tr>
      )}
    </tbody>
  )
}

interface PartsPanelProps {
  series: RouteSeries
  rangeName: string
  /** The rule that is shown alone. */
  rule: string | null
  /** Seconds of the range that were measured. */
  seconds: number
}

/** The route, every rule, backend and mirror in exact numbers; a rule's name shows it alone. */
export function PartsPanel({ series, rangeName, rule, seconds }: PartsPanelProps) {
  const { latency, bytes = 'Bytes of bodies, without headers.' } = series.blindSpots
  return (
    <Panel title="In numbers">
      <ScrollRegion label="In numbers, table" className="overflow-x-auto">
        <table className="w-full min-w-[46rem] text-xs tabular-nums">
          <caption className="sr-only">Every part of the route, {rangeName.toLowerCase()}</caption>
          <thead className="text-left text-muted">
            <tr>
              <th scope="col" className="py-1 pr-2 font-medium">
                {rangeName}
              </th>
              {COLUMNS.map((name) => (
                <th key={name} scope="col" className="py-1 pl-3 text-right font-medium">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          {partsOf(series, rule).map((group) => (
            <Group key={group.title} group={group} seconds={seconds} />
          ))}
        </table>
      </ScrollRegion>
      <p className="pt-2 text-2xs text-pretty text-muted">
        {bytes} {latency}
      </p>
    </Panel>
  )
}
