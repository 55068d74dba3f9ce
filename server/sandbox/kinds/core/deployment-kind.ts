import type { JsonObject, JsonValue } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'
import type { BuiltinKind } from '../../api/contracts'
import { coreDescription, coreSchema } from './core-schemas'
import { forbidden, invalid, notSupported, type Printed } from './field-errors'
import {
  isDeepEqual,
  numberAt,
  objectAt,
  objectIn,
  setDefault,
  setDefaultText,
  stringAt,
  stringMapAt,
} from './json-access'
import { copyOf, ensureObject, resourceKind, specChanges } from './kind-helpers'
import { checkName, dns1123Subdomain } from './name-rules'
import { defaultPodTemplate } from './pod-defaults'
import {
  AGE_COLUMN,
  ageOf,
  column,
  containerCells,
  formatSelector,
  NAME_COLUMN,
  nameOf,
} from './table-cells'
import {
  checkNonNegative,
  checkSelector,
  checkSelectorUnchanged,
  checkTemplate,
} from './workload-rules'

const STRATEGY_TYPES = ['Recreate', 'RollingUpdate']

/** apps/v1 Deployment. */
export const DEPLOYMENT_KIND: BuiltinKind = {
  resource: resourceKind('apps', 'Deployment', 'deployments'),
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  verbs: [],
  subresources: ['status', 'scale'],
  schema: coreSchema('V1Deployment'),
  applyDefaults(object) {
    const deployment = copyOf(object)
    const spec = ensureObject(deployment, 'spec')
    setDefault(spec, 'replicas', 1)
    defaultPodTemplate(spec)
    defaultStrategy(ensureObject(spec, 'strategy'))
    setDefault(spec, 'revisionHistoryLimit', 10)
    setDefault(spec, 'progressDeadlineSeconds', 600)
    setDefault(deployment, 'status', {})
    return deployment
  },
  validateCreate: (object) => [
    ...checkName('metadata.name', nameOf(object), dns1123Subdomain),
    ...checkSpec(object),
  ],
  validateUpdate: (object, old) => [
    ...checkSpec(object),
    ...checkSelectorUnchanged(object, old),
    ...checkStatus(object),
  ],
  // Annotations count too: rollbacks were once recorded in them.
  changesGeneration: (object, old) =>
    specChanges(object, old) || !isDeepEqual(annotationsOf(object), annotationsOf(old)),
  statusResets: [['metadata', 'labels']],
  columns: [
    NAME_COLUMN,
    column('Ready', 'string', 'Number of the pod with ready state'),
    column('Up-to-date', 'string', coreDescription('V1DeploymentStatus', 'updatedReplicas')),
    column('Available', 'string', coreDescription('V1DeploymentStatus', 'availableReplicas')),
    AGE_COLUMN,
    column('Containers', 'string', 'Names of each container in the template.', 1),
    column('Images', 'string', 'Images referenced by each container in the template.', 1),
    column(
      'Selector',
      'string',
      'Label selector for pods. Existing ReplicaSets whose pods are selected by this will be the ones affected by this deployment.',
      1,
    ),
  ],
  toCells: (object, now) => {
    const status = objectAt(object, 'status')
    const desired = numberAt(objectAt(object, 'spec'), 'replicas') ?? 0
    return [
      nameOf(object),
      `${numberAt(status, 'readyReplicas') ?? 0}/${desired}`,
      numberAt(status, 'updatedReplicas') ?? 0,
      numberAt(status, 'availableReplicas') ?? 0,
      ageOf(object, now),
      ...containerCells(object),
      formatSelector(objectIn(object, 'spec', 'selector')),
    ]
  },
}

/** The controller writes its revision with the status on a real cluster, which moves no generation. */
function annotationsOf(object: JsonObject): Record<string, string> {
  const annotations = { ...stringMapAt(objectAt(object, 'metadata'), 'annotations') }
  delete annotations['deployment.kubernetes.io/revision']
  return annotations
}

function defaultStrategy(strategy: JsonObject): void {
  setDefaultText(strategy, 'type', 'RollingUpdate')
  if (strategy['type'] !== 'RollingUpdate') return
  const rollingUpdate = ensureObject(strategy, 'rollingUpdate')
  setDefault(rollingUpdate, 'maxUnavailable', '25%')
  setDefault(rollingUpdate, 'maxSurge', '25%')
}

function checkSpec(object: JsonObject): FieldError[] {
  const spec = objectAt(object, 'spec') ?? {}
  const deadline = numberAt(spec, 'progressDeadlineSeconds')
  const minReady = numberAt(spec, 'minReadySeconds') ?? 0
  return [
    ...checkNonNegative(spec, 'replicas'),
    ...checkSelector(spec, 'deployment'),
    ...checkTemplate(spec),
    ...checkStrategy(objectAt(spec, 'strategy') ?? {}),
    ...checkNonNegative(spec, 'minReadySeconds'),
    ...checkNonNegative(spec, 'revisionHistoryLimit'),
    ...checkNonNegative(spec, 'progressDeadlineSeconds'),
    ...(deadline !== undefined && deadline <= minReady
      ? [invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')]
      : []),
  ]
}

function checkStrategy(strategy: JsonObject): FieldError[] {
  const type = stringAt(strategy, 'type')
  const rollingUpdate = objectAt(strategy, 'rollingUpdate')
  if (!STRATEGY_TYPES.includes(type)) {
    const printed = `apps.DeploymentStrategy{Type:${JSON.stringify(type)}, RollingUpdate:(*apps.RollingUpdateDeployment)(nil)}`
    return [notSupported('spec.strategy', { printed }, STRATEGY_TYPES)]
  }
  if (type === 'Recreate') {
    const detail = "may not be specified when strategy `type` is 'Recreate'"
    return rollingUpdate === undefined ? [] : [forbidden('spec.strategy.rollingUpdate', detail)]
  }
  const path = 'spec.strategy.rollingUpdate'
  const { maxUnavailable, maxSurge } = rollingUpdate ?? {}
  const errors = [
    ...checkCountOrPercent(maxUnavailable, `${path}.maxUnavailable`),
    ...checkCountOrPercent(maxSurge, `${path}.maxSurge`),
  ]
  if (isZero(maxUnavailable) && isZero(maxSurge)) {
    errors.push(
      invalid(
        `${path}.maxUnavailable`,
        printAmount(maxUnavailable),
        'may not be 0 when `maxSurge` is 0',
      ),
    )
  }
  if (typeof maxUnavailable === 'string' && Number.parseInt(maxUnavailable, 10) > 100) {
    const printed = printAmount(maxUnavailable)
    errors.push(invalid(`${path}.maxUnavailable`, printed, 'must not be greater than 100%'))
  }
  return errors
}

/** Go's `%#v` of an intstr.IntOrString. */
function printAmount(value: JsonValue | undefined): Printed {
  const [type, text] = typeof value === 'string' ? [1, value] : [0, '']
  const number = typeof value === 'number' ? value : 0
  return {
    printed: `intstr.IntOrString{Type:${type}, IntVal:${number}, StrVal:${JSON.stringify(text)}}`,
  }
}

/** Errors of a status: counts that are negative, or greater than what they count among. */
function checkStatus(object: JsonObject): FieldError[] {
  const status = objectAt(object, 'status') ?? {}
  const count = (key: string) => numberAt(status, key) ?? 0
  const counts = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas']
  const negative = ['observedGeneration', ...counts, 'unavailableReplicas', 'collisionCount']
    .filter((key) => count(key) < 0)
    .map((key) => invalid(`status.${key}`, count(key), 'must be greater than or equal to 0'))
  const beyond = (key: string, whole: string) =>
    count(key) > count(whole)
      ? [
          invalid(
            `status.${key}`,
            count(key),
            `cannot be greater than ${whole === 'replicas' ? 'status.' : ''}${whole}`,
          ),
        ]
      : []
  return [
    ...negative,
    ...counts.slice(1).flatMap((key) => beyond(key, 'replicas')),
    ...beyond('availableReplicas', 'readyReplicas'),
  ]
}

function isZero(value: JsonValue | undefined): boolean {
  return value === 0 || value === '0%'
}

function checkCountOrPercent(value: JsonValue | undefined, path: string): FieldError[] {
  if (typeof value === 'number') {
    return value >= 0
      ? []
      : [invalid(path, printAmount(value), 'must be greater than or equal to 0')]
  }
  if (typeof value !== 'string' || /^[0-9]+%$/.test(value)) return []
  return [
    invalid(
      path,
      printAmount(value),
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    ),
  ]
}
