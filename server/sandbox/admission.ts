/**
 * What a validating webhook does on a real cluster: refuses objects that the schema allows. Envoy Gateway's
 * release of the mirroring guide refuses several mirrors in one rule; here the GatewayClass decides.
 * Previous step: schema and rules in served-kind.ts. Next step: store.ts.
 */
import { GATEWAY_API_GROUP, type ResourceKind } from '@/lib/gateway-api/kinds'
import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { listAt, namespaceOf, objectAt, textAt } from './api-object'
import type { ApiStatus } from './outcome'
import { objectKey, type Store } from './store'

const SEVERAL_MIRRORS = 'HTTPRouteRequestMultipleMirrors'
const WEBHOOK = 'validate.gateway.networking.k8s.io'

/** Why the webhook denies the object, or undefined. */
export function webhookRefusal(
  store: Store,
  resource: ResourceKind,
  object: JsonObject,
): ApiStatus | undefined {
  if (resource.group !== GATEWAY_API_GROUP || resource.kind !== 'HTTPRoute') return undefined
  const rule = listAt(objectAt(object, 'spec'), 'rules').findIndex(hasSeveralMirrors)
  if (rule < 0 || everyParentAllowsSeveral(store, object)) return undefined
  const message = `admission webhook "${WEBHOOK}" denied the request: spec.rules[${rule}].filters: Invalid value: "RequestMirror": cannot be used multiple times in the same rule`
  return { code: 400, reason: '', message }
}

function hasSeveralMirrors(rule: unknown): boolean {
  if (!isJsonObject(rule)) return false
  const mirrors = listAt(rule, 'filters').filter(
    (filter) => isJsonObject(filter) && filter['type'] === 'RequestMirror',
  )
  return mirrors.length > 1
}

/** A parent that is not there yet allows nothing: its class is unknown. */
function everyParentAllowsSeveral(store: Store, route: JsonObject): boolean {
  const parents = listAt(objectAt(route, 'spec'), 'parentRefs').filter(isJsonObject)
  if (parents.length === 0) return false
  return parents.every((parent) => {
    const namespace = textAt(parent, 'namespace') || namespaceOf(route)
    const key = objectKey(namespace, textAt(parent, 'name'))
    const gateway = store.head(`${GATEWAY_API_GROUP}/gateways`, key)
    const className = textAt(objectAt(gateway, 'spec'), 'gatewayClassName')
    const gatewayClass = store.head(`${GATEWAY_API_GROUP}/gatewayclasses`, objectKey('', className))
    return listAt(objectAt(gatewayClass, 'status'), 'supportedFeatures').some(
      (feature) => isJsonObject(feature) && feature['name'] === SEVERAL_MIRRORS,
    )
  })
}
