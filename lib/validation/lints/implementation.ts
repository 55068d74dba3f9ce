import type { Gateway } from '@/lib/gateway-api/types'
import { CONTROLLER_NAME, ENVOY_CONTROLLER_NAME } from '@/lib/routing/supported-features'

/**
 * Who serves a class, by its controllerName. Envoy Gateway's name is answered by Mirrorboard's own gateway in the sandbox
 * and by Envoy Gateway itself elsewhere, so findings about such a class tell both.
 */
export type Implementation = 'mirrorboard' | 'envoy' | 'other'

/** The implementation that answers to a controllerName. */
export function implementationOf(controllerName: string): Implementation {
  if (controllerName === CONTROLLER_NAME) return 'mirrorboard'
  return controllerName === ENVOY_CONTROLLER_NAME ? 'envoy' : 'other'
}

/** What a gateway does about a fault, each in words that follow "Mirrorboard's gateway" or "Envoy Gateway". */
export interface Effect {
  readonly mirrorboard: string
  /** Left out where nobody has seen what it does. */
  readonly envoy?: string
  /** What the specification asks for, after "A conforming gateway". */
  readonly standard: string
}

/** The sentence for the gateways that serve a route; without any, what the specification says. */
export function describeEffect(
  implementations: ReadonlySet<Implementation>,
  { mirrorboard, envoy, standard }: Effect,
): string {
  const sentences: string[] = []
  if (implementations.has('envoy') && envoy === mirrorboard) {
    sentences.push(`The gateway ${mirrorboard}.`)
  } else if (implementations.has('envoy') && envoy !== undefined) {
    sentences.push(`Mirrorboard's gateway ${mirrorboard}; Envoy Gateway ${envoy}.`)
  } else if (implementations.has('envoy') || implementations.has('mirrorboard')) {
    sentences.push(`Mirrorboard's gateway ${mirrorboard}.`)
  }
  if (implementations.has('other') || implementations.size === 0) {
    sentences.push(`A conforming gateway ${standard}.`)
  }
  return sentences.join(' ')
}

/** A Gateway the route names, with its class. */
export interface ParentClass {
  readonly gateway: Gateway
  readonly className: string
  readonly implementation: Implementation
  /** Empty when the class does not say. */
  readonly supportedFeatures: readonly string[]
}
