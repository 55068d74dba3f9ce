/**
 * What a gateway can do for a comparison of two versions, by who serves it. Every page asks here before it offers anything;
 * where more can be had of a foreign gateway one day, it is a line here.
 */
import { CONTROLLER_NAME, ENVOY_CONTROLLER_NAME } from '@/lib/routing/supported-features'
import { type Version, versionText } from './envoy-gateway-version'

/** What is offered for a route, in words that follow "can" and "can't". */
export const CAPABILITIES = {
  weights: 'send a share of the requests to the new version, by weights',
  counts: 'have its mirrored requests counted from its metrics',
  capture: 'capture both answers of a mirrored request',
  calibration: 'repeat requests to the primary, to measure noise',
  budget: 'enforce a mirror budget',
  verdict: 'give a verdict on the new version',
} as const
export type Capability = keyof typeof CAPABILITIES

export interface GatewayIdentity {
  readonly controllerName: string
  /** Whether the cluster is the sandbox, where Mirrorboard's own gateway answers to Envoy Gateway's name too. */
  readonly isSandbox: boolean
  /** Of Envoy Gateway; null where it is not known. */
  readonly version: Version | null
}

export type Implementation = 'mirrorboard' | 'envoy' | 'other'

/** The implementation that a controllerName stands for. */
export function implementationOf(controllerName: string): Implementation {
  if (controllerName === CONTROLLER_NAME) return 'mirrorboard'
  return controllerName === ENVOY_CONTROLLER_NAME ? 'envoy' : 'other'
}

export interface GatewayCapabilities {
  readonly implementation: Implementation
  /** `Mirrorboard's gateway`, `Envoy Gateway 1.8`, `the gateway of example.com/controller`. */
  readonly name: string
  readonly can: ReadonlySet<Capability>
}

const ALL = new Set(Object.keys(CAPABILITIES) as Capability[])
const OF_ANY: ReadonlySet<Capability> = new Set(['weights'])
/** Its metrics are those of Envoy, which the observer reads. */
const OF_ENVOY: ReadonlySet<Capability> = new Set(['weights', 'counts'])

/** Who serves a Gateway of a class, and what it can do. */
export function capabilitiesOf(identity: GatewayIdentity): GatewayCapabilities {
  const { controllerName, isSandbox, version } = identity
  const implementation = implementationOf(controllerName)
  if (implementation === 'mirrorboard' || (implementation === 'envoy' && isSandbox)) {
    return { implementation: 'mirrorboard', name: "Mirrorboard's gateway", can: ALL }
  }
  if (implementation === 'envoy') {
    const name = version === null ? 'Envoy Gateway' : `Envoy Gateway ${versionText(version)}`
    return { implementation, name, can: OF_ENVOY }
  }
  return { implementation, name: `the gateway of ${controllerName}`, can: OF_ANY }
}
