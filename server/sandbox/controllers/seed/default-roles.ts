/**
 * The roles and bindings a cluster has from its start: those of kube-apiserver that name what the sandbox serves, and the
 * Gateway API's share of view, edit and admin.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
 */
import type { PolicyRule } from '@/lib/rbac/policy'
import { RBAC_GROUP } from '../../kinds/core/rbac-rules'

const READ = ['get', 'list', 'watch']
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update']

export interface DefaultRole {
  readonly name: string
  /** Label values of `rbac.authorization.k8s.io/aggregate-to-…`. */
  readonly aggregatesTo?: string
  readonly rules?: readonly PolicyRule[]
  /** Which label its rules are gathered by. */
  readonly gathers?: string
}

const on = (verbs: readonly string[], group: string, ...resources: string[]): PolicyRule => ({
  verbs,
  apiGroups: [group],
  resources,
})
const at = (...nonResourceURLs: string[]): PolicyRule => ({ verbs: ['get'], nonResourceURLs })

const GATEWAY = 'gateway.networking.k8s.io'
/** Routes and what goes with them belong to whoever runs the applications of a namespace. */
const GATEWAY_KINDS = [
  'backendtlspolicies',
  'gateways',
  'grpcroutes',
  'httproutes',
  'referencegrants',
  'tcproutes',
  'tlsroutes',
  'udproutes',
]

const VIEW: readonly PolicyRule[] = [
  on(READ, '', 'configmaps', 'endpoints', 'pods', 'serviceaccounts', 'services', 'services/status'),
  on(READ, '', 'events', 'namespaces/status', 'pods/log', 'pods/status'),
  on(READ, '', 'namespaces'),
  on(READ, 'discovery.k8s.io', 'endpointslices'),
  on(
    READ,
    'apps',
    ...['deployments', 'deployments/scale', 'deployments/status'],
    ...['replicasets', 'replicasets/scale', 'replicasets/status'],
  ),
  on(READ, 'batch', 'cronjobs', 'cronjobs/status', 'jobs', 'jobs/status'),
]

const EDIT: readonly PolicyRule[] = [
  on(READ, '', 'pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy'),
  on(READ, '', 'secrets', 'services/proxy'),
  on(['impersonate'], '', 'serviceaccounts'),
  on(WRITE, '', 'pods', 'pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy'),
  on(WRITE, '', 'configmaps', 'events', 'secrets', 'serviceaccounts', 'services', 'services/proxy'),
  on(['create'], '', 'serviceaccounts/token'),
  on(WRITE, 'apps', 'deployments', 'deployments/rollback', 'deployments/scale'),
  on(WRITE, 'apps', 'replicasets', 'replicasets/scale'),
  on(WRITE, 'batch', 'cronjobs', 'jobs'),
  on([...READ, ...WRITE], 'coordination.k8s.io', 'leases'),
]

const HEALTH = ['/healthz', '/livez', '/readyz']
const VERSION = ['/version', '/version/']
const authorization = 'authorization.k8s.io'

export const DEFAULT_ROLES: readonly DefaultRole[] = [
  {
    name: 'cluster-admin',
    rules: [on(['*'], '*', '*'), { verbs: ['*'], nonResourceURLs: ['*'] }],
  },
  {
    name: 'system:discovery',
    rules: [
      at('/api', '/api/*', '/apis', '/apis/*', ...HEALTH, '/openapi', '/openapi/*', ...VERSION),
    ],
  },
  {
    name: 'system:monitoring',
    rules: [at(...HEALTH, '/healthz/*', '/livez/*', '/readyz/*', '/metrics', '/metrics/slis')],
  },
  {
    name: 'system:basic-user',
    rules: [
      on(['create'], authorization, 'selfsubjectaccessreviews', 'selfsubjectrulesreviews'),
      on(['create'], 'authentication.k8s.io', 'selfsubjectreviews'),
    ],
  },
  { name: 'system:public-info-viewer', rules: [at(...HEALTH, ...VERSION)] },
  { name: 'admin', gathers: 'admin' },
  { name: 'edit', aggregatesTo: 'admin', gathers: 'edit' },
  { name: 'view', aggregatesTo: 'edit', gathers: 'view' },
  {
    name: 'system:aggregate-to-admin',
    aggregatesTo: 'admin',
    rules: [
      on(['create'], authorization, 'localsubjectaccessreviews'),
      on([...READ, ...WRITE], RBAC_GROUP, 'rolebindings', 'roles'),
    ],
  },
  { name: 'system:aggregate-to-edit', aggregatesTo: 'edit', rules: EDIT },
  { name: 'system:aggregate-to-view', aggregatesTo: 'view', rules: VIEW },
  {
    name: 'mirrorboard:gateway-api-edit',
    aggregatesTo: 'edit',
    rules: [on(WRITE, GATEWAY, ...GATEWAY_KINDS)],
  },
  {
    name: 'mirrorboard:gateway-api-view',
    aggregatesTo: 'view',
    rules: [
      on(READ, GATEWAY, 'gatewayclasses', ...GATEWAY_KINDS),
      on(READ, GATEWAY, ...GATEWAY_KINDS.map((kind) => `${kind}/status`)),
    ],
  },
]

/** Groups by the ClusterRole that each default binding, of the role's name, gives them. */
export const DEFAULT_BINDINGS: Readonly<Record<string, readonly string[]>> = {
  'cluster-admin': ['system:masters'],
  'system:basic-user': ['system:authenticated'],
  'system:discovery': ['system:authenticated'],
  'system:monitoring': ['system:monitoring'],
  'system:public-info-viewer': ['system:authenticated', 'system:unauthenticated'],
}
