/**
 * What a validating webhook does on a real cluster: refuses objects that the schema allows. The rule is the editor's own.
 * Previous step: schema and rules in served-kind.ts. Next step: store.ts.
 */

import { GATEWAY_API_GROUP, type ResourceKind } from '@/lib/gateway-api/kinds'
import type { JsonObject } from '@/lib/shared/json'
import { severalMirrorsDenial } from '@/lib/validation/several-mirrors'
import { objectKey } from '../api/names'
import type { ApiStatus } from '../api/outcome'
import type { Store } from '../storage/store'

/**
 * Why the webhook denies the object, or undefined. It is asked before every write of the object itself, also where the stored
 * one is no better, and not before writes of a subresource, which the webhook's rules do not name.
 */
export function webhookRefusal(
  store: Store,
  resource: ResourceKind,
  object: JsonObject,
): ApiStatus | undefined {
  if (resource.group !== GATEWAY_API_GROUP || resource.kind !== 'HTTPRoute') return undefined
  const message = severalMirrorsDenial(object, {
    gateway: (namespace, name) =>
      store.head(`${GATEWAY_API_GROUP}/gateways`, objectKey(namespace, name)),
    gatewayClass: (name) => store.head(`${GATEWAY_API_GROUP}/gatewayclasses`, objectKey('', name)),
  })
  return message === null ? undefined : { code: 400, reason: '', message }
}
