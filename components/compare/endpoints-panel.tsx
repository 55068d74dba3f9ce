import { formatCount, formatDayTime, plural } from '@/components/format/numbers'
import { Panel } from '@/components/ui/panel'
import { ScrollRegion } from '@/components/ui/scroll-region'
import type { ComparisonSnapshot } from '@/lib/comparison/snapshot'
import type { PairFilter } from '@/lib/dashboard-api/comparison'

interface EndpointsPanelProps {
  snapshot: ComparisonSnapshot
  filter: PairFilter
  onChoose: (filter: PairFilter) => void
}

function coveredText({ since, beyond }: ComparisonSnapshot['requests']): string {
  if (since === 0) return 'Patterns are of captured pairs only: other requests are not counted.'
  const all = `Patterns are of all requests of this rule since ${formatDayTime(since)}, captured or not.`
  return beyond === 0
    ? all
    : `${all} ${plural(beyond, 'request')} had more distinct paths than are counted separately, and are in none of the patterns.`
}

/** Paths asked for, ids taken out, with the pairs of each; and those that no pair has asked. */
export function EndpointsPanel({ snapshot, filter, onChoose }: EndpointsPanelProps) {
  const { endpoints, unseenEndpoints, requests } = snapshot
  const requestsOf = new Map(requests.endpoints.map((one) => [one.endpoint, one.requests]))
  const countOf = (endpoint: string) => formatCount(requestsOf.get(endpoint) ?? 0)
  const sorted = endpoints.toSorted((left, right) => right.pairs - left.pairs)
  const known = endpoints.length + unseenEndpoints.length
  return (
    <Panel title="Path patterns">
      <p className="pb-1 text-xs">
        {unseenEndpoints.length === 0
          ? `All ${plural(known, 'known path pattern')} compared.`
          : `${formatCount(unseenEndpoints.length)} of ${formatCount(known)} path patterns not compared yet.`}
      </p>
      <ScrollRegion label="Path patterns with their pairs" className="max-h-72 overflow-auto">
        <table className="w-full text-xs tabular-nums">
          <thead className="text-muted">
            <tr>
              <th scope="col" className="py-1 text-left font-medium">
                Pattern
              </th>
              <th scope="col" className="py-1 pl-2 text-right font-medium">
                Requests
              </th>
              <th scope="col" className="py-1 pl-2 text-right font-medium">
                Pairs
              </th>
              <th scope="col" className="py-1 pl-2 text-right font-medium">
                Differing
              </th>
            </tr>
          </thead>
          <tbody>
            {unseenEndpoints.map((endpoint) => (
              <tr key={endpoint} className="border-t border-line">
                <th scope="row" className="py-1 text-left font-mono font-normal break-all">
                  {endpoint}
                </th>
                <td className="py-1 pl-2 text-right">{countOf(endpoint)}</td>
                <td colSpan={2} className="py-1 pl-2 text-right text-warn">
                  not compared
                </td>
              </tr>
            ))}
            {sorted.map(({ endpoint, pairs, differing }) => {
              const isChosen = filter.endpoint === endpoint
              return (
                <tr key={endpoint} className="border-t border-line">
                  <th scope="row" className="py-1 text-left font-normal">
                    <button
                      type="button"
                      aria-pressed={isChosen}
                      onClick={() => onChoose(isChosen ? {} : { endpoint })}
                      className="text-left font-mono break-all text-accent hover:underline"
                    >
                      {endpoint}
                    </button>
                  </th>
                  <td className="py-1 pl-2 text-right">{countOf(endpoint)}</td>
                  <td className="py-1 pl-2 text-right">{formatCount(pairs)}</td>
                  <td className="py-1 pl-2 text-right">{formatCount(differing)}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </ScrollRegion>
      <p className="pt-1 text-2xs text-muted">
        {coveredText(requests)} “Differing” includes noise.
      </p>
    </Panel>
  )
}
