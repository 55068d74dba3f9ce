import { ScrollRegion } from '@/components/ui/scroll-region'
import { StatusIcon } from '@/components/ui/status-icon'
import type { ServiceEndpoint } from '@/lib/routing/service-endpoints'
import { endpointState, isAnswering } from './service-text'

/** More addresses of one Service would push all others off the page. */
const ENDPOINTS_SHOWN_MAX = 20
const CELL = 'py-1.5 pr-3'
const COLUMNS = ['Endpoint', 'State', 'Ports', 'Belongs to'] as const

function EndpointRow({ endpoint }: { endpoint: ServiceEndpoint }) {
  const { address, ports, target } = endpoint
  return (
    <tr className="border-t border-line">
      <th scope="row" className={`${CELL} text-left font-mono text-xs font-normal break-all`}>
        {address}
      </th>
      <td className={CELL}>
        <span className="flex items-center gap-2">
          <StatusIcon status={isAnswering(endpoint) ? 'ok' : 'warn'} />
          {endpointState(endpoint)}
        </span>
      </td>
      <td className={`${CELL} font-mono text-xs`}>{ports.join(', ') || 'none'}</td>
      <td className={`${CELL} text-xs break-all`}>
        {target === null ? (
          <span className="text-muted">no object named</span>
        ) : (
          `${target.kind} ${target.name}`
        )}
      </td>
    </tr>
  )
}

interface EndpointTableProps {
  /** Of the Service. */
  name: string
  endpoints: readonly ServiceEndpoint[]
}

/** The addresses of a Service: what requests are sent to. Those that don't answer come first. */
export function EndpointTable({ name, endpoints }: EndpointTableProps) {
  if (endpoints.length === 0) return null
  const sorted = endpoints.toSorted(
    (left, right) => Number(isAnswering(left)) - Number(isAnswering(right)),
  )
  const shown = sorted.slice(0, ENDPOINTS_SHOWN_MAX)
  return (
    <ScrollRegion label={`Endpoints of ${name}, table`} className="overflow-x-auto px-3 pb-1">
      <table aria-label="Endpoints" className="w-full text-[0.8125rem]">
        <thead className="text-left text-xs text-muted">
          <tr>
            {COLUMNS.map((label) => (
              <th key={label} scope="col" className={`${CELL} font-medium`}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((endpoint) => (
            <EndpointRow key={endpoint.address} endpoint={endpoint} />
          ))}
        </tbody>
      </table>
      {sorted.length > shown.length ? (
        <p className="pb-2 text-xs text-muted">
          {sorted.length - shown.length} more endpoints, all in their EndpointSlices.
        </p>
      ) : null}
    </ScrollRegion>
  )
}
