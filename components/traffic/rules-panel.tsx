'use client'

import { useUrlState } from '@/components/data/use-url-state'
import { formatCount, formatLatency, formatRate, formatSize } from '@/components/format/numbers'
import { Panel } from '@/components/ui/panel'
import { ScrollRegion } from '@/components/ui/scroll-region'
import type { RouteSeries } from '@/lib/dashboard-api/series'
import { formatCodes } from './split-panel'

const COLUMNS = ['Requests', 'Per second', 'In flight', 'p50', 'p90', 'p99', 'In', 'Out'] as const

/** Every rule of the route in this time; its name shows it alone. */
export function RulesPanel({ series, seconds }: { series: RouteSeries; seconds: number }) {
  const url = useUrlState()
  if (series.rules.length === 0) return null
  return (
    <Panel title="Rules">
      <ScrollRegion label="Rules, table" className="overflow-x-auto">
        <table className="w-full min-w-[36rem] text-xs tabular-nums">
          <thead className="text-left text-muted">
            <tr>
              <th scope="col" className="py-1 pr-2 font-medium">
                Rule
              </th>
              {COLUMNS.map((name) => (
                <th key={name} scope="col" className="py-1 pl-3 text-right font-medium">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {series.rules.map(({ rule, total, totalsByCode, inFlight, quantiles, bytes }) => (
              <tr key={rule} className="border-t border-line align-top">
                <th scope="row" className="py-1 pr-2 text-left font-normal">
                  <button
                    type="button"
                    className="font-medium text-accent hover:underline"
                    onClick={() => url.set({ rule })}
                  >
                    Rule {rule}
                  </button>
                  <span className="block text-2xs text-muted">{formatCodes(totalsByCode)}</span>
                </th>
                <td className="py-1 pl-3 text-right font-medium">{formatCount(total)}</td>
                <td className="py-1 pl-3 text-right">{formatRate(total / seconds)}</td>
                <td className="py-1 pl-3 text-right">{formatCount(inFlight)}</td>
                <td className="py-1 pl-3 text-right">{formatLatency(quantiles.p50)}</td>
                <td className="py-1 pl-3 text-right">{formatLatency(quantiles.p90)}</td>
                <td className="py-1 pl-3 text-right">{formatLatency(quantiles.p99)}</td>
                <td className="py-1 pl-3 text-right">{formatSize(bytes.request)}</td>
                <td className="py-1 pl-3 text-right">{formatSize(bytes.response)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </Panel>
  )
}
