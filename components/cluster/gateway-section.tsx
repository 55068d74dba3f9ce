import { Chip } from '@/components/ui/chip'
import { CopyButton } from '@/components/ui/copy-button'
import { Panel } from '@/components/ui/panel'
import { StatusIcon } from '@/components/ui/status-icon'
import { curlCommand } from '@/lib/gateway-api/curl-command'
import { keyOf } from '@/lib/gateway-api/references'
import type { Gateway, GatewayClass, HTTPRoute } from '@/lib/gateway-api/types'

function isProgrammed(gateway: Gateway): boolean {
  return (gateway.status?.conditions ?? []).some(
    ({ type, status }) => type === 'Programmed' && status === 'True',
  )
}

function Listeners({ gateway }: { gateway: Gateway }) {
  return (
    <table className="w-full text-[0.8125rem]">
      <thead className="text-left text-xs text-muted">
        <tr>
          <th scope="col" className="py-1 pr-3 font-medium">
            Listener
          </th>
          <th scope="col" className="py-1 pr-3 font-medium">
            Protocol and port
          </th>
          <th scope="col" className="py-1 pr-3 font-medium">
            Hostname
          </th>
          <th scope="col" className="py-1 font-medium">
            Attached routes
          </th>
        </tr>
      </thead>
      <tbody>
        {gateway.spec.listeners.map(({ name, protocol, port, hostname }) => (
          <tr key={name} className="border-t border-line">
            <th scope="row" className="py-1.5 pr-3 text-left font-medium">
              {name}
            </th>
            <td className="py-1.5 pr-3">
              {protocol} {port}
            </td>
            <td className="py-1.5 pr-3">{hostname ?? 'any'}</td>
            <td className="py-1.5 tabular-nums">
              {gateway.status?.listeners?.find((status) => status.name === name)?.attachedRoutes ??
                '–'}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** One Gateway: its address, its listeners, and a request to try. */
export function GatewaySection({
  gateway,
  routes,
}: {
  gateway: Gateway
  routes: readonly HTTPRoute[]
}) {
  const addresses = (gateway.status?.addresses ?? []).map(({ value }) => value)
  const curl = curlCommand(gateway, routes)
  const programmed = isProgrammed(gateway)
  return (
    <Panel
      title={`Gateway ${keyOf(gateway)}`}
      actions={
        <>
          <Chip>class {gateway.spec.gatewayClassName}</Chip>
          <Chip tone={programmed ? 'ok' : 'warn'}>
            {programmed ? 'Programmed' : 'Not programmed'}
          </Chip>
        </>
      }
    >
      <p className="pb-2">
        <span className="text-muted">Addresses: </span>
        <span className="font-mono text-xs">
          {addresses.length === 0 ? 'none yet' : addresses.join(', ')}
        </span>
      </p>
      <Listeners gateway={gateway} />
      {curl === undefined ? null : (
        <div className="mt-3 flex items-center gap-2 rounded-md bg-sunken px-3 py-2">
          <code className="min-w-0 flex-1 font-mono text-xs break-all">{curl}</code>
          <CopyButton text={curl} what="curl command" />
        </div>
      )}
    </Panel>
  )
}

/** One GatewayClass: who controls it, and what it says it can do. */
export function GatewayClassSection({ gatewayClass }: { gatewayClass: GatewayClass }) {
  const features = gatewayClass.status?.supportedFeatures ?? []
  const accepted = (gatewayClass.status?.conditions ?? []).some(
    ({ type, status }) => type === 'Accepted' && status === 'True',
  )
  return (
    <Panel
      title={`GatewayClass ${gatewayClass.metadata.name}`}
      actions={
        <span className="flex items-center gap-1.5 text-xs">
          <StatusIcon status={accepted ? 'ok' : 'pending'} />
          {accepted ? 'Accepted' : 'Not accepted yet'}
        </span>
      }
    >
      <p className="font-mono text-xs break-all">{gatewayClass.spec.controllerName}</p>
      {features.length === 0 ? (
        <p className="pt-1 text-muted">The controller lists no supported features.</p>
      ) : (
        <details className="pt-1">
          <summary className="cursor-pointer text-muted">
            {features.length} supported features
          </summary>
          <ul className="flex flex-wrap gap-1.5 pt-2">
            {features.map(({ name }) => (
              <li key={name}>
                <Chip>{name}</Chip>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Panel>
  )
}
