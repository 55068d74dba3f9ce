/**
 * What the client models do not say about the core types: how lists and maps merge, under server-side
 * apply and under strategic merge patch, and which strings are quantities.
 * Source: the `+listType`, `+mapType`, `patchStrategy` markers of k8s.io/api 1.33.
 */

/** Lists that are keyed maps; the first key is also the strategic merge key. `Model.property` → keys. */
export const LIST_MAP_KEYS: Readonly<Record<string, readonly string[]>> = {
  'V1ObjectMeta.ownerReferences': ['uid'],
  'V1Container.env': ['name'],
  'V1Container.ports': ['containerPort', 'protocol'],
  'V1Container.volumeDevices': ['devicePath'],
  'V1Container.volumeMounts': ['mountPath'],
  'V1EphemeralContainer.env': ['name'],
  'V1EphemeralContainer.ports': ['containerPort', 'protocol'],
  'V1EphemeralContainer.volumeDevices': ['devicePath'],
  'V1EphemeralContainer.volumeMounts': ['mountPath'],
  'V1ContainerStatus.volumeMounts': ['mountPath'],
  'V1ContainerStatus.allocatedResourcesStatus': ['name'],
  'V1ResourceStatus.resources': ['resourceID'],
  'V1DeploymentStatus.conditions': ['type'],
  'V1ReplicaSetStatus.conditions': ['type'],
  'V1NamespaceStatus.conditions': ['type'],
  'V1PodSpec.containers': ['name'],
  'V1PodSpec.initContainers': ['name'],
  'V1PodSpec.ephemeralContainers': ['name'],
  'V1PodSpec.hostAliases': ['ip'],
  'V1PodSpec.imagePullSecrets': ['name'],
  'V1PodSpec.resourceClaims': ['name'],
  'V1PodSpec.schedulingGates': ['name'],
  'V1PodSpec.topologySpreadConstraints': ['topologyKey', 'whenUnsatisfiable'],
  'V1PodSpec.volumes': ['name'],
  'V1PodStatus.conditions': ['type'],
  'V1PodStatus.podIPs': ['ip'],
  'V1PodStatus.resourceClaimStatuses': ['name'],
  'V1ResourceRequirements.claims': ['name'],
  'V1ServiceAccount.secrets': ['name'],
  'V1ServiceSpec.ports': ['port', 'protocol'],
  'V1ServiceStatus.conditions': ['type'],
  'V1NodeStatus.addresses': ['type'],
  'V1NodeStatus.conditions': ['type'],
}

/** Lists whose entries are a set; every list in neither table is atomic. */
export const LIST_SETS: ReadonlySet<string> = new Set([
  'V1ObjectMeta.finalizers',
  'V1Endpoint.addresses',
  'V1PodFailurePolicyOnExitCodesRequirement.values',
  'V1UncountedTerminatedPods.failed',
  'V1UncountedTerminatedPods.succeeded',
  'V1NodeSpec.podCIDRs',
])

/** Keyed lists that a strategic merge patch nevertheless replaces whole. */
export const WITHOUT_PATCH_MERGE: ReadonlySet<string> = new Set([
  'V1ResourceRequirements.claims',
  'V1ResourceStatus.resources',
])

/** Properties whose strategic merge is not the plain `merge` of their list type. */
export const PATCH_STRATEGY: Readonly<Record<string, string>> = {
  'V1ObjectMeta.finalizers': 'merge',
  'V1DeploymentSpec.strategy': 'retainKeys',
  'V1PodSpec.volumes': 'merge,retainKeys',
  'V1PodSpec.resourceClaims': 'merge,retainKeys',
  'V1PodStatus.resourceClaimStatuses': 'merge,retainKeys',
}

/** Atomic lists that a strategic merge patch merges by this key all the same. */
export const PATCH_MERGE_KEY: Readonly<Record<string, string>> = {
  'V1JobStatus.conditions': 'type',
  'V1PodStatus.hostIPs': 'ip',
  'V1ServiceAccount.imagePullSecrets': 'name',
}

/** Structs that server-side apply treats as one value. */
export const ATOMIC_MODELS: ReadonlySet<string> = new Set([
  'V1LabelSelector',
  'V1LocalObjectReference',
  'V1ObjectReference',
  'V1OwnerReference',
  'V1ConfigMapKeySelector',
  'V1SecretKeySelector',
  'V1ObjectFieldSelector',
  'V1ResourceFieldSelector',
  'V1NodeSelector',
  'V1NodeSelectorTerm',
  'V1TypedLocalObjectReference',
  'V1RoleRef',
  'RbacV1Subject',
])

/** Maps of strings that server-side apply treats as one value. */
export const ATOMIC_MAPS: ReadonlySet<string> = new Set([
  'V1ServiceSpec.selector',
  'V1PodSpec.nodeSelector',
])

/** Maps whose values are quantities: a number or a string. */
export const QUANTITY_MAPS: ReadonlySet<string> = new Set([
  'V1ContainerStatus.allocatedResources',
  'V1NodeStatus.allocatable',
  'V1NodeStatus.capacity',
  'V1PodSpec.overhead',
  'V1ResourceRequirements.limits',
  'V1ResourceRequirements.requests',
  'V1VolumeResourceRequirements.limits',
  'V1VolumeResourceRequirements.requests',
])

/** Single quantities. */
export const QUANTITIES: ReadonlySet<string> = new Set([
  'V1EmptyDirVolumeSource.sizeLimit',
  'V1ResourceFieldSelector.divisor',
])

/** Times with microseconds, metav1.MicroTime. */
export const MICRO_TIMES: ReadonlySet<string> = new Set([
  'CoreV1Event.eventTime',
  'CoreV1EventSeries.lastObservedTime',
  'V1LeaseSpec.acquireTime',
  'V1LeaseSpec.renewTime',
])

/** Defaults that list map keys need before a list can be merged. */
export const KEY_DEFAULTS: Readonly<Record<string, string>> = {
  'V1ContainerPort.protocol': 'TCP',
  'V1ServicePort.protocol': 'TCP',
}
