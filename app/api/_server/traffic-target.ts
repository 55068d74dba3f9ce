/** A Gateway's status → this → the address its traffic goes to. */
import type { TrafficRequestChecked } from '@/lib/dashboard-api/traffic'
import type { Gateway } from '@/lib/gateway-api/types'

export interface TrafficTarget {
  readonly url: string
  readonly connectHost: string
  readonly connectPort: number
}

const HOST_PORT = /^(.+):(\d{1,5})$/

/** Returns where the request goes, or a sentence that says why it cannot go anywhere. */
export function trafficTarget(
  gateway: Gateway,
  request: TrafficRequestChecked,
): TrafficTarget | string {
  const { listeners } = gateway.spec
  const named = request.listener
  const listener = listeners.find(
    ({ name, protocol }) => protocol === 'HTTP' && (named === undefined || name === named),
  )
  if (listener === undefined) {
    return named === undefined
      ? `Gateway ${request.gateway} has no HTTP listener.`
      : `Gateway ${request.gateway} has no HTTP listener named "${named}".`
  }
  const [address] = gateway.status?.addresses ?? []
  if (address === undefined) {
    return `Gateway ${request.gateway} has no address yet; its conditions say why.`
  }
  // A gateway that may not open the listener's own port reports the one it opened instead.
  const [, host, port] =
    (address.type !== 'IPAddress' && HOST_PORT.exec(address.value)) || ([] as string[])
  const connectHost = host ?? address.value
  const connectPort = port === undefined ? listener.port : Number(port)
  const shown = connectHost.includes(':') ? `[${connectHost}]` : connectHost
  const suffix = connectPort === 80 ? '' : `:${connectPort}`
  return { url: `http://${shown}${suffix}${request.path}`, connectHost, connectPort }
}
