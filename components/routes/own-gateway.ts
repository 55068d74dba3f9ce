import { SANDBOX_CONTEXT } from '@/lib/dashboard-api/live'
import type { Gateway, GatewayClass } from '@/lib/gateway-api/types'
import { implementationOf } from '@/lib/validation/lints/implementation'

/** Whether Mirrorboard's own gateway serves a Gateway, so that what was foretold holds to the letter. */
export function isOwnGateway(
  gateway: Gateway | undefined,
  gatewayClasses: readonly GatewayClass[],
  context: string | undefined,
): boolean {
  const name = gateway?.spec.gatewayClassName
  const found = gatewayClasses.find(({ metadata }) => metadata.name === name)
  if (found === undefined) return false
  const implementation = implementationOf(found.spec.controllerName)
  return (
    implementation === 'mirrorboard' || (implementation === 'envoy' && context === SANDBOX_CONTEXT)
  )
}
