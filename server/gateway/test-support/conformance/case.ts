/** One request of a conformance case, and what is expected of it. */
export interface Expectation {
  /** In namespace `gateway-conformance-infra`; `same-namespace` unless said otherwise. */
  readonly gateway?: string
  /** The listener's port; 80. */
  readonly port?: number
  /** Server name of a TLS handshake; without one the request is in clear text. */
  readonly tls?: string
  readonly method?: string
  readonly host?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  /** 200. */
  readonly status?: number
  /** Service whose Pod answers; or shares of 100 requests, within a few. */
  readonly backend?: string | Readonly<Record<string, number>>
  /** What the Pod sees; undefined for a header that must be absent. */
  readonly seen?: {
    readonly path?: string
    readonly host?: string
    readonly protocol?: string
    readonly headers?: Readonly<Record<string, string | undefined>>
  }
  /** Response headers; undefined for one that must be absent. */
  readonly answered?: Readonly<Record<string, string | undefined>>
  /** Services that get a copy; or shares of 100 requests. */
  readonly mirrors?: Readonly<Record<string, number>>
}

/** A condition as `status reason`, of a route's first parent unless it is another's. */
export interface ExpectedCondition {
  /** `httproutes/name`, `gateways/name`, or `gateways/name/listener`. */
  readonly of: string
  readonly type: string
  readonly says: string
}

/** A case of the upstream conformance suite, under its short name. */
export interface ConformanceCase {
  readonly name: string
  /** Features of the upstream case beyond Gateway and HTTPRoute. */
  readonly features?: readonly string[]
  /** Manifests beside those every case has. */
  readonly yaml: string
  readonly requests?: readonly Expectation[]
  readonly conditions?: readonly ExpectedCondition[]
}

/** An HTTPRoute in namespace `gateway-conformance-infra`; `spec` is YAML in flow style. */
export function httpRoute(name: string, spec: string): string {
  return `
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}, namespace: gateway-conformance-infra, generation: 1}
spec: ${spec}
`
}

/** A Gateway in namespace `gateway-conformance-infra`; `listeners` is YAML in flow style. */
export function gateway(name: string, listeners: string, more = ''): string {
  return `
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: gateway-conformance-infra, generation: 1}
spec: {gatewayClassName: conformance, listeners: ${listeners}${more}}
`
}

/** A ReferenceGrant in namespace `gateway-conformance-web-backend`. */
export function grant(from: string, to: string, namespace = 'gateway-conformance-web-backend') {
  return `
---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: {name: grant, namespace: ${namespace}}
spec: {from: [${from}], to: [${to}]}
`
}

/** A route to one backend of the infra namespace on Gateway `same-namespace`, with more in its only rule. */
export function simpleRoute(more = '', backend = 'infra-backend-v1'): string {
  return httpRoute(
    'route',
    `{parentRefs: [{name: same-namespace}], rules: [{backendRefs: [{name: ${backend}, port: 8080}]${more}}]}`,
  )
}
