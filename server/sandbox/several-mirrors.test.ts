/** The editor and the sandbox judge several mirrors alike: every input through both doors. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { validateText } from '@/components/language/validate-text'
import type { SchemaResponse } from '@/lib/dashboard-api/live'
import { MULTIPLE_MIRRORS_FEATURE } from '@/lib/routing/supported-features'
import type { JsonObject } from '@/lib/shared/json'
import { UNKNOWN_CLUSTER } from '@/lib/validation/lints/cluster-facts'
import {
  gatewayApiDefinitions,
  startTestSandbox,
  type TestAnswer,
  type TestSandbox,
} from '@/server/testing/start-sandbox'

const GROUP = 'gateway.networking.k8s.io'
const API = `/apis/${GROUP}/v1`
const APPLY = 'application/apply-patch+yaml'
const MERGE = 'application/merge-patch+json'

const mirror = (name: string) => ({
  type: 'RequestMirror',
  requestMirror: { backendRef: { name, port: 80 } },
})
const TWO = [mirror('b'), mirror('c')]
const ONE = [mirror('b')]
const backend = (filters?: object[]) => ({ name: 'a', port: 80, ...(filters && { filters }) })
const rule = (filters: object[], ofBackend?: object[]) => ({
  filters,
  backendRefs: [backend(ofBackend)],
})
const service = { group: '', kind: 'Service', name: 'many' }

interface Case {
  readonly name: string
  readonly parentRefs?: readonly object[]
  readonly rules: readonly object[]
  readonly denied: readonly string[]
  readonly kind?: 'HTTPRoute' | 'GRPCRoute'
  readonly version?: 'v1' | 'v1beta1'
}

const FILTERS = 'spec.rules[0].filters'
const CASES: readonly Case[] = [
  { name: 'no parentRefs', rules: [rule(TWO)], denied: [FILTERS] },
  { name: 'empty parentRefs', parentRefs: [], rules: [rule(TWO)], denied: [FILTERS] },
  {
    name: 'a parent that does not exist',
    parentRefs: [{ name: 'gone' }],
    rules: [rule(TWO)],
    denied: [FILTERS],
  },
  {
    name: 'a parent whose class does not exist',
    parentRefs: [{ name: 'lost' }],
    rules: [rule(TWO)],
    denied: [FILTERS],
  },
  {
    name: 'a class that lists it',
    parentRefs: [{ name: 'many' }],
    rules: [rule(TWO)],
    denied: [],
  },
  {
    name: 'a class that does not',
    parentRefs: [{ name: 'one' }],
    rules: [rule(TWO)],
    denied: [FILTERS],
  },
  {
    name: 'parents of both classes',
    parentRefs: [{ name: 'many' }, { name: 'one' }],
    rules: [rule(TWO)],
    denied: [FILTERS],
  },
  {
    name: 'two parents that list it',
    parentRefs: [{ name: 'many' }, { name: 'far', namespace: 'infra' }],
    rules: [rule(TWO)],
    denied: [],
  },
  {
    name: 'a parent that lists it beside one that does not exist',
    parentRefs: [{ name: 'many' }, { name: 'gone' }],
    rules: [rule(TWO)],
    denied: [FILTERS],
  },
  {
    name: 'a parent of another namespace',
    parentRefs: [{ name: 'many', namespace: 'infra' }],
    rules: [rule(TWO)],
    denied: [FILTERS],
  },
  { name: 'a Service as parent', parentRefs: [service], rules: [rule(TWO)], denied: [FILTERS] },
  {
    name: 'a Gateway of another group',
    parentRefs: [{ group: 'example.com', kind: 'Gateway', name: 'many' }],
    rules: [rule(TWO)],
    denied: [FILTERS],
  },
  {
    name: 'a Gateway that lists it beside a Service',
    parentRefs: [service, { name: 'many' }],
    rules: [rule(TWO)],
    denied: [],
  },
  {
    name: 'mirrors of a backendRef',
    parentRefs: [{ name: 'one' }],
    rules: [rule([], TWO)],
    denied: ['spec.rules[0].backendRefs[0].filters'],
  },
  {
    name: 'mirrors of a backendRef where the class lists it',
    parentRefs: [{ name: 'many' }],
    rules: [rule([], TWO)],
    denied: [],
  },
  {
    name: 'one mirror of the rule and one of its backendRef',
    parentRefs: [{ name: 'one' }],
    rules: [rule(ONE, ONE)],
    denied: [],
  },
  {
    name: 'several of the rule and several of its backendRef',
    parentRefs: [{ name: 'one' }],
    rules: [rule(TWO, TWO)],
    denied: [FILTERS, 'spec.rules[0].backendRefs[0].filters'],
  },
  {
    name: 'one mirror in each of several rules',
    parentRefs: [{ name: 'one' }],
    rules: [rule(ONE), rule(ONE), rule(ONE)],
    denied: [],
  },
  {
    name: 'several in the second and third rule',
    parentRefs: [{ name: 'one' }],
    rules: [rule(ONE), rule(TWO), rule([...TWO, ...TWO])],
    denied: ['spec.rules[1].filters', 'spec.rules[2].filters'],
  },
  { name: 'the older version', rules: [rule(TWO)], denied: [FILTERS], version: 'v1beta1' },
  {
    name: 'a GRPCRoute, which no webhook judges',
    rules: [rule(TWO)],
    denied: [],
    kind: 'GRPCRoute',
  },
]

const SENTENCE = 'Invalid value: "RequestMirror": cannot be used multiple times in the same rule'

/** The refused lists of filters in the sandbox's answer; null where it admits the object. */
function deniedBy({ status, body }: TestAnswer): readonly string[] {
  if (status < 300) return []
  expect(body.message).toContain(`admission webhook "validate.${GROUP}" denied the request: `)
  return [...body.message.matchAll(/(spec\.[\w.[\]]+): Invalid value/g)].map(([, path]) => path)
}

let sandbox: TestSandbox
let facts: typeof UNKNOWN_CLUSTER
let schemas: SchemaResponse[]

async function gatewayClass(name: string, features: readonly string[]): Promise<void> {
  const spec = { controllerName: 'example.com/c' }
  await create('gatewayclasses', { kind: 'GatewayClass', metadata: { name }, spec })
  await sandbox.json(
    'PATCH',
    `${API}/gatewayclasses/${name}/status`,
    { status: { supportedFeatures: features.map((feature) => ({ name: feature })) } },
    MERGE,
  )
}

function create(path: string, object: object): Promise<TestAnswer> {
  return sandbox.json('POST', `${API}/${path}`, { apiVersion: `${GROUP}/v1`, ...object })
}

function gateway(name: string, gatewayClassName: string, namespace = 'default') {
  const spec = { gatewayClassName, listeners: [{ name: 'http', protocol: 'HTTP', port: 80 }] }
  return create(`namespaces/${namespace}/gateways`, { kind: 'Gateway', metadata: { name }, spec })
}

/** What the dashboard reads of the cluster. */
async function readFacts() {
  const items = async (plural: string) => (await sandbox.json('GET', `${API}/${plural}`)).body.items
  const [gateways, gatewayClasses] = await Promise.all([items('gateways'), items('gatewayclasses')])
  return { ...UNKNOWN_CLUSTER, gateways, gatewayClasses }
}

async function readSchemas(): Promise<SchemaResponse[]> {
  const definitions = await gatewayApiDefinitions()
  // biome-ignore lint/suspicious/noExplicitAny: a definition is read as far as this test needs
  return definitions.flatMap(({ spec }: any) =>
    // biome-ignore lint/suspicious/noExplicitAny: as above
    spec.versions.map(({ name, schema }: any) => ({
      apiVersion: `${GROUP}/${name}`,
      kind: spec.names.kind,
      kubernetesVersion: 'v1.32.5',
      openAPIV3Schema: schema.openAPIV3Schema,
    })),
  )
}

beforeAll(async () => {
  sandbox = await startTestSandbox({ crds: await gatewayApiDefinitions() })
  await sandbox.json('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'infra' },
  })
  await gatewayClass('one', ['HTTPRouteRequestMirror'])
  await gatewayClass('many', [MULTIPLE_MIRRORS_FEATURE])
  await gateway('one', 'one')
  await gateway('many', 'many')
  await gateway('lost', 'gone')
  await gateway('far', 'many', 'infra')
  facts = await readFacts()
  schemas = await readSchemas()
})

afterAll(() => sandbox.stop())

/** The refused lists of filters as the editor marks them. */
function markedBy(text: string, stored: JsonObject | null = null): readonly string[] {
  const context = { schemas, unserved: [], stored, facts }
  const found = validateText({ text, defaultNamespace: 'default' }, context)
  const errors = found.filter(({ severity, code }) => severity === 'error' && !LINT.test(code))
  for (const { message } of errors) expect(message).toContain(SENTENCE)
  const other = found.filter(({ code }) => /^mirror\.several(?!-in-one-rule)/.test(code))
  if (errors.length > 0) expect(other).toEqual([])
  return errors.map(({ fieldPath }) => fieldPath)
}

/** What a gateway would make of an object that is stored: admission is not asked about it. */
const LINT = /^(?:mirror\.(?!several-in-one-rule)|parent\.|backend\.|rule\.)/

function manifest(name: string, { kind = 'HTTPRoute', version = 'v1', parentRefs, rules }: Case) {
  const spec = { ...(parentRefs && { parentRefs }), rules }
  return { apiVersion: `${GROUP}/${version}`, kind, metadata: { name }, spec }
}

describe('several mirrors in one rule', () => {
  test.each(CASES.map((one, index) => ({ ...one, index })))('$name', async ({ index, ...one }) => {
    const object = manifest(`case-${index}`, one)
    const plural = one.kind === 'GRPCRoute' ? 'grpcroutes' : 'httproutes'
    const path = `/apis/${object.apiVersion}/namespaces/default/${plural}`
    const created = await sandbox.json('POST', path, object)
    const applied = await sandbox.json(
      'PATCH',
      `${path}/applied-${index}?fieldManager=mirrorboard`,
      { ...object, metadata: { name: `applied-${index}` } },
      APPLY,
    )
    expect(markedBy(stringify(object))).toEqual(one.denied)
    expect(deniedBy(created)).toEqual(one.denied)
    expect(deniedBy(applied)).toEqual(one.denied)
  })
})

describe('a stored route whose class has lost the feature', () => {
  const ROUTE = `${API}/namespaces/default/httproutes/stored`
  const object = {
    apiVersion: `${GROUP}/v1`,
    kind: 'HTTPRoute',
    metadata: { name: 'stored' },
    spec: { parentRefs: [{ name: 'fickle' }], rules: [rule(TWO)] },
  }
  let stored: JsonObject

  beforeAll(async () => {
    await gatewayClass('fickle', [MULTIPLE_MIRRORS_FEATURE])
    await gateway('fickle', 'fickle')
    const created = await sandbox.json('PATCH', `${ROUTE}?fieldManager=kubectl`, object, APPLY)
    expect(created.status).toBe(201)
    await sandbox.json(
      'PATCH',
      `${API}/gatewayclasses/fickle/status`,
      { status: { supportedFeatures: [] } },
      MERGE,
    )
    stored = (await sandbox.json('GET', ROUTE)).body
    facts = await readFacts()
  })

  /** Both doors asked whether these fields may be applied by the dashboard. */
  async function apply(change: object): Promise<readonly (readonly string[])[]> {
    const { apiVersion, kind, metadata } = object
    const body = { apiVersion, kind, metadata, ...change }
    const query = 'fieldManager=mirrorboard&force=true&dryRun=All'
    return [
      markedBy(stringify(body), stored),
      deniedBy(await sandbox.json('PATCH', `${ROUTE}?${query}`, body, APPLY)),
    ]
  }

  test('is refused again by both, as it is', async () => {
    expect(await apply({ spec: object.spec })).toEqual([[FILTERS], [FILTERS]])
  })

  test('is refused for a change of its metadata', async () => {
    const metadata = { name: 'stored', labels: { team: 'a' } }
    expect(await apply({ metadata, spec: object.spec })).toEqual([[FILTERS], [FILTERS]])
    const patched = await sandbox.json('PATCH', ROUTE, { metadata: { labels: { a: 'b' } } }, MERGE)
    expect(deniedBy(patched)).toEqual([FILTERS])
  })

  test("is judged with the fields that stay another manager's", async () => {
    expect(await apply({ spec: { parentRefs: [{ name: 'one' }] } })).toEqual([[FILTERS], [FILTERS]])
    expect(await apply({ spec: { rules: [rule(TWO)] } })).toEqual([[FILTERS], [FILTERS]])
    expect(await apply({ spec: { parentRefs: [{ name: 'many' }] } })).toEqual([[], []])
    expect(await apply({ spec: { hostnames: ['a.example'] } })).toEqual([[FILTERS], [FILTERS]])
  })

  test('is mended by both', async () => {
    expect(await apply({ spec: { rules: [rule(ONE)] } })).toEqual([[], []])
  })

  test('takes a status, which the webhook is not asked about', async () => {
    const status = { status: { parents: [] } }
    expect((await sandbox.json('PATCH', `${ROUTE}/status`, status, MERGE)).status).toBe(200)
  })

  test('can be deleted', async () => {
    expect((await sandbox.json('DELETE', `${ROUTE}?dryRun=All`)).status).toBe(200)
  })
})
