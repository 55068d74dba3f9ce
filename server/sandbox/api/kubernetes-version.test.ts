import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestSandbox, type TestSandbox } from '../../testing/start-sandbox'
import protobufFields from '../decode/protobuf-fields.json' with { type: 'json' }
import { BUILTIN_KINDS } from '../kinds/core/builtin-kinds'
import schemas from '../kinds/core/core-schemas.json' with { type: 'json' }
import * as facts from '../kinds/core/schema-facts'
import { KUBERNETES_VERSION } from './kubernetes-version'

let sandbox: TestSandbox
beforeAll(async () => {
  sandbox = await startTestSandbox()
})
afterAll(() => sandbox.stop())

const minorOf = (version: string) => /1\.(\d+)|0\.(\d+)/.exec(version)?.slice(1).join('')

test('everything is of one version of Kubernetes', async () => {
  const [, minor = ''] = KUBERNETES_VERSION.split('.')
  const version = await sandbox.json('GET', '/version')
  expect(version.body).toMatchObject({ gitVersion: `v${KUBERNETES_VERSION}`, major: '1', minor })
  const openApi = await sandbox.json('GET', '/openapi/v3/api/v1')
  expect(openApi.body.info.version).toBe(`v${KUBERNETES_VERSION}`)
  expect(minorOf(schemas.source.kubernetes)).toBe(minor)
  const modules = protobufFields.source.split(', ').map((module) => module.split('@v')[1] ?? '')
  expect(modules.map(minorOf)).toEqual([minor, minor])
})

test('what is said beside the schemas is about fields that they have', () => {
  const models: Readonly<Record<string, { properties: Readonly<Record<string, unknown>> }>> =
    schemas.models
  const paths = [
    ...Object.keys(facts.LIST_MAP_KEYS),
    ...facts.LIST_SETS,
    ...facts.WITHOUT_PATCH_MERGE,
    ...Object.keys(facts.PATCH_STRATEGY),
    ...Object.keys(facts.PATCH_MERGE_KEY),
    ...facts.ATOMIC_MAPS,
    ...facts.QUANTITY_MAPS,
    ...facts.QUANTITIES,
    ...facts.MICRO_TIMES,
    ...Object.keys(facts.KEY_DEFAULTS),
  ]
  const unknown = paths.filter((path) => {
    const [model = '', property = ''] = path.split('.')
    return models[model]?.properties[property] === undefined
  })
  expect(unknown).toEqual([])
  expect([...facts.ATOMIC_MODELS].filter((model) => models[model] === undefined)).toEqual([])
})

test('fields that came after that version are unknown, as they are to it', async () => {
  const containers = [{ name: 'c', image: 'echo-basic' }]
  const pod = (spec: object) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers, ...spec },
  })
  const path = '/api/v1/namespaces/default/pods?fieldValidation=Strict&dryRun=All'
  const newer = await sandbox.json('POST', path, pod({ hostnameOverride: 'x' }))
  expect(newer.body.message).toContain('unknown field "spec.hostnameOverride"')
  const watch =
    '/api/v1/namespaces?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan'
  const refused = await sandbox.json('GET', watch)
  expect([refused.status, refused.body.message]).toEqual([
    422,
    expect.stringContaining('sendInitialEvents is forbidden for watch unless the WatchList'),
  ])
})

test('the README names every kind that is served, and the version', () => {
  const readme = readFileSync('README.md', 'utf8')
  const [line = ''] = /- It is Kubernetes [^`]+`kubectl api-resources`/.exec(readme) ?? []
  expect(line).toContain(`Kubernetes ${KUBERNETES_VERSION} `)
  const kinds = BUILTIN_KINDS.map(({ resource }) => resource.kind)
  expect(kinds.filter((kind) => !new RegExp(`\\b${kind}\\b`).test(line))).toEqual([])
})
