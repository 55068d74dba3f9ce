/** Routes of kinds that Gateways of ours do not serve: they are told so, as silence would look like waiting. */
import type { NamespacedName } from '@/lib/gateway-api/references'
import type { GRPCRoute } from '@/lib/gateway-api/types'
import { parentGatewayKey } from './attach-route'
import { negative } from './condition'
import type { GatewayNode, RefusedNode } from './graph'

/**
 * Those of the routes that name a Gateway of ours, or carry a status of ours, each parent refused: no listener allows
 * their kind. https://gateway-api.sigs.k8s.io/reference/spec/#routegroupkind
 */
export function refuseRoutes(
  routes: readonly GRPCRoute[],
  gatewayByKey: ReadonlyMap<NamespacedName, GatewayNode>,
  controllerNames: readonly string[],
): readonly RefusedNode[] {
  const nodes = routes.map((source): RefusedNode => {
    const parents = (source.spec.parentRefs ?? []).flatMap((parentRef) => {
      const key = parentGatewayKey(source, parentRef)
      const gateway = key === null ? undefined : gatewayByKey.get(key)
      if (gateway === undefined) return []
      const message = `Gateway ${gateway.key} serves HTTPRoutes; ${source.kind}s are not supported.`
      const { controllerName } = gateway.gatewayClass.source.spec
      const findings = [negative('Accepted', { reason: 'NotAllowedByListeners', message })]
      return [{ parentRef, controllerName, findings }]
    })
    return { source, parents }
  })
  const isOurs = ({ source, parents }: RefusedNode) =>
    parents.length > 0 ||
    (source.status?.parents ?? []).some((parent) => controllerNames.includes(parent.controllerName))
  return nodes.filter(isOurs)
}
