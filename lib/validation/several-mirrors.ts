import { GATEWAY_API_GROUP } from '@/lib/gateway-api/kinds'
import { takesSeveralMirrors } from '@/lib/routing/supported-features'
import type { FieldError } from '@/lib/validation/field-error'
import { invalidError, joinFieldErrors } from '@/lib/validation/field-errors'

/** Name of the admission webhook whose refusal the request-mirroring guide shows. */
const GATEWAY_WEBHOOK = 'validate.gateway.networking.k8s.io'

/** The cluster's objects the rule asks for; undefined where there is none of that name. */
export interface MirrorCapabilities {
  gateway(namespace: string, name: string): object | undefined
  gatewayClass(name: string): object | undefined
}

/** The capabilities as two lists in any order tell them; fields that the rule does not ask for do not matter. */
export function capabilitiesOf(
  gateways: readonly object[],
  gatewayClasses: readonly object[],
): MirrorCapabilities {
  return {
    gateway: (namespace, name) =>
      gateways.find(
        (gateway) =>
          textAt(gateway, 'metadata', 'name') === name &&
          textAt(gateway, 'metadata', 'namespace') === namespace,
      ),
    gatewayClass: (name) =>
      gatewayClasses.find((candidate) => textAt(candidate, 'metadata', 'name') === name),
  }
}

/**
 * One error for each list of filters, of a rule or of a backendRef, that has several RequestMirror filters: what the Gateway API's
 * webhook refused up to v0.7, whatever the route's parents, on create and on every update of the object itself.
 * https://github.com/kubernetes-sigs/gateway-api/blob/v0.7.1/apis/v1beta1/validation/httproute.go (validateHTTPRouteFilters)
 *
 * None where the route has parent Gateways and the class of each of them lists the feature. A Gateway or class that does not
 * exist does not list it; parents of other kinds have no class and are not asked, and alone they allow nothing. GRPCRoutes were
 * never asked in the version that is served.
 */
export function severalMirrorsErrors(
  httpRoute: object,
  capabilities: MirrorCapabilities,
): FieldError[] {
  const errors: FieldError[] = []
  for (const [index, rule] of listAt(httpRoute, 'spec', 'rules').entries()) {
    const path = `spec.rules[${index}]`
    if (countMirrors(rule) > 1) errors.push(repeatedMirror(`${path}.filters`))
    for (const [position, backendRef] of listAt(rule, 'backendRefs').entries()) {
      if (countMirrors(backendRef) > 1) {
        errors.push(repeatedMirror(`${path}.backendRefs[${position}].filters`))
      }
    }
  }
  return errors.length === 0 || allowsSeveralMirrors(httpRoute, capabilities) ? [] : errors
}

/** The refusal as kube-apiserver passes it on from the webhook, or null when the route is admitted. */
export function severalMirrorsDenial(
  httpRoute: object,
  capabilities: MirrorCapabilities,
): string | null {
  const errors = severalMirrorsErrors(httpRoute, capabilities)
  if (errors.length === 0) return null
  return `admission webhook "${GATEWAY_WEBHOOK}" denied the request: ${joinFieldErrors(errors)}`
}

function repeatedMirror(path: string): FieldError {
  const detail = 'cannot be used multiple times in the same rule'
  return invalidError(path, 'RequestMirror', detail, 'since-1.35')
}

function countMirrors(holder: unknown): number {
  return listAt(holder, 'filters').filter((filter) => at(filter, 'type') === 'RequestMirror').length
}

/** Whether the route has parent Gateways and the class of each lists the feature. */
export function allowsSeveralMirrors(httpRoute: object, capabilities: MirrorCapabilities): boolean {
  const namespace = textAt(httpRoute, 'metadata', 'namespace')
  const parents = listAt(httpRoute, 'spec', 'parentRefs').filter(isGateway)
  return (
    parents.length > 0 &&
    parents.every((parent) => {
      const inNamespace = textAt(parent, 'namespace') || namespace
      const gateway = capabilities.gateway(inNamespace, textAt(parent, 'name'))
      const className = textAt(gateway, 'spec', 'gatewayClassName')
      return classListsFeature(capabilities.gatewayClass(className))
    })
  )
}

function isGateway(parentRef: unknown): boolean {
  const group = at(parentRef, 'group') ?? GATEWAY_API_GROUP
  return group === GATEWAY_API_GROUP && (at(parentRef, 'kind') ?? 'Gateway') === 'Gateway'
}

function classListsFeature(gatewayClass: object | undefined): boolean {
  // Before v1.3 of the Gateway API a feature was a plain string.
  const features = listAt(gatewayClass, 'status', 'supportedFeatures')
  return takesSeveralMirrors(features.map((feature) => at(feature, 'name') ?? feature))
}

/** The value at a path of own properties; undefined where there is none. Objects here were not validated. */
function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return undefined
    current = Object.getOwnPropertyDescriptor(current, key)?.value
  }
  return current
}

function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const list = at(value, ...path)
  return Array.isArray(list) ? list : []
}

function textAt(value: unknown, ...path: readonly string[]): string {
  const text = at(value, ...path)
  return typeof text === 'string' ? text : ''
}
