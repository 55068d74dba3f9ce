/**
 * Validation of a Job in the API server's words. Source: ValidateJob and ValidateJobUpdate of k8s.io/kubernetes/pkg/apis/batch
 * (1.33); what is inside podFailurePolicy and successPolicy is not looked at, since no Pod fails or succeeds here by itself.
 */
import type { JsonObject } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'
import { invalid, notSupported, required } from './field-errors'
import { isDeepEqual, numberAt, objectAt, objectIn, stringAt, stringMapAt } from './json-access'
import { copyOf, ensureObject } from './kind-helpers'
import { checkName, dns1123Label } from './name-rules'
import { nameOf } from './table-cells'
import {
  checkNonNegative,
  checkSelector,
  checkSelectorUnchanged,
  checkTemplateContents,
} from './workload-rules'

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
]
const INDEXED_PARALLELISM_MAX = 100_000
const RESTART_POLICIES = ['OnFailure', 'Never']

/** Errors of a Job whose selector and labels were generated before. */
export function checkJob(object: JsonObject): FieldError[] {
  const spec = objectAt(object, 'spec') ?? {}
  return [
    ...checkGenerated(object, spec),
    ...COUNTS.flatMap((key) => checkNonNegative(spec, key)),
    ...checkCompletionMode(object, spec),
    ...checkReplacement(spec),
    ...checkSelector(spec, undefined),
    ...checkTemplateContents(spec),
    ...checkRestartPolicy(spec),
  ]
}

const KEPT = [
  'completionMode',
  'podFailurePolicy',
  'backoffLimitPerIndex',
  'managedBy',
  'successPolicy',
  'template',
]

/** Errors of a changed Job: what its Pods are made of stays. */
export function checkJobUpdate(object: JsonObject, old: JsonObject): FieldError[] {
  const [spec, before] = [objectAt(object, 'spec') ?? {}, objectAt(old, 'spec') ?? {}]
  const isScalable = spec['completionMode'] === 'Indexed' && isScaledWithParallelism(spec, before)
  const changed = [...KEPT, ...(isScalable ? [] : ['completions'])].filter((key) => {
    const isFree = key === 'template' && isNotStarted(old)
    const part = (of: JsonObject) => (isFree ? withoutPlacement(of) : of[key])
    return !isDeepEqual(part(spec), part(before))
  })
  return [
    ...checkJob(object),
    ...checkSelectorUnchanged(object, old),
    ...changed.map((key) => {
      // Go prints the whole struct of a template; what matters is which field it is.
      const value = key === 'template' ? { printed: 'core.PodTemplateSpec{…}' } : spec[key]
      return invalid(`spec.${key}`, value, 'field is immutable')
    }),
    ...checkCounts(objectAt(object, 'status') ?? {}),
  ]
}

function checkCounts(status: JsonObject): FieldError[] {
  return ['active', 'succeeded', 'failed'].flatMap((key) => {
    const count = numberAt(status, key) ?? 0
    if (count >= 0) return []
    return [invalid(`status.${key}`, count, 'must be greater than or equal to 0')]
  })
}

/** An indexed Job is scaled by both numbers at once. */
function isScaledWithParallelism(spec: JsonObject, before: JsonObject): boolean {
  return [spec, before].every(
    (each) => numberAt(each, 'completions') === numberAt(each, 'parallelism'),
  )
}

/** A suspended Job that never ran may still be told where to run. */
function isNotStarted(old: JsonObject): boolean {
  return objectIn(old, 'spec')?.['suspend'] === true && !objectAt(old, 'status')?.['startTime']
}

/** A template without what says where its Pods run. */
function withoutPlacement(spec: JsonObject): JsonObject {
  const template = copyOf(objectAt(spec, 'template') ?? {})
  const metadata = ensureObject(template, 'metadata')
  const podSpec = ensureObject(template, 'spec')
  const affinity = ensureObject(podSpec, 'affinity')
  for (const key of ['labels', 'annotations']) delete metadata[key]
  for (const key of ['nodeSelector', 'tolerations', 'schedulingGates']) delete podSpec[key]
  delete affinity['nodeAffinity']
  return template
}

/** Labels and selector that were to be generated, and that the client set to something else. */
function checkGenerated(object: JsonObject, spec: JsonObject): FieldError[] {
  if (spec['manualSelector'] === true || objectAt(spec, 'selector') === undefined) return []
  const labels = stringMapAt(objectIn(spec, 'template', 'metadata'), 'labels') ?? {}
  const uid = stringAt(objectAt(object, 'metadata'), 'uid')
  const expected = ['', 'batch.kubernetes.io/'].flatMap((prefix): [string, string][] => [
    [`${prefix}controller-uid`, uid],
    [`${prefix}job-name`, nameOf(object)],
  ])
  const path = 'spec.template.metadata.labels'
  const errors = expected
    .filter(([key, value]) => labels[key] !== value)
    .map(([key, value]) => {
      const given = { printed: `map[${key}:${labels[key] ?? ''}]` }
      return labels[key] === undefined
        ? required(`${path}.${key}`, `must be '${value}'`)
        : invalid(`${path}.${key}`, given, `must be '${value}'`)
    })
  const wanted = new Map(expected)
  const matchLabels = stringMapAt(objectAt(spec, 'selector'), 'matchLabels') ?? {}
  if (Object.entries(matchLabels).every(([key, value]) => wanted.get(key) === value)) return errors
  const printed = { printed: JSON.stringify(matchLabels) }
  return [...errors, invalid('spec.selector', printed, '`selector` not auto-generated')]
}

function checkCompletionMode(object: JsonObject, spec: JsonObject): FieldError[] {
  const mode = stringAt(spec, 'completionMode')
  if (mode === 'NonIndexed') {
    const perIndex = ['backoffLimitPerIndex', 'maxFailedIndexes', 'successPolicy']
    return perIndex
      .filter((key) => spec[key] !== undefined)
      .map((key) => invalid(`spec.${key}`, spec[key], 'requires indexed completion mode'))
  }
  if (mode !== 'Indexed') {
    return [notSupported('spec.completionMode', mode, ['NonIndexed', 'Indexed'])]
  }
  const completions = numberAt(spec, 'completions')
  if (completions === undefined) {
    return [required('spec.completions', 'when completion mode is Indexed')]
  }
  const errors: FieldError[] = []
  const parallelism = numberAt(spec, 'parallelism') ?? 0
  if (parallelism > INDEXED_PARALLELISM_MAX) {
    const why = `must be less than or equal to ${INDEXED_PARALLELISM_MAX} when completion mode is Indexed`
    errors.push(invalid('spec.parallelism', parallelism, why))
  }
  const hostname = `${nameOf(object)}-${completions - 1}`
  if (completions > 0 && checkName('', hostname, dns1123Label).length > 0) {
    const why = `will not able to create pod with invalid DNS label: ${hostname}`
    errors.push(invalid('metadata.name', nameOf(object), why))
  }
  return errors
}

function checkReplacement(spec: JsonObject): FieldError[] {
  const policy = stringAt(spec, 'podReplacementPolicy')
  const allowed =
    spec['podFailurePolicy'] === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed']
  if (policy === '' || allowed.includes(policy)) return []
  return [notSupported('spec.podReplacementPolicy', policy, allowed)]
}

function checkRestartPolicy(spec: JsonObject): FieldError[] {
  const path = 'spec.template.spec.restartPolicy'
  const policy = stringAt(objectIn(spec, 'template', 'spec'), 'restartPolicy')
  if (policy === '' || policy === 'Always') {
    return [required(path, 'valid values: "OnFailure", "Never"')]
  }
  if (!RESTART_POLICIES.includes(policy)) return [notSupported(path, policy, RESTART_POLICIES)]
  if (policy === 'Never' || spec['podFailurePolicy'] === undefined) return []
  return [invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified')]
}
