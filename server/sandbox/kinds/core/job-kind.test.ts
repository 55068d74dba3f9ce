import { describe, expect, test } from 'vitest'
import type { JsonObject } from '@/lib/shared/json'
import { formatFieldError } from '@/lib/validation/field-error'
import { JOB_KIND } from './job-kind'

const UID = 'a-uid'

/** A Job as the server would store it, with what is generated. */
function job(spec: JsonObject = {}, labels: Record<string, string> | undefined = undefined) {
  const template = {
    metadata: labels === undefined ? {} : { labels },
    spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] },
  }
  const metadata = { name: 'j', namespace: 'default', uid: UID }
  const given = { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template, ...spec } }
  const defaulted = JOB_KIND.applyDefaults(given)
  return JOB_KIND.allocate?.(defaulted, () => false) ?? defaulted
}

const errorsOf = (object: JsonObject) => JOB_KIND.validateCreate(object).map(formatFieldError)

describe('a Job', () => {
  test('gets the labels and the selector of its own name and uid', () => {
    const { spec, metadata } = job({}, { app: 'x' }) as { spec: JsonObject; metadata: JsonObject }
    expect(spec).toMatchObject({
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': UID } },
      template: {
        metadata: {
          labels: {
            app: 'x',
            'job-name': 'j',
            'controller-uid': UID,
            'batch.kubernetes.io/job-name': 'j',
            'batch.kubernetes.io/controller-uid': UID,
          },
        },
      },
    })
    expect(metadata['labels']).toEqual({ app: 'x' })
    expect(errorsOf(job())).toEqual([])
  })

  test('has the defaults of batch/v1', () => {
    expect(job()['spec']).toMatchObject({
      parallelism: 1,
      completions: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
      manualSelector: false,
      podReplacementPolicy: 'TerminatingOrFailed',
    })
    expect(job({ parallelism: 3 })['spec']).not.toHaveProperty('completions')
    const indexed = { completionMode: 'Indexed', completions: 2, backoffLimitPerIndex: 1 }
    expect(job(indexed)['spec']).toMatchObject({ backoffLimit: 2_147_483_647 })
  })

  test.each<[string, JsonObject, string]>([
    ['a negative count', { backoffLimit: -1 }, 'spec.backoffLimit: Invalid value: -1: must be'],
    ['an unknown mode', { completionMode: 'X' }, 'spec.completionMode: Unsupported value: "X"'],
    [
      'an indexed Job without completions',
      { completionMode: 'Indexed', parallelism: 1 },
      'spec.completions: Required value: when completion mode is Indexed',
    ],
    [
      'limits of indexes without any',
      { backoffLimitPerIndex: 1 },
      'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode',
    ],
    ['no selector', { manualSelector: true }, 'spec.selector: Required value'],
    [
      'a selector that was to be generated',
      { selector: { matchLabels: { app: 'x' } } },
      'spec.selector: Invalid value: {"app":"x"',
    ],
    [
      'Pods that restart for ever',
      { template: { spec: { containers: [{ name: 'c', image: 'x' }] } } },
      'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    ],
  ])('is refused with %s', (_name, spec, error) => {
    expect(errorsOf(job(spec)).join('\n')).toContain(error)
  })

  test('keeps its template, selector and completions', () => {
    const old = job()
    const fields = (changed: JsonObject) =>
      JOB_KIND.validateUpdate(changed, old).map(({ field }) => field)
    expect(fields(job({ parallelism: 5, completions: 1, suspend: true }))).toEqual([])
    expect(fields(job({ completions: 2 }))).toEqual(['spec.completions'])
    expect(fields(job({}, { app: 'y' }))).toEqual(['spec.template'])
    expect(fields(job({ backoffLimit: 0, completionMode: 'Indexed' }))).toEqual([
      'spec.completionMode',
    ])
  })

  test.each<[string, JsonObject, JsonObject, string[]]>([
    ['runs', {}, { startTime: '2026-11-23T11:59:00Z' }, ['Running', '0/1', '60s']],
    [
      'is complete',
      { completions: 3 },
      {
        succeeded: 3,
        startTime: '2026-11-23T11:00:00Z',
        completionTime: '2026-11-23T11:00:05Z',
        conditions: [{ type: 'Complete', status: 'True' }],
      },
      ['Complete', '3/3', '5s'],
    ],
    [
      'is suspended',
      { parallelism: 2 },
      { conditions: [{ type: 'Suspended', status: 'True' }] },
      ['Suspended', '0/1 of 2', ''],
    ],
  ])('that %s prints its state', (_name, spec, status, cells) => {
    const now = Date.parse('2026-11-23T12:00:00Z')
    expect(JOB_KIND.toCells({ ...job(spec), status }, now).slice(1, 4)).toEqual(cells)
  })
})
