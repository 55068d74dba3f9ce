import { MULTIPLE_MIRRORS_FEATURE } from '@/lib/routing/supported-features'
import type { FieldError } from '@/lib/validation/field-error'
import { invalidError, joinFieldErrors } from '@/lib/validation/field-errors'

/** Name of the admission webhook whose refusal the request-mirroring guide shows. */
export const GATEWAY_WEBHOOK = 'validate.gateway.networking.k8s.io'

/** The cluster's objects the rule looks at, in any order; unknown fields do not matter. */
export interface MirrorCapabilities {
  readonly gateways: readonly object[]
  readonly gatewayClasses: readonly object[]
}

/**
 * One error for each rule (or backendRef) of the route with several RequestMirror filters, unless the class of every parent Gateway
 * lists the feature. A parent Gateway or class that does not exist does not list it; parents
 * of other kinds have no class and are not asked. The wording is that of the Gateway API's former webhook.
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

/** The refusal in the guide's words, or null when the route is admitted. */
export function checkSeveralMirrors(
  httpRoute: object,
  capabilities: MirrorCapabilities,
): string | null {
  const errors = severalMirrorsErrors(httpRoute, capabilities)
  return errors.length === 0 ? null : joinFieldErrors(errors)
}

/** A refusal as kube-apiserver passes it on from the webhook. */
export function webhookDenial(reason: string): string {
  return `admission webhook "${GATEWAY_WEBHOOK}" denied the request: ${reason}`
}

function repeatedMirror(path: string): FieldError {
  const detail = 'cannot be used multiple times in the same rule'
  return invalidError(path, 'RequestMirror', detail, 'since-1.35')
}

function countMirrors(holder: unknown): number {
  return listAt(holder, 'filters').filter((filter) => at(filter, 'type') === 'RequestMirror').length
}

/** Whether the class of every parent Gateway of the route lists the feature. */
export function allowsSeveralMirrors(httpRoute: object, capabilities: MirrorCapabilities): boolean {
  const namespace = textAt(httpRoute, 'metadata', 'namespace')
  return listAt(httpRoute, 'spec', 'parentRefs')
    .filter((parent) => (at(parent, 'kind') ?? 'Gateway') === 'Gateway')
    .every((parent) => {
      const name = textAt(parent, 'name')
      const inNamespace = textAt(parent, 'namespace') || namespace
      const gateway = capabilities.gateways.find(
        (candidate) =>
          textAt(candidate, 'metadata', 'name') === name &&
          textAt(candidate, 'metadata', 'namespace') === inNamespace,
      )
      return gateway !== undefined && classListsFeature(gateway, capabilities.gatewayClasses)
    })
}

function classListsFeature(gateway: object, gatewayClasses: readonly object[]): boolean {
  const className = textAt(gateway, 'spec', 'gatewayClassName')
  const gatewayClass = gatewayClasses.find(
    (candidate) => textAt(candidate, 'metadata', 'name') === className,
  )
  // Before v1.3 of the Gateway API a feature was a plain string.
  return listAt(gatewayClass, 'status', 'supportedFeatures').some(
    (feature) => (at(feature, 'name') ?? feature) === MULTIPLE_MIRRORS_FEATURE,
  )
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
