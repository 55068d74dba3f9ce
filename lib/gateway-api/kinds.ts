/** Identity of an API resource: what a REST path needs, and what a person reads. */
export interface ResourceKind {
  group: string
  version: string
  kind: string
  plural: string
  namespaced: boolean
  /** What clusters serve that do not serve `version` yet, the newest first. */
  olderVersions?: readonly string[]
}

export const GATEWAY_API_GROUP = 'gateway.networking.k8s.io'

const kind = (
  group: string,
  version: string,
  kindName: string,
  plural: string,
  namespaced = true,
): ResourceKind => ({ group, version, kind: kindName, plural, namespaced })

/** Every kind the dashboard and the controller read, by plural name. */
export const KINDS = {
  gatewayclasses: kind(GATEWAY_API_GROUP, 'v1', 'GatewayClass', 'gatewayclasses', false),
  gateways: kind(GATEWAY_API_GROUP, 'v1', 'Gateway', 'gateways'),
  httproutes: kind(GATEWAY_API_GROUP, 'v1', 'HTTPRoute', 'httproutes'),
  grpcroutes: kind(GATEWAY_API_GROUP, 'v1', 'GRPCRoute', 'grpcroutes'),
  // Definitions of the Gateway API from before it was v1 are what most clusters have.
  referencegrants: {
    ...kind(GATEWAY_API_GROUP, 'v1', 'ReferenceGrant', 'referencegrants'),
    olderVersions: ['v1beta1'],
  },
  namespaces: kind('', 'v1', 'Namespace', 'namespaces', false),
  services: kind('', 'v1', 'Service', 'services'),
  secrets: kind('', 'v1', 'Secret', 'secrets'),
  serviceaccounts: kind('', 'v1', 'ServiceAccount', 'serviceaccounts'),
  pods: kind('', 'v1', 'Pod', 'pods'),
  endpointslices: kind('discovery.k8s.io', 'v1', 'EndpointSlice', 'endpointslices'),
  deployments: kind('apps', 'v1', 'Deployment', 'deployments'),
} as const satisfies Record<string, ResourceKind>

export type KnownPlural = keyof typeof KINDS

/** `apiVersion` as manifests spell it: `v1`, `apps/v1`. */
export function apiVersionOf(resource: Pick<ResourceKind, 'group' | 'version'>): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
}

/** The REST path of a collection or, with `name`, of one object. */
export function resourcePath(resource: ResourceKind, namespace?: string, name?: string): string {
  const root = resource.group === '' ? '/api' : `/apis/${resource.group}`
  const scope = resource.namespaced && namespace !== undefined ? `/namespaces/${namespace}` : ''
  const item = name === undefined ? '' : `/${name}`
  return `${root}/${resource.version}${scope}/${resource.plural}${item}`
}
