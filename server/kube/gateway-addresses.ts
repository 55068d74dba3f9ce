import { BlockList, isIP } from 'node:net'
import { KINDS } from '@/lib/gateway-api/kinds'
import { listenerAddress } from '@/lib/gateway-api/listener-address'
import type { Gateway } from '@/lib/gateway-api/types'
import type { Cluster } from './load-cluster'
import { listObjects } from './objects'

/** Never a Gateway's, whatever a status says: clouds serve their machines' credentials there. */
const LINK_LOCAL = new BlockList()
LINK_LOCAL.addSubnet('169.254.0.0', 16, 'ipv4')
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6')
LINK_LOCAL.addAddress('fd00:ec2::254', 'ipv6')

/** Returns a check of whether an IP address and port are those of some listener of a Gateway now. Rejects with `KubeError`. */
export function gatewayAddresses(
  cluster: Cluster,
): (host: string, port: number) => Promise<boolean> {
  return async (host, port) => {
    const { items } = await listObjects(cluster, KINDS.gateways, { resourceVersion: '0' })
    return isReachedAt(items as readonly Gateway[], host, port)
  }
}

/** Whether a listener of one of the Gateways is reached at an IP address and port. */
export function isReachedAt(gateways: readonly Gateway[], host: string, port: number): boolean {
  // The list also covers IPv4 addresses that are mapped into IPv6.
  if (LINK_LOCAL.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4')) return false
  return gateways.some((gateway) =>
    gateway.spec.listeners.some((listener) => {
      const address = listenerAddress(gateway, listener)
      return address?.host === host && address.port === port
    }),
  )
}
