import type { Gateway, HTTPRoute } from './types'

function isAttached(route: HTTPRoute, gateway: Gateway): boolean {
  const namespace = route.metadata.namespace ?? ''
  return (route.spec.parentRefs ?? []).some(
    (parent) =>
      parent.name === gateway.metadata.name &&
      (parent.namespace ?? namespace) === gateway.metadata.namespace,
  )
}

/** The Host header that reaches a route of the Gateway; undefined when none names one. */
export function hostFor(gateway: Gateway, routes: readonly HTTPRoute[]): string | undefined {
  const hostname = routes
    .filter((route) => isAttached(route, gateway))
    .flatMap((route) => route.spec.hostnames ?? [])[0]
  return hostname?.replace(/^\*/, 'www')
}

/** Where a Gateway is reached: `http://127.0.0.5:10080`; undefined until it has an address. */
export function gatewayOrigin(gateway: Gateway): string | undefined {
  const address = gateway.status?.addresses?.[0]?.value
  const listener = gateway.spec.listeners.find(({ protocol }) => protocol === 'HTTP')
  if (address === undefined || listener === undefined) return undefined
  // An address may carry a port of its own, where the listener's may not be bound.
  const hasPort = /:\d+$/.test(address)
  const port = hasPort || listener.port === 80 ? '' : `:${listener.port}`
  return `http://${address}${port}`
}

/** A command that sends one request through a Gateway; undefined until it has an address. */
export function curlCommand(gateway: Gateway, routes: readonly HTTPRoute[]): string | undefined {
  const origin = gatewayOrigin(gateway)
  if (origin === undefined) return undefined
  const host = hostFor(gateway, routes)
  const header = host === undefined ? '' : `-H "Host: ${host}" `
  return `curl -v ${header}${origin}/get`
}
