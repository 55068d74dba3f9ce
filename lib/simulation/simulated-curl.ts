import { authorityOf, listenerAddress } from '@/lib/gateway-api/listener-address'
import type { Gateway } from '@/lib/gateway-api/types'
import { shellQuote } from '@/lib/shared/shell-quote'
import type { SimulatedRequest } from './match-simulation'

/**
 * A simulated request as a command for a shell. Without an address in the Gateway's status a variable stands for it.
 * With https the host stands in the URL, so that the handshake asks for it, and the certificate is not checked.
 */
export function simulatedCurl(gateway: Gateway | undefined, request: SimulatedRequest): string {
  const { scheme, method, host, path, headers } = request
  const listener = gateway?.spec.listeners.find(({ port }) => port === request.port)
  const address = gateway && listener ? listenerAddress(gateway, listener) : null
  const at = address === null ? null : authorityOf(address)
  const isSecure = scheme === 'https'
  return [
    'curl -i --path-as-is',
    ...(isSecure
      ? [`-k --connect-to ${at === null ? '"::$GATEWAY_ADDRESS"' : shellQuote(`::${at}`)}`]
      : []),
    ...(method === 'GET' ? [] : [method === 'HEAD' ? '--head' : `-X ${method}`]),
    ...(isSecure ? [] : [`-H ${shellQuote(`Host: ${host}`)}`]),
    // curl takes a colon for "leave the header out", and a semicolon for an empty one.
    ...headers.map(({ name, value }) => {
      return `-H ${shellQuote(value === '' ? `${name};` : `${name}: ${value}`)}`
    }),
    isSecure
      ? shellQuote(`https://${host}${path}`)
      : at === null
        ? `"http://$GATEWAY_ADDRESS"${shellQuote(path)}`
        : shellQuote(`http://${at}${path}`),
  ].join(' ')
}
