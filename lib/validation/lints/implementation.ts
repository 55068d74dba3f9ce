import type { Gateway } from '@/lib/gateway-api/types'
import { type Implementation, implementationOf } from '@/lib/implementations/capabilities'
import type { Version } from '@/lib/implementations/envoy-gateway-version'
import { type ByVersion, byVersionText } from './by-version'

/** Who serves a route, as far as findings depend on it. */
export interface Served {
  readonly implementations: ReadonlySet<Implementation>
  readonly envoyGatewayVersion: Version | null
}

/**
 * Who may serve a class. In the sandbox Mirrorboard's own gateway answers to Envoy Gateway's name, for manifests that are
 * meant for Envoy Gateway, so findings tell of both there, and where it is not known which cluster this is.
 */
export function implementationsOf(
  controllerName: string,
  isSandbox: boolean | null,
): readonly Implementation[] {
  const implementation = implementationOf(controllerName)
  return implementation === 'envoy' && isSandbox !== false
    ? ['mirrorboard', 'envoy']
    : [implementation]
}

/** What a gateway does about a fault, each in words that follow "Mirrorboard's gateway" or "Envoy Gateway". */
export interface Effect {
  readonly mirrorboard: string
  /** Left out where nobody has seen what it does. */
  readonly envoy?: string | ByVersion
  /** What the specification asks for, after "A conforming gateway". */
  readonly standard: string
}

/** The sentence for the gateways that serve a route; without any, what the specification says. */
export function describeEffect(
  { implementations, envoyGatewayVersion }: Served,
  { mirrorboard, envoy, standard }: Effect,
): string {
  const isOurs = implementations.has('mirrorboard')
  const ofEnvoy =
    !implementations.has('envoy') || envoy === undefined
      ? undefined
      : byVersionText(envoy, envoyGatewayVersion)
  const parts = [
    ...(isOurs ? [`Mirrorboard's gateway ${mirrorboard}`] : []),
    ...(ofEnvoy === undefined ? [] : [`Envoy Gateway${ofEnvoy}`]),
  ]
  const isAlike = isOurs && ofEnvoy === ` ${mirrorboard}`
  const known = isAlike ? `The gateway ${mirrorboard}` : parts.join('; ')
  const needsStandard = implementations.has('other') || known === '' || implementations.size === 0
  return [
    ...(known === '' ? [] : [`${known}.`]),
    ...(needsStandard ? [`A conforming gateway ${standard}.`] : []),
  ].join(' ')
}

/** A Gateway the route names, with its class. */
export interface ParentClass {
  readonly gateway: Gateway
  readonly className: string
  readonly implementations: readonly Implementation[]
  /** Empty when the class does not say. */
  readonly supportedFeatures: readonly string[]
}
