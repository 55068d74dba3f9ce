import { describe, expect, it } from 'vitest'
import type { GatewayClass } from '@/lib/gateway-api/types'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import { MULTIPLE_MIRRORS_FEATURE } from '@/lib/routing/supported-features'
import type { JsonObject } from '@/lib/shared/json'
import { type ClusterFacts, UNKNOWN_CLUSTER } from '@/lib/validation/lints/cluster-facts'
import { completeManifest } from './complete-manifest'
import { CHOICES_MAX } from './limits'
import { expandSnippet, splitAtCursor } from './test-support/take-suggestion'

const apiVersion = 'gateway.networking.k8s.io/v1'

function service(port: number) {
  return { isExternalName: false, ports: [{ port, protocol: 'TCP', ready: 1 }] }
}

function gatewayClass(features: readonly string[]): GatewayClass {
  return {
    apiVersion,
    kind: 'GatewayClass',
    metadata: { name: 'one' },
    spec: { controllerName: 'example.com/c' },
    status: { supportedFeatures: features.map((name) => ({ name })) },
  }
}

const FACTS: ClusterFacts = {
  ...UNKNOWN_CLUSTER,
  services: {
    'default/api': service(80),
    'default/web': service(3000),
    'default/web-v2': service(3001),
    'default/web-v3': service(3002),
  },
  gateways: [
    {
      apiVersion,
      kind: 'Gateway',
      metadata: { name: 'edge', namespace: 'infra' },
      spec: {
        gatewayClassName: 'one',
        listeners: [{ name: 'web', port: 80, protocol: 'HTTP', hostname: '*.shop.test' }],
      },
    },
  ],
  gatewayClasses: [gatewayClass([])],
}

function snippets(marked: string, facts: ClusterFacts = FACTS) {
  const completion = completeManifest(
    { ...splitAtCursor(marked), defaultNamespace: 'default' },
    facts,
  )
  return (completion?.suggestions ?? []).filter(
    ({ isSnippet, kind }) => isSnippet && kind === 'snippet',
  )
}

function labels(marked: string, facts?: ClusterFacts): readonly string[] {
  return snippets(marked, facts).map(({ label }) => label)
}

/** The object once a snippet is taken, and its text; fails on text that is not right YAML. */
function taken(marked: string, label: string, facts: ClusterFacts = FACTS) {
  const { text, offset } = splitAtCursor(marked)
  const completion = completeManifest({ text, offset, defaultNamespace: 'default' }, facts)
  const chosen = completion?.suggestions.find((suggestion) => suggestion.label === label)
  if (!completion || chosen === undefined) throw new Error(`no ${label}`)
  const after = text.slice(0, completion.start) + expandSnippet(chosen) + text.slice(completion.end)
  const { documents, problems } = parseManifest(after)
  expect(problems).toEqual([])
  return { after, object: documents[0]?.object as JsonObject & { spec: JsonObject } }
}

const HEAD = `kind: HTTPRoute\nspec:\n  parentRefs:\n  - name: edge\n    namespace: infra\n  rules:\n`
const WITH_BACKEND = `${HEAD}  - backendRefs:\n    - name: web\n      port: 3000\n`

const filter = (share: object = {}) => ({
  type: 'RequestMirror',
  requestMirror: { backendRef: { name: 'web-v2', port: 3001 }, ...share },
})
const MATCH = { path: { type: 'PathPrefix', value: '/' } }
const WEIGHTED = [
  { name: 'web', port: 3000, weight: 90 },
  { name: 'web-v3', port: 3002, weight: 10 },
]

const FILTERS = ['mirror', 'mirror-percent', 'mirror-fraction']
const RULES = [...FILTERS, 'split', 'split-mirror'].map((label) => `rule-${label}`)

describe('snippets', () => {
  it.each([
    ['an empty text', '|', RULES.map((label) => label.replace('rule', 'route'))],
    [
      'an empty document',
      'kind: Service\n---\n|\n',
      RULES.map((label) => label.replace('rule', 'route')),
    ],
    ['a rule being typed', `${HEAD}  - |\n`, RULES],
    ['rules not begun', `${HEAD}    |\n`, RULES],
    ['a filter being typed', `${WITH_BACKEND}    filters:\n    - |\n`, FILTERS],
    ['filters not begun', `${WITH_BACKEND}    filters:\n      |\n`, FILTERS],
    ['a filter on a line without a dash', `${WITH_BACKEND}    filters:\n    |\n`, FILTERS],
    ['a rule on a line without a dash', `${HEAD}  |\n`, RULES],
    ['filters, right behind the colon', `${WITH_BACKEND}    filters:|\n`, FILTERS],
    ['a field of a rule', `${WITH_BACKEND}    |\n`, FILTERS.map((label) => `filters-${label}`)],
    [
      'a field of a rule with something typed',
      `${WITH_BACKEND}    mir|\n`,
      FILTERS.map((label) => `filters-${label}`),
    ],
    ['a field of a rule with filters', `${HEAD}  - filters: []\n    |\n`, ['backendRefs-split']],
    ['a field of a rule with both', `${WITH_BACKEND}    filters: []\n    |\n`, []],
    ['filters of a backend', `${WITH_BACKEND}      filters:\n      - |\n`, []],
    ['brackets', `${HEAD}  - filters: [|]\n`, []],
    [
      'a second mirror the class refuses',
      `${HEAD}  - filters:\n    - type: RequestMirror\n    - |\n`,
      [],
    ],
  ])('are offered where they fit: %s', (_, text, offered) => {
    expect(labels(text)).toEqual(offered)
  })

  it('offer a second mirror where the class takes several', () => {
    const facts = { ...FACTS, gatewayClasses: [gatewayClass([MULTIPLE_MIRRORS_FEATURE])] }
    const text = `${HEAD}  - filters:\n    - type: RequestMirror\n    - |\n`
    expect(labels(text, facts)).toEqual(FILTERS)
  })

  it.each([
    ['mirror', filter()],
    ['mirror-percent', filter({ percent: 10 })],
    ['mirror-fraction', filter({ fraction: { numerator: 5, denominator: 1000 } })],
  ])('write a filter: %s', (label, expected) => {
    for (const place of [
      '    filters:\n    - |\n',
      '    filters:\n    |\n',
      '    filters:\n      |\n',
      '    filters: |\n',
    ]) {
      const { object } = taken(`${WITH_BACKEND}${place}`, label)
      expect(object.spec).toMatchObject({ rules: [{ filters: [expected] }] })
    }
    const { object } = taken(`${WITH_BACKEND}    |\n`, `filters-${label}`)
    const backendRefs = [{ name: 'web', port: 3000 }]
    expect(object.spec).toMatchObject({ rules: [{ backendRefs, filters: [expected] }] })
  })

  it('write a rule behind those that are there, with the Services of the cluster', () => {
    const { object } = taken(`${WITH_BACKEND}  - |\n`, 'rule-split-mirror', {
      ...FACTS,
      services: Object.fromEntries(Object.entries(FACTS.services ?? {}).slice(1)),
    })
    const rule = { matches: [MATCH], filters: [filter()], backendRefs: WEIGHTED }
    expect(object.spec).toMatchObject({ rules: [{}, rule] })
  })

  it('write a split beside the filters of a rule', () => {
    const { object } = taken(`${HEAD}  - filters: []\n    |\n`, 'backendRefs-split')
    expect(object.spec).toMatchObject({
      rules: [{ backendRefs: [{ name: 'api', weight: 90 }, { weight: 10 }] }],
    })
  })

  it('write a whole route for a Gateway there is, as the lists of the text are laid out', () => {
    const { object, after } = taken('|', 'route-mirror-percent')
    expect(object.spec).toMatchObject({
      parentRefs: [{ name: 'edge', namespace: 'infra' }],
      hostnames: ['www.shop.test'],
      rules: [{ matches: [MATCH], filters: [{ requestMirror: { percent: 10 } }] }],
    })
    expect(after).toContain('\n  parentRefs:\n  - name: edge\n')
    const indented = taken(`spec:\n  hostnames:\n    - a\n---\n|`, 'route-mirror')
    expect(indented.after).toContain('\n  parentRefs:\n    - name: edge\n      namespace: infra\n')
  })

  it('stand on their own where nothing is known', () => {
    const { object } = taken(`${WITH_BACKEND}    filters:\n    - |\n`, 'mirror', UNKNOWN_CLUSTER)
    expect(object.spec).toMatchObject({
      rules: [{ filters: [{ requestMirror: { backendRef: { name: 'backend-2', port: 80 } } }] }],
    })
  })

  it('offer the Services at their stops, the likeliest first and not more than a person reads', () => {
    const text = `${WITH_BACKEND}    filters:\n    - |\n`
    const [mirror] = snippets(text)
    expect(mirror?.insertText).toContain(
      `name: \${1|web-v2,web-v3,api|}\n          port: \${2:3001}`,
    )
    const names = Array.from(
      { length: 90 },
      (_, index) => [`default/s${index}`, service(80)] as const,
    )
    const [many] = snippets(text, { ...FACTS, services: Object.fromEntries(names) })
    expect(/\|([^|]*)\|/.exec(many?.insertText ?? '')?.[1]?.split(',')).toHaveLength(CHOICES_MAX)
  })
})
