/** Owners of built-in objects, whose Go structs exist before anyone sets them. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { coreSchema } from '../kinds/core/core-schemas'
import { strategicMergePatch } from '../patch/strategic-merge-patch'
import { withManagedFields } from './managed-fields'
import { trackUpdate } from './track-update'

const cases = new URL('../../../../shared/kube-apiserver-cases/', import.meta.url)
const NOW = Date.UTC(2026, 10, 23)

function created(object: JsonObject, model: string): unknown {
  const apiVersion = String(object['apiVersion'])
  const request = { before: null, manager: 'm', schema: coreSchema(model), now: NOW, apiVersion }
  return trackUpdate({ ...request, after: object })[0]?.['fieldsV1']
}

const deployment: JsonObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { a: 'b' } },
    strategy: { type: 'Recreate' },
    template: {
      metadata: { creationTimestamp: null, labels: { a: 'b' } },
      spec: {
        containers: [
          {
            name: 'c',
            image: 'i',
            resources: {},
            ports: [{ containerPort: 80 }],
            env: [{ name: 'E', value: '1' }],
          },
        ],
      },
    },
  },
}

test('creating a Deployment claims what is inside its structs, not the structs', () => {
  expect(created(deployment, 'V1Deployment')).toEqual({
    'f:spec': {
      'f:replicas': {},
      'f:selector': {},
      'f:strategy': { 'f:type': {} },
      'f:template': {
        'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } },
        'f:spec': {
          'f:containers': {
            'k:{"name":"c"}': {
              '.': {},
              'f:env': { '.': {}, 'k:{"name":"E"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
              'f:image': {},
              'f:name': {},
              'f:ports': {
                '.': {},
                'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} },
              },
              'f:resources': {},
            },
          },
        },
      },
    },
  })
})

test('creating a ConfigMap claims its data', () => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: '1' } }
  expect(created(object, 'V1ConfigMap')).toEqual({ 'f:data': { '.': {}, 'f:a': {} } })
})

test('a strategic merge patch merges the containers of a Deployment by name', () => {
  const patch = {
    spec: {
      template: {
        spec: {
          containers: [
            { name: 'c', image: 'j' },
            { name: 'd', image: 'k' },
          ],
        },
      },
    },
  }
  const outcome = strategicMergePatch(deployment, patch, coreSchema('V1Deployment'))
  if (!outcome.ok) throw new Error(outcome.message)
  const text = JSON.stringify(outcome.object)
  expect(text).toContain('{"name":"c","image":"j","resources":{},"ports"')
  expect(text).toContain('{"name":"d","image":"k"}')
})

const recorded: [name: string, model: string, manager: string, allocated: string[]][] = [
  ['151-patch-strategic-configmap', 'V1ConfigMap', 'unknown', []],
  ['152-patch-strategic-deployment-list-merge', 'V1Deployment', 'unknown', []],
  ['322-deployment-ok', 'V1Deployment', 'kubectl-client-side-apply', []],
  [
    '316-service-ok',
    'V1Service',
    'kubectl-client-side-apply',
    // The registry allocates these after ownership is settled.
    ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'],
  ],
]

describe.skipIf(!existsSync(cases))('as a recorded kube-apiserver (shared cases)', () => {
  test.each(recorded)('%s has the recorded owner', (name, model, manager, allocated) => {
    const answer: JsonObject = JSON.parse(
      readFileSync(new URL(`${name}/status.json`, cases), 'utf8'),
    )
    const metadata = isJsonObject(answer['metadata']) ? answer['metadata'] : {}
    const spec = isJsonObject(answer['spec']) ? { ...answer['spec'] } : undefined
    for (const field of allocated) delete spec?.[field]
    const after = withManagedFields(
      { ...answer, ...(spec === undefined ? {} : { spec }) },
      undefined,
    )
    const tracked = trackUpdate({
      before: null,
      after,
      manager,
      apiVersion: String(answer['apiVersion']),
      schema: coreSchema(model),
      now: Date.parse(String((metadata['managedFields'] as JsonObject[])[0]?.['time'])),
    })
    expect(tracked).toEqual(metadata['managedFields'])
  })
})
