/** A Gateway's status → this → the address its traffic goes to. */
import { authorityOf, listenerAddress } from '@/lib/gateway-api/listener-address'
import type { Gateway, Listener } from '@/lib/gateway-api/types'

export interface TrafficTarget {
  readonly url: string
  readonly connectHost: string
  readonly connectPort: number
}

/** What is asked for: a listener by name, or by port, or the first of the scheme. */
export interface WantedTarget {
  /** `namespace/name`, for the sentences. */
  readonly gateway: string
  readonly path: string
  readonly scheme?: 'http' | 'https'
  readonly listener?: string | undefined
  readonly port?: number
}

/** Returns where the request goes, or a sentence that says why it cannot go anywhere. */
export function trafficTarget(gateway: Gateway, wanted: WantedTarget): TrafficTarget | string {
  const { scheme = 'http', path } = wanted
  const listener = gateway.spec.listeners.find((candidate) => isWanted(candidate, wanted))
  if (listener === undefined) return `Gateway ${wanted.gateway} has no ${missing(wanted)}.`
  const address = listenerAddress(gateway, listener)
  if (address === null) {
    return `Gateway ${wanted.gateway} has no address yet; its conditions say why.`
  }
  const { host, port, isName } = address
  if (isName) {
    return `Gateway ${wanted.gateway} has the host name ${host} as its address, and names are not resolved here; send the request from a terminal.`
  }
  const isDefault = port === (scheme === 'http' ? 80 : 443)
  const shown = authorityOf(address)
  const authority = isDefault ? shown.replace(/:\d+$/, '') : shown
  return { url: `${scheme}://${authority}${path}`, connectHost: host, connectPort: port }
}

function isWanted(
  { name, port, protocol }: Listener,
  { scheme = 'http', listener, port: wantedPort }: WantedTarget,
): boolean {
  if (protocol !== scheme.toUpperCase()) return false
  return (listener ?? name) === name && (wantedPort ?? port) === port
}

function missing({ scheme = 'http', listener, port }: WantedTarget): string {
  const which = [
    ...(listener === undefined ? [] : [` named "${listener}"`]),
    ...(port === undefined ? [] : [` on port ${port}`]),
  ]
  return `${scheme.toUpperCase()} listener${which.join('')}`
}
