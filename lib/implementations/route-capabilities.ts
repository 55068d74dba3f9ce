/** A route and the Gateways it names → what those that serve it can do. */
import { keyOf } from '@/lib/gateway-api/references'
import type { Gateway, GatewayClass, HTTPRoute } from '@/lib/gateway-api/types'
import { parentGatewayKey } from '@/lib/routing/attach-route'
import {
  CAPABILITIES,
  type Capability,
  capabilitiesOf,
  type GatewayCapabilities,
} from './capabilities'
import type { Version } from './envoy-gateway-version'

/** What is known of a cluster's gateways; a list is null until it is known. */
export interface KnownGateways {
  readonly gateways: readonly Gateway[] | null
  readonly gatewayClasses: readonly GatewayClass[] | null
  /** Null until it is known. */
  readonly isSandbox: boolean | null
  readonly envoyGatewayVersion: Version | null
}

/** Who serves a route, each once; empty where that is not known, or nobody does. */
export function serversOf(route: HTTPRoute, known: KnownGateways): readonly GatewayCapabilities[] {
  const served = (route.spec.parentRefs ?? []).flatMap((parent) => {
    const key = parentGatewayKey(route, parent)
    return (
      serverOf(
        known.gateways?.find((candidate) => keyOf(candidate) === key),
        known,
      ) ?? []
    )
  })
  return [...new Map(served.map((one) => [one.name, one])).values()]
}

/** Who serves a Gateway; null where that is not known, or nobody does. */
export function serverOf(
  gateway: Gateway | undefined,
  { gatewayClasses, isSandbox, envoyGatewayVersion: version }: Omit<KnownGateways, 'gateways'>,
): GatewayCapabilities | null {
  const className = gateway?.spec.gatewayClassName
  const found = gatewayClasses?.find(({ metadata }) => metadata.name === className)
  if (found === undefined || isSandbox === null) return null
  return capabilitiesOf({ controllerName: found.spec.controllerName, isSandbox, version })
}

export interface Ability {
  /** `some`: of several gateways. Where nobody is known to serve the route, nothing is said against it. */
  readonly of: 'all' | 'some' | 'none' | 'unknown'
  /** The gateways that can't. */
  readonly lacking: readonly GatewayCapabilities[]
}

/** Whether the gateways that serve a route can do something. */
export function abilityOf(
  servers: readonly GatewayCapabilities[],
  capability: Capability,
): Ability {
  const lacking = servers.filter(({ can }) => !can.has(capability))
  if (servers.length === 0) return { of: 'unknown', lacking }
  if (lacking.length === 0) return { of: 'all', lacking }
  return { of: lacking.length === servers.length ? 'none' : 'some', lacking }
}

/** `Envoy Gateway 1.8 can't keep a mirror budget.` for the gateways that can't; empty where all can. */
export function lackText(ability: Ability, capability: Capability): string {
  const { lacking } = ability
  if (lacking.length === 0) return ''
  const names = new Intl.ListFormat('en').format(lacking.map(({ name }) => name))
  return `${capitalised(names)} can't ${CAPABILITIES[capability]}.`
}

/** What a gateway can do, in a sentence: `Envoy Gateway can …, and …`. */
export function canText({ name, can }: GatewayCapabilities): string {
  const words = (Object.keys(CAPABILITIES) as Capability[])
    .filter((capability) => can.has(capability))
    .map((capability) => CAPABILITIES[capability])
  return `${capitalised(name)} can ${words.join(', and ')}.`
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}
