/** A route → the listeners that will serve it. Pure. */
import type { Gateway, GatewayClass, HTTPRoute, Namespace } from '@/lib/gateway-api/types'
import { buildGraph } from '@/lib/routing/build-graph'

export interface ServedListener {
  /** `namespace/name` of the Gateway. */
  readonly gateway: string
  readonly listener: string
  readonly port: number
}

interface Cluster {
  readonly gateways: readonly Gateway[]
  readonly gatewayClasses: readonly GatewayClass[]
  readonly namespaces: readonly Namespace[]
}

/** Listeners of the cluster's Gateways that the route attaches to, in the order of its parentRefs. */
export function servedListeners(route: HTTPRoute, cluster: Cluster): readonly ServedListener[] {
  const nothing = { referenceGrants: [], services: [], endpointSlices: [], secrets: [] }
  const controllerNames = cluster.gatewayClasses.map(({ spec }) => spec.controllerName)
  const graph = buildGraph({ ...cluster, ...nothing, httpRoutes: [route] }, { controllerNames })
  const attachments = graph.routes.flatMap(({ parents }) =>
    parents.flatMap((parent) =>
      parent.attachments.map(({ gateway, listener }) => ({
        gateway,
        listener,
        port:
          parent.gateway.listeners.find(({ source }) => source.name === listener)?.source.port ?? 0,
      })),
    ),
  )
  const seen = new Map(
    attachments.map((served) => [`${served.gateway}/${served.listener}`, served]),
  )
  return [...seen.values()]
}
