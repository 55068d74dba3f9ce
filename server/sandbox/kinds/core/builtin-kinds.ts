/** The kinds the sandbox serves without a CustomResourceDefinition. */
import type { BuiltinKind } from '../../api/contracts'
import { CONFIG_MAP_KIND } from './config-map-kind'
import { DEPLOYMENT_KIND } from './deployment-kind'
import { ENDPOINT_SLICE_KIND } from './endpoint-slice-kind'
import { EVENT_KIND } from './event-kind'
import { JOB_KIND } from './job-kind'
import { LEASE_KIND } from './lease-kind'
import { NAMESPACE_KIND } from './namespace-kind'
import { NODE_KIND } from './node-kind'
import { POD_KIND } from './pod-kind'
import { REPLICA_SET_KIND } from './replica-set-kind'
import { CLUSTER_ROLE_BINDING_KIND, ROLE_BINDING_KIND } from './role-binding-kind'
import { CLUSTER_ROLE_KIND, ROLE_KIND } from './role-kind'
import { SECRET_KIND } from './secret-kind'
import { SERVICE_ACCOUNT_KIND } from './service-account-kind'
import { SERVICE_KIND } from './service-kind'

/**
 * Every built-in kind, in discovery order. On create the server drops `status`, then calls `applyDefaults`,
 * `allocate`, `validateCreate`; on update `applyDefaults`, `prepareUpdate`, `validateUpdate`.
 * A kind without a `status` subresource keeps the status it is given.
 */
export const BUILTIN_KINDS: readonly BuiltinKind[] = [
  CONFIG_MAP_KIND,
  EVENT_KIND,
  NAMESPACE_KIND,
  NODE_KIND,
  POD_KIND,
  SECRET_KIND,
  SERVICE_ACCOUNT_KIND,
  SERVICE_KIND,
  DEPLOYMENT_KIND,
  REPLICA_SET_KIND,
  JOB_KIND,
  LEASE_KIND,
  ENDPOINT_SLICE_KIND,
  CLUSTER_ROLE_BINDING_KIND,
  CLUSTER_ROLE_KIND,
  ROLE_BINDING_KIND,
  ROLE_KIND,
]
