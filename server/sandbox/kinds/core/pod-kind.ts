import type { JsonObject, JsonValue } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'
import type { BuiltinKind } from '../../api/contracts'
import { coreDescription, coreSchema } from './core-schemas'
import { forbidden } from './field-errors'
import { isDeepEqual, numberAt, objectAt, objectsAt, setDefault, stringAt } from './json-access'
import { copyOf, ensureObject, neverChangesGeneration, resourceKind } from './kind-helpers'
import { checkName, dns1123Subdomain } from './name-rules'
import { podCells } from './pod-cells'
import { defaultPodSpec } from './pod-defaults'
import { checkImageSpace, validatePodSpec } from './pod-validation'
import { AGE_COLUMN, column, NAME_COLUMN, nameOf } from './table-cells'

const EVICTION_SECONDS = 300
const EVICTING_TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

/** v1 Pod. `allocate` adds what admission and the registry set on create: priority, tolerations, `Pending`. */
export const POD_KIND: BuiltinKind = {
  resource: resourceKind('', 'Pod', 'pods'),
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  verbs: [],
  subresources: ['status', 'log'],
  schema: coreSchema('V1Pod'),
  applyDefaults(object) {
    const pod = copyOf(object)
    const spec = ensureObject(pod, 'spec')
    defaultPodSpec(spec)
    setDefault(spec, 'enableServiceLinks', true)
    return pod
  },
  allocate(object) {
    const pod = copyOf(object)
    const spec = ensureObject(pod, 'spec')
    if (stringAt(spec, 'serviceAccountName') === '') {
      spec['serviceAccountName'] = 'default'
      spec['serviceAccount'] = 'default'
    }
    setDefault(spec, 'priority', 0)
    setDefault(spec, 'preemptionPolicy', 'PreemptLowerPriority')
    addTolerations(spec)
    pod['status'] = { phase: 'Pending', qosClass: qosClassOf(spec) }
    return pod
  },
  validateCreate: (object) => [
    ...checkName('metadata.name', nameOf(object), dns1123Subdomain),
    ...validatePodSpec(objectAt(object, 'spec') ?? {}, 'spec'),
    ...checkImageSpace(objectAt(object, 'spec') ?? {}, 'spec'),
    ...(objectsAt(objectAt(object, 'spec'), 'ephemeralContainers').length > 0
      ? [forbidden('spec.ephemeralContainers', 'cannot be set on create')]
      : []),
  ],
  validateUpdate: (object, old) => [
    ...validatePodSpec(objectAt(object, 'spec') ?? {}, 'spec'),
    ...checkImageSpace(objectAt(object, 'spec') ?? {}, 'spec'),
    ...checkSpecUnchanged(object, old),
  ],
  changesGeneration: neverChangesGeneration,
  tracksGeneration: false,
  selectableFields: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  statusResets: [
    ['metadata', 'deletionTimestamp'],
    ['metadata', 'ownerReferences'],
  ],
  deletion: { graceSeconds, isAnswered: true },
  columns: [
    NAME_COLUMN,
    column('Ready', 'string', 'The aggregate readiness state of this pod for accepting traffic.'),
    column('Status', 'string', 'The aggregate status of the containers in this pod.'),
    column(
      'Restarts',
      'string',
      'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
    ),
    AGE_COLUMN,
    column('IP', 'string', coreDescription('V1PodStatus', 'podIP'), 1),
    column('Node', 'string', coreDescription('V1PodSpec', 'nodeName'), 1),
    column('Nominated Node', 'string', coreDescription('V1PodStatus', 'nominatedNodeName'), 1),
    column('Readiness Gates', 'string', coreDescription('V1PodSpec', 'readinessGates'), 1),
  ],
  toCells: podCells,
}

const GRACE_SECONDS = 30

/** A Pod that runs somewhere gets time to finish. */
function graceSeconds(pod: JsonObject): number | undefined {
  const spec = objectAt(pod, 'spec')
  const phase = stringAt(objectAt(pod, 'status'), 'phase')
  const isOver = phase === 'Succeeded' || phase === 'Failed'
  if (stringAt(spec, 'nodeName') === '' || isOver) return undefined
  return numberAt(spec, 'terminationGracePeriodSeconds') ?? GRACE_SECONDS
}

function addTolerations(spec: JsonObject): void {
  const tolerations = objectsAt(spec, 'tolerations')
  for (const key of EVICTING_TAINTS) {
    const isTolerated = tolerations.some((toleration) => {
      const effect = stringAt(toleration, 'effect')
      const own = stringAt(toleration, 'key')
      return (own === key || own === '') && (effect === 'NoExecute' || effect === '')
    })
    if (isTolerated) continue
    tolerations.push({
      key,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: EVICTION_SECONDS,
    })
  }
  spec['tolerations'] = tolerations
}

/** https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/, for CPU and memory. */
function qosClassOf(spec: JsonObject): string {
  const resources = objectsAt(spec, 'containers').map(
    (container) => objectAt(container, 'resources') ?? {},
  )
  const hasAny = (name: string) =>
    resources.some((entry) => Object.keys(objectAt(entry, name) ?? {}).length > 0)
  if (!hasAny('limits') && !hasAny('requests')) return 'BestEffort'
  const isGuaranteed = resources.every((entry) =>
    ['cpu', 'memory'].every((name) => {
      const limit = objectAt(entry, 'limits')?.[name]
      return limit !== undefined && isDeepEqual(limit, objectAt(entry, 'requests')?.[name])
    }),
  )
  return isGuaranteed ? 'Guaranteed' : 'Burstable'
}

/** The specification without what a running Pod lets change. */
function fixedPart(object: JsonObject): JsonObject {
  const spec = copyOf(objectAt(object, 'spec') ?? {})
  for (const list of ['containers', 'initContainers']) {
    for (const container of objectsAt(spec, list)) delete container['image']
  }
  // nodeName is set by whoever schedules the Pod; here that is an ordinary update.
  for (const key of [
    'activeDeadlineSeconds',
    'tolerations',
    'terminationGracePeriodSeconds',
    'nodeName',
  ]) {
    delete spec[key]
  }
  return spec
}

function checkSpecUnchanged(object: JsonObject, old: JsonObject): FieldError[] {
  const before: JsonValue = fixedPart(old)
  if (isDeepEqual(fixedPart(object), before)) return []
  return [
    forbidden(
      'spec',
      'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    ),
  ]
}
