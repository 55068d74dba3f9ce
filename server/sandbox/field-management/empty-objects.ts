import type { JsonObject } from '@/lib/shared/json'

/**
 * What an object of a built-in kind has before anyone sets anything: the structs that Go always writes.
 * Nobody comes to own those structs on create, only what is inside. Custom resources have none.
 */
const EMPTY_OBJECTS: Readonly<Record<string, JsonObject>> = {
  'apps/v1/DaemonSet': workload({ updateStrategy: {} }),
  'apps/v1/Deployment': workload({ strategy: {} }),
  'apps/v1/ReplicaSet': workload({}),
  'apps/v1/StatefulSet': workload({ updateStrategy: {} }),
  'apiextensions.k8s.io/v1/CustomResourceDefinition': {
    spec: { group: '', names: { plural: '', kind: '' }, scope: '', versions: null },
    status: { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: null },
  },
  'batch/v1/CronJob': {
    spec: { schedule: '', jobTemplate: { metadata: {}, spec: { template: podTemplate() } } },
    status: {},
  },
  'batch/v1/Job': { spec: { template: podTemplate() }, status: {} },
  'coordination.k8s.io/v1/Lease': { spec: {} },
  'discovery.k8s.io/v1/EndpointSlice': { addressType: '', endpoints: null, ports: null },
  'networking.k8s.io/v1/Ingress': { spec: {}, status: { loadBalancer: {} } },
  'networking.k8s.io/v1/NetworkPolicy': { spec: { podSelector: {} } },
  'v1/Event': {
    involvedObject: {},
    source: {},
    eventTime: null,
    firstTimestamp: null,
    lastTimestamp: null,
    reportingComponent: '',
    reportingInstance: '',
  },
  'v1/Namespace': { spec: {}, status: {} },
  'v1/Node': { spec: {}, status: { daemonEndpoints: { kubeletEndpoint: {} }, nodeInfo: {} } },
  'v1/PersistentVolumeClaim': { spec: { resources: {} }, status: {} },
  'v1/Pod': { spec: { containers: null }, status: {} },
  'v1/Service': { spec: {}, status: { loadBalancer: {} } },
}

function podTemplate(): JsonObject {
  return { metadata: { creationTimestamp: null }, spec: { containers: null } }
}

function workload(strategy: JsonObject): JsonObject {
  return { spec: { selector: null, template: podTemplate(), ...strategy }, status: {} }
}

/** The object a create is compared with. */
export function emptyObject(apiVersion: string, kind: string): JsonObject {
  return {
    apiVersion,
    kind,
    metadata: { creationTimestamp: null },
    ...EMPTY_OBJECTS[`${apiVersion}/${kind}`],
  }
}
