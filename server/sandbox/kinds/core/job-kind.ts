import type { JsonObject } from '@/lib/shared/json'
import type { BuiltinKind } from '../../api/contracts'
import { humanDuration } from '../../api/human-duration'
import { coreDescription, coreSchema } from './core-schemas'
import { checkJob, checkJobUpdate } from './job-validation'
import { numberAt, objectAt, objectIn, objectsAt, setDefault, stringAt } from './json-access'
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
  timeSince,
} from './table-cells'

const BACKOFF_LIMIT = 6
/** Of a Job that counts the failures of each index by itself. */
const NO_BACKOFF_LIMIT = 2_147_483_647

/** Jobs leave their Pods behind, for old clients' sake, and say so. */
const ORPHANS_PODS =
  'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning'

/** batch/v1 Job. `allocate` writes the labels and the selector by which a Job finds its own Pods. */
export const JOB_KIND: BuiltinKind = {
  resource: resourceKind('batch', 'Job', 'jobs'),
  singular: 'job',
  shortNames: [],
  categories: ['all'],
  verbs: [],
  subresources: ['status'],
  schema: coreSchema('V1Job'),
  applyDefaults(object) {
    const job = copyOf(object)
    const spec = ensureObject(job, 'spec')
    defaultPodTemplate(spec)
    defaultSpec(spec)
    const templateLabels = objectIn(spec, 'template', 'metadata', 'labels')
    const metadata = ensureObject(job, 'metadata')
    const hasLabels = Object.keys(objectAt(metadata, 'labels') ?? {}).length > 0
    if (templateLabels !== undefined && !hasLabels) metadata['labels'] = copyOf(templateLabels)
    setDefault(job, 'status', {})
    return job
  },
  allocate(object) {
    const job = copyOf(object)
    const spec = ensureObject(job, 'spec')
    if (spec['manualSelector'] !== true) generateSelector(job, spec)
    return job
  },
  validateCreate: (object) => [
    ...checkName('metadata.name', nameOf(object), dns1123Subdomain),
    ...checkJob(object),
  ],
  validateUpdate: checkJobUpdate,
  changesGeneration: specChanges,
  selectableFields: ['status.successful'],
  deletion: { openPolicy: { policy: 'Orphan', warning: ORPHANS_PODS } },
  columns: [
    NAME_COLUMN,
    column('Status', 'string', 'Status of the job.'),
    column('Completions', 'string', coreDescription('V1JobStatus', 'succeeded')),
    column('Duration', 'string', 'Time required to complete the job.'),
    AGE_COLUMN,
    column('Containers', 'string', 'Names of each container in the template.', 1),
    column('Images', 'string', 'Images referenced by each container in the template.', 1),
    column('Selector', 'string', coreDescription('V1JobSpec', 'selector'), 1),
  ],
  toCells: (object, now) => [
    nameOf(object),
    statusCell(object),
    completionsCell(object),
    durationCell(object, now),
    ageOf(object, now),
    ...containerCells(object),
    formatSelector(objectIn(object, 'spec', 'selector')),
  ],
}

/** SetDefaults_Job of k8s.io/kubernetes/pkg/apis/batch/v1. */
function defaultSpec(spec: JsonObject): void {
  if (numberAt(spec, 'parallelism') === undefined) setDefault(spec, 'completions', 1)
  setDefault(spec, 'parallelism', 1)
  const isPerIndex = numberAt(spec, 'backoffLimitPerIndex') !== undefined
  setDefault(spec, 'backoffLimit', isPerIndex ? NO_BACKOFF_LIMIT : BACKOFF_LIMIT)
  setDefault(spec, 'completionMode', 'NonIndexed')
  setDefault(spec, 'suspend', false)
  const policy = objectAt(spec, 'podFailurePolicy')
  for (const rule of objectsAt(policy, 'rules')) {
    for (const pattern of objectsAt(rule, 'onPodConditions')) setDefault(pattern, 'status', 'True')
  }
  setDefault(spec, 'podReplacementPolicy', policy === undefined ? 'TerminatingOrFailed' : 'Failed')
  setDefault(spec, 'manualSelector', false)
}

/** Labels of the Job's own name and uid, old and new spelling; the selector asks for the uid. */
function generateSelector(job: JsonObject, spec: JsonObject): void {
  const labels = ensureObject(ensureObject(ensureObject(spec, 'template'), 'metadata'), 'labels')
  const uid = stringAt(objectAt(job, 'metadata'), 'uid')
  for (const prefix of ['', 'batch.kubernetes.io/']) {
    setDefault(labels, `${prefix}job-name`, nameOf(job))
    setDefault(labels, `${prefix}controller-uid`, uid)
  }
  const matchLabels = ensureObject(ensureObject(spec, 'selector'), 'matchLabels')
  setDefault(matchLabels, 'batch.kubernetes.io/controller-uid', uid)
}

function statusCell(job: JsonObject): string {
  const is = (type: string) =>
    objectsAt(objectAt(job, 'status'), 'conditions').some(
      (condition) => condition['type'] === type && condition['status'] === 'True',
    )
  if (is('Complete')) return 'Complete'
  if (is('Failed')) return 'Failed'
  if (stringAt(objectAt(job, 'metadata'), 'deletionTimestamp') !== '') return 'Terminating'
  if (is('Suspended')) return 'Suspended'
  return is('FailureTarget') ? 'FailureTarget' : 'Running'
}

function completionsCell(job: JsonObject): string {
  const spec = objectAt(job, 'spec')
  const succeeded = numberAt(objectAt(job, 'status'), 'succeeded') ?? 0
  const completions = numberAt(spec, 'completions')
  if (completions !== undefined) return `${succeeded}/${completions}`
  const parallelism = numberAt(spec, 'parallelism') ?? 0
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`
}

function durationCell(job: JsonObject, now: number): string {
  const status = objectAt(job, 'status')
  const [started, completed] = [stringAt(status, 'startTime'), stringAt(status, 'completionTime')]
  if (started === '') return ''
  if (completed === '') return timeSince(started, now)
  return humanDuration(Date.parse(completed) - Date.parse(started))
}
