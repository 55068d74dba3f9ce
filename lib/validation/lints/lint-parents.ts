import { namespacedName } from '@/lib/gateway-api/references'
import type { ParentReference } from '@/lib/gateway-api/types'
import { parentGatewayKey } from '@/lib/routing/attach-route'
import type { ParentNode } from '@/lib/routing/graph'
import { intersectHostnames } from '@/lib/routing/hostname'
import type { LintContext } from './lint-context'
import { type LintCode, type LintFinding, type LintFix, SPEC } from './lint-finding'

/** Parents that don't exist or don't take the route, and hostnames that no listener serves. */
export function lintParents(context: LintContext): readonly LintFinding[] {
  const { facts, route } = context
  const { parentRefs = [] } = route.spec
  if (parentRefs.length === 0) return [NO_PARENT]
  if (facts.gateways === null || facts.gatewayClasses === null) return []
  const parents = parentRefs.flatMap((parentRef, index) =>
    lintParent(context, parentRef, `spec.parentRefs[${index}]`),
  )
  return [...parents, ...lintHostnames(context)]
}

const NO_PARENT: LintFinding = {
  severity: 'warning',
  code: 'parent.none',
  message: 'The route names no Gateway in parentRefs: no request reaches it.',
  fieldPath: 'spec.parentRefs',
  specUrl: SPEC.parent,
}

function lintParent(
  context: LintContext,
  parentRef: ParentReference,
  path: string,
): readonly LintFinding[] {
  const { facts, route, node } = context
  const key = parentGatewayKey(route, parentRef)
  if (key === null || parentRef.name === '') return []
  const gateway = facts.gateways?.find(
    ({ metadata }) => namespacedName(metadata.namespace ?? '', metadata.name) === key,
  )
  if (gateway === undefined) {
    const message = `Gateway "${key}" does not exist: no request reaches the route through it.`
    return [finding('parent.not-found', `${path}.name`, message, SPEC.parent)]
  }
  const { gatewayClassName } = gateway.spec
  if (!facts.gatewayClasses?.some(({ metadata }) => metadata.name === gatewayClassName)) {
    const message = `GatewayClass "${gatewayClassName}" of Gateway "${key}" does not exist: no controller serves the Gateway, and no request reaches the route through it.`
    return [finding('parent.class-not-found', `${path}.name`, message, SPEC.gateway)]
  }
  const parent = node?.parents.find((candidate) => candidate.parentRef === parentRef)
  return parent === undefined ? [] : lintAttachment(context, parent, path)
}

function lintAttachment(
  context: LintContext,
  { parentRef, gateway, findings }: ParentNode,
  path: string,
): readonly LintFinding[] {
  const accepted = findings.find(({ type }) => type === 'Accepted')
  const noTraffic = 'no request reaches the route through it'
  switch (accepted?.reason) {
    case 'NoMatchingParent': {
      const field = parentRef.sectionName === undefined ? 'port' : 'sectionName'
      const message = `${accepted.message.slice(0, -1)}: ${noTraffic}.`
      const found = finding('parent.listener-not-found', `${path}.${field}`, message, SPEC.parent)
      const fix = onlyListenerFix(parentRef, gateway.source.spec.listeners, path)
      return [fix === undefined ? found : { ...found, fix }]
    }
    case 'NotAllowedByListeners': {
      const takesRoutes = namedListeners(gateway, parentRef).some(({ supportedKinds }) =>
        supportedKinds.some(({ kind }) => kind === 'HTTPRoute'),
      )
      if (!takesRoutes) {
        const message = `No listener of Gateway "${gateway.key}" named here takes HTTPRoutes: ${noTraffic}.`
        return [finding('parent.kind-not-allowed', path, message, SPEC.routeNamespaces)]
      }
      const message = `Gateway "${gateway.key}" takes no routes from namespace "${context.namespace}": ${noTraffic}.`
      return [finding('parent.namespace-not-allowed', path, message, SPEC.routeNamespaces)]
    }
    case 'NoMatchingListenerHostname': {
      const message = `No hostname of the route fits a listener of Gateway "${gateway.key}": ${noTraffic}.`
      return [finding('hostname.no-intersection', path, message, SPEC.hostname)]
    }
    default:
      return []
  }
}

function namedListeners({ listeners }: ParentNode['gateway'], parentRef: ParentReference) {
  const { sectionName, port } = parentRef
  return listeners.filter(
    ({ source }) =>
      (sectionName === undefined || source.name === sectionName) &&
      (port === undefined || source.port === port),
  )
}

/** Where a Gateway has one listener there is no doubt which was meant. */
function onlyListenerFix(
  { sectionName, port }: ParentReference,
  listeners: readonly { readonly name: string; readonly port: number }[],
  path: string,
): LintFix | undefined {
  const [only] = listeners
  if (only === undefined || listeners.length > 1) return undefined
  if (sectionName !== undefined && sectionName !== only.name) {
    const title = `Use listener ${only.name}`
    return { kind: 'set-value', title, fieldPath: `${path}.sectionName`, value: only.name }
  }
  if (port === undefined || port === only.port) return undefined
  return {
    kind: 'set-value',
    title: `Use port ${only.port}`,
    fieldPath: `${path}.port`,
    value: only.port,
  }
}

/** Hostnames none of the listeners that take the route serves, while they serve others of it. */
function lintHostnames({ route, node }: LintContext): readonly LintFinding[] {
  const attachments = node?.parents.flatMap((parent) => parent.attachments) ?? []
  if (attachments.length === 0) return []
  const served = attachments.flatMap(({ hostnames }) => hostnames)
  return (route.spec.hostnames ?? []).flatMap((hostname, index) => {
    const lower = hostname.toLowerCase()
    if (served.some((one) => intersectHostnames(lower, one) === one)) return []
    const message = `No listener of the route's Gateways serves "${hostname}": the hostname is ignored, and requests for it don't reach this route.`
    const path = `spec.hostnames[${index}]`
    return [{ ...finding('hostname.ignored', path, message, SPEC.hostname), severity: 'warning' }]
  })
}

function finding(code: LintCode, fieldPath: string, message: string, specUrl: string): LintFinding {
  return { severity: 'error', code, message, fieldPath, specUrl }
}
