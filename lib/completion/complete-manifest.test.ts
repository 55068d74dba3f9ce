import { describe, expect, it } from 'vitest'
import type { Gateway, HTTPRoute, ReferenceGrant } from '@/lib/gateway-api/types'
import { type ClusterFacts, UNKNOWN_CLUSTER } from '@/lib/validation/lints/cluster-facts'
import { completeManifest } from './complete-manifest'
import { SUGGESTIONS_MAX } from './limits'
import { expandSnippet, splitAtCursor } from './test-support/take-suggestion'

const apiVersion = 'gateway.networking.k8s.io/v1'

function service(ready: number | null, ...ports: number[]) {
  return {
    isExternalName: false,
    ports: ports.map((port) => ({ port, protocol: 'TCP', ready })),
  }
}

function gateway(
  namespace: string,
  name: string,
  listeners: Gateway['spec']['listeners'],
  gatewayClassName = 'one',
): Gateway {
  return {
    apiVersion,
    kind: 'Gateway',
    metadata: { name, namespace },
    spec: { gatewayClassName, listeners },
  }
}

function otherRoute(name: string, ...hostnames: string[]): HTTPRoute {
  return {
    apiVersion,
    kind: 'HTTPRoute',
    metadata: { name, namespace: 'default' },
    spec: { hostnames },
  }
}

function gatewayClass(name: string, ...features: string[]) {
  return {
    apiVersion,
    kind: 'GatewayClass',
    metadata: { name },
    spec: { controllerName: 'example.com/c' },
    status: { supportedFeatures: features.map((feature) => ({ name: feature })) },
  }
}

const GRANT: ReferenceGrant = {
  apiVersion,
  kind: 'ReferenceGrant',
  metadata: { name: 'g', namespace: 'shop' },
  spec: {
    from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'default' }],
    to: [{ group: '', kind: 'Service', name: 'cart' }],
  },
}

const FACTS: ClusterFacts = {
  ...UNKNOWN_CLUSTER,
  services: {
    'default/backend': service(2, 3000),
    'default/backend-2': service(1, 3000),
    'default/asleep': service(0, 80, 443),
    'default/dns': {
      isExternalName: false,
      ports: [
        { port: 53, protocol: 'UDP', ready: 1 },
        { port: 8053, protocol: 'TCP', ready: 1 },
      ],
    },
    'default/elsewhere': { isExternalName: true, ports: [] },
    'shop/cart': service(null, 8080),
    'shop/on': service(1, 80),
  },
  gateways: [
    gateway('default', 'eg', [
      { name: 'http', port: 80, protocol: 'HTTP' },
      { name: 'https', port: 443, protocol: 'HTTPS', hostname: '*.example.com' },
    ]),
    gateway('infra', 'edge', [
      { name: 'web', port: 80, protocol: 'HTTP', hostname: 'shop.test' },
      { name: 'wild', port: 8080, protocol: 'HTTP', hostname: '*.shop.test' },
    ]),
  ],
  gatewayClasses: [gatewayClass('one')],
  namespaces: ['default', 'infra', 'shop'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  })),
  referenceGrants: [GRANT],
  httpRoutes: [
    otherRoute('one', 'www.example.com', 'a.shop.test'),
    otherRoute('r', 'own.example.com'),
  ],
}

function complete(marked: string, facts: ClusterFacts = FACTS) {
  const { text, offset } = splitAtCursor(marked)
  const completion = completeManifest({ text, offset, defaultNamespace: 'default' }, facts)
  return { text, completion }
}

function labels(marked: string, facts?: ClusterFacts): readonly string[] {
  return (complete(marked, facts).completion?.suggestions ?? []).map(({ label }) => label)
}

/** The text once a suggestion is taken, stops as they are inserted. */
function taken(marked: string, label: string): string {
  const { text, completion } = complete(marked)
  const chosen = completion?.suggestions.find((suggestion) => suggestion.label === label)
  if (completion === null || chosen === undefined) throw new Error(`no ${label}`)
  const { start, end } = completion
  return text.slice(0, start) + expandSnippet(chosen) + text.slice(end)
}

const HEAD = `apiVersion: ${apiVersion}\nkind: HTTPRoute\nmetadata:\n  name: r\nspec:\n`
const PARENT = '  parentRefs:\n  - name: eg\n'
const rule = (lines: string) => `${HEAD}${PARENT}  rules:\n  - ${lines}`
const backends = (lines: string) => rule(`backendRefs:\n    ${lines}`)
const mirror = (lines: string) =>
  rule(`filters:\n    - type: RequestMirror\n      requestMirror:\n        backendRef:\n${lines}`)

const SERVICES = ['backend', 'backend-2', 'dns', 'asleep', 'elsewhere']

interface Case {
  readonly at: string
  readonly text: string
  readonly offers: readonly string[]
}

const VALUES: readonly Case[] = [
  { at: 'a backend’s name', text: backends('- name: |\n'), offers: SERVICES },
  { at: 'a name with something typed', text: backends('- name: ba|\n'), offers: SERVICES },
  { at: 'a name, right behind the colon', text: backends('- name:|\n'), offers: SERVICES },
  { at: 'a name in quotes', text: backends('- name: "|"\n'), offers: SERVICES },
  { at: 'a name in a quote not closed', text: backends('- name: "ba|\n'), offers: SERVICES },
  { at: 'a name in brackets', text: rule('backendRefs: [{name: |, port: 1}]\n'), offers: SERVICES },
  { at: 'a name in open brackets', text: rule('backendRefs: [{name: |\n'), offers: SERVICES },
  {
    at: 'a name before other fields',
    text: backends('- name: |\n      port: 1\n'),
    offers: SERVICES,
  },
  {
    at: 'a name of another namespace',
    text: backends('- namespace: shop\n      name: |\n'),
    offers: ['cart', 'on'],
  },
  {
    at: 'a name in a route of another namespace',
    text: backends('- name: |\n').replace('name: r', 'name: r\n  namespace: shop'),
    offers: ['cart', 'on'],
  },
  { at: 'the name of another kind', text: backends('- kind: Thing\n      name: |\n'), offers: [] },
  { at: 'a mirror’s name', text: mirror('          name: |\n'), offers: SERVICES },
  { at: 'a backend being typed', text: backends('- |\n'), offers: SERVICES },
  { at: 'a second backend', text: backends('- name: a\n    - |\n'), offers: SERVICES },
  { at: 'a backend in a list not begun', text: rule('backendRefs: |\n'), offers: SERVICES },
  {
    at: 'a Service’s port',
    text: backends('- name: asleep\n      port: |\n'),
    offers: ['80', '443'],
  },
  { at: 'a port of TCP only', text: backends('- name: dns\n      port: |\n'), offers: ['8053'] },
  { at: 'a port of no Service', text: backends('- name: nope\n      port: |\n'), offers: [] },
  {
    at: 'a port named before',
    text: backends('- port: |\n      name: backend\n'),
    offers: ['3000'],
  },
  {
    at: 'a mirror’s port',
    text: mirror('          name: backend-2\n          port: |\n'),
    offers: ['3000'],
  },
  {
    at: 'a backend’s namespace',
    text: backends('- name: cart\n      namespace: |\n'),
    offers: ['shop', 'default', 'infra'],
  },
  {
    at: 'the route’s namespace',
    text: 'kind: HTTPRoute\nmetadata:\n  namespace: |\n',
    offers: ['default', 'infra', 'shop'],
  },
  {
    at: 'a parent’s name',
    text: `${HEAD}  parentRefs:\n  - name: |\n`,
    offers: ['eg', 'infra/edge'],
  },
  {
    at: 'a parent’s name in a namespace',
    text: `${HEAD}  parentRefs:\n  - namespace: infra\n    name: |\n`,
    offers: ['edge'],
  },
  {
    at: 'a parent being typed',
    text: `${HEAD}  parentRefs:\n  - |\n`,
    offers: ['eg', 'infra/edge'],
  },
  {
    at: 'a parent’s namespace',
    text: `${HEAD}  parentRefs:\n  - name: x\n    namespace: |\n`,
    offers: ['default', 'infra', 'shop'],
  },
  {
    at: 'a listener',
    text: `${HEAD}  parentRefs:\n  - name: eg\n    sectionName: |\n`,
    offers: ['http', 'https'],
  },
  {
    at: 'a listener’s port',
    text: `${HEAD}  parentRefs:\n  - name: eg\n    port: |\n`,
    offers: ['80', '443'],
  },
  {
    at: 'a hostname, any listener taking it',
    text: `${HEAD}${PARENT}  hostnames:\n  - |\n`,
    offers: ['*.example.com', 'www.example.com', 'a.shop.test'],
  },
  {
    at: 'a hostname of one listener',
    text: `${HEAD}  parentRefs:\n  - name: eg\n    sectionName: https\n  hostnames:\n  - |\n`,
    offers: ['*.example.com', 'www.example.com'],
  },
  {
    at: 'a hostname of another Gateway',
    text: `${HEAD}  parentRefs:\n  - {name: edge, namespace: infra}\n  hostnames: |\n`,
    offers: ['shop.test', '*.shop.test', 'a.shop.test'],
  },
  {
    at: 'a hostname beside one that is there',
    text: `${HEAD}${PARENT}  hostnames:\n  - www.example.com\n  - "|"\n`,
    offers: ['*.example.com', 'a.shop.test'],
  },
]

const FAULTS: readonly Case[] = [
  { at: 'behind a word without its colon', text: backends('- name\n      port: |\n'), offers: [] },
  {
    at: 'below a word without its colon',
    text: `${HEAD}  hostn\n  rules:\n  - backendRefs:\n    - name: |\n`,
    offers: SERVICES,
  },
  {
    at: 'below a quote not closed',
    text: `${HEAD}  hostnames:\n  - "a\n  rules:\n  - backendRefs:\n    - name: |\n`,
    offers: SERVICES,
  },
  {
    at: 'below a bracket not closed',
    text: `${HEAD}  hostnames: [a\n  rules:\n  - backendRefs:\n    - name: |\n`,
    offers: SERVICES,
  },
  {
    at: 'below a tab',
    text: `${HEAD}\thostnames: [a]\n  rules:\n  - backendRefs:\n    - name: |\n`,
    offers: SERVICES,
  },
  {
    at: 'below a wrong indent',
    text: backends('- name: a\n     port: 1\n    - name: |\n'),
    offers: SERVICES,
  },
  {
    at: 'above a quote not closed',
    text: `${backends('- name: |\n')}  hostnames:\n  - "a\n`,
    offers: SERVICES,
  },
  {
    at: 'below an unknown anchor',
    text: `${HEAD}  hostnames: *x\n  rules:\n  - backendRefs:\n    - name: |\n`,
    offers: SERVICES,
  },
  {
    at: 'in the second document',
    text: `kind: Thing\nmetadata: {name: "a\n---\n${backends('- name: |\n')}`,
    offers: SERVICES,
  },
  {
    at: 'with Windows line ends',
    text: backends('- name: |\n').replaceAll('\n', '\r\n'),
    offers: SERVICES,
  },
  { at: 'in a comment', text: backends('- name: a # |\n'), offers: [] },
  { at: 'in a block text', text: backends('- name: >\n        |\n'), offers: [] },
  {
    at: 'in another kind',
    text: 'kind: Service\nspec:\n  rules:\n  - backendRefs:\n    - name: |\n',
    offers: [],
  },
  { at: 'at a dash', text: backends('-|\n'), offers: [] },
  { at: 'in the value of another field', text: rule('name: |\n'), offers: [] },
]

const PARENTS = ['eg', 'infra/edge']
const MIRRORS = ['filters-mirror', 'filters-mirror-percent', 'filters-mirror-fraction']

/** What the key at the same place may be is offered behind the items. */
const BLANK_LINES: readonly Case[] = [
  {
    at: 'a backend, below its key',
    text: rule('backendRefs:\n    |\n'),
    offers: [...SERVICES, ...MIRRORS],
  },
  {
    at: 'a second backend',
    text: backends('- name: a\n      port: 1\n    |\n'),
    offers: [...SERVICES, ...MIRRORS],
  },
  {
    at: 'a backend before another one',
    text: backends('|\n    - name: a\n'),
    offers: SERVICES,
  },
  {
    at: 'a backend in an indented list',
    text: rule('backendRefs:\n      - name: a\n        port: 1\n      |\n'),
    offers: SERVICES,
  },
  {
    at: 'a backend with something typed',
    text: backends('- name: a\n    ba|\n'),
    offers: [...SERVICES, ...MIRRORS],
  },
  { at: 'a parent, below its key', text: `${HEAD}  parentRefs:\n  |\n`, offers: PARENTS },
  { at: 'a second parent', text: `${HEAD}${PARENT}  |\n`, offers: PARENTS },
  {
    at: 'a hostname',
    text: `${HEAD}${PARENT}  hostnames:\n  |\n`,
    offers: ['*.example.com', 'www.example.com', 'a.shop.test'],
  },
  { at: 'a field of a backend', text: backends('- name: a\n      |\n'), offers: [] },
  { at: 'a field of the metadata', text: 'kind: HTTPRoute\nmetadata:\n  |\n', offers: [] },
]

describe('completion from the cluster', () => {
  it.each(BLANK_LINES)('offers items on a line without a dash: $at', ({ text, offers }) => {
    expect(labels(text)).toEqual(offers)
  })

  it.each(VALUES)('offers what fits at $at', ({ text, offers }) => {
    expect(labels(text)).toEqual(offers)
  })

  it.each(FAULTS)('reads unfinished text: $at', ({ text, offers }) => {
    expect(labels(text)).toEqual(offers)
  })

  it.each([
    ['backend', backends('- name: |\n'), 'port 3000, 2 ready endpoints'],
    ['asleep', backends('- name: |\n'), 'port 80, 443, no ready endpoint'],
    ['elsewhere', backends('- name: |\n'), 'ExternalName, which gateways refuse'],
    [
      '3000',
      backends('- name: backend-2\n      port: |\n'),
      'of Service default/backend-2, 1 ready endpoint',
    ],
    ['default', backends('- name: x\n      namespace: |\n'), 'the namespace of the route'],
    [
      'infra',
      backends('- name: x\n      namespace: |\n'),
      'needs a ReferenceGrant for HTTPRoutes of default',
    ],
    [
      'shop',
      backends('- name: "on"\n      namespace: |\n'),
      'has Service on, needs a ReferenceGrant for HTTPRoutes of default',
    ],
    [
      'shop',
      backends('- name: cart\n      namespace: |\n'),
      'has Service cart, permitted by a ReferenceGrant',
    ],
    ['shop', backends('- namespace: |\n'), 'permitted by a ReferenceGrant'],
    ['eg', `${HEAD}  parentRefs:\n  - name: |\n`, 'class one, http on 80, https on 443'],
    ['infra', `${HEAD}  parentRefs:\n  - namespace: |\n`, 'Gateway edge'],
    ['https', `${HEAD}${PARENT}    sectionName: |\n`, 'HTTPS on port 443, *.example.com'],
    ['http', `${HEAD}${PARENT}    sectionName: |\n`, 'HTTP on port 80, every hostname'],
    ['*.example.com', `${HEAD}${PARENT}  hostnames:\n  - |\n`, 'listener https of Gateway eg'],
    ['www.example.com', `${HEAD}${PARENT}  hostnames:\n  - |\n`, 'also of HTTPRoute default/one'],
  ])('says of %s what the cluster knows', (label, text, detail) => {
    const found = complete(text).completion?.suggestions.find((one) => one.label === label)
    expect(found?.detail).toBe(detail)
  })

  it.each([
    ['backend', backends('- name: ba|\n'), backends('- name: backend\n      port: 3000\n')],
    [
      'backend',
      backends('- name: b|x\n      port: 1\n'),
      backends('- name: backend\n      port: 1\n'),
    ],
    ['asleep', backends('- name: |\n'), backends('- name: asleep\n')],
    [
      'backend',
      backends('- name:|\n      port: 1\n'),
      backends('- name: backend\n      port: 1\n'),
    ],
    ['backend', backends("- name: '|'\n"), backends("- name: 'backend'\n")],
    [
      'backend',
      rule('backendRefs: [{name: |}]\n'),
      rule('backendRefs: [{name: backend, port: 3000}]\n'),
    ],
    [
      'on',
      backends('- {namespace: shop, port: 80, name: |}\n'),
      backends('- {namespace: shop, port: 80, name: "on"}\n'),
    ],
    ['backend', backends('- |\n'), backends('- name: backend\n      port: 3000\n')],
    [
      'backend',
      rule('backendRefs: |\n'),
      rule('backendRefs: \n    - name: backend\n      port: 3000\n'),
    ],
    [
      'backend',
      rule('backendRefs:\n      |\n'),
      rule('backendRefs:\n      - name: backend\n        port: 3000\n'),
    ],
    ['backend', backends('|\n'), backends('- name: backend\n      port: 3000\n')],
    [
      'backend-2',
      rule('backendRefs:\n      - name: a\n      |\n'),
      rule('backendRefs:\n      - name: a\n      - name: backend-2\n        port: 3000\n'),
    ],
    [
      'infra/edge',
      `${HEAD}${PARENT}  |\n`,
      `${HEAD}${PARENT}  - name: edge\n    namespace: infra\n`,
    ],
    [
      '*.example.com',
      `${HEAD}${PARENT}  hostnames:\n  |\n`,
      `${HEAD}${PARENT}  hostnames:\n  - "*.example.com"\n`,
    ],
    [
      '3000',
      backends('- name: backend\n      port:|\n'),
      backends('- name: backend\n      port: 3000\n'),
    ],
    [
      'infra/edge',
      `${HEAD}  parentRefs:\n  - name: e|\n`,
      `${HEAD}  parentRefs:\n  - name: edge\n    namespace: infra\n`,
    ],
    [
      '*.example.com',
      `${HEAD}${PARENT}  hostnames:\n  - *|\n`,
      `${HEAD}${PARENT}  hostnames:\n  - "*.example.com"\n`,
    ],
    [
      '*.example.com',
      `${HEAD}${PARENT}  hostnames:\n  - "*.e|"\n`,
      `${HEAD}${PARENT}  hostnames:\n  - "*.example.com"\n`,
    ],
  ])('writes %s so that it is right where it stands', (label, before, after) => {
    expect(taken(before, label)).toBe(after)
  })

  it('counts Services and grants that stand beside the route', () => {
    const beside = `---\nkind: Service\nmetadata: {name: new}\nspec: {ports: [{port: 81}]}\n`
    expect(labels(`${backends('- name: ne|\n')}${beside}`)).toContain('new')
    expect(labels(`${backends('- name: new\n      port: |\n')}${beside}`)).toEqual(['81'])
  })

  it('offers nothing it does not know', () => {
    for (const { text } of VALUES) expect(labels(text, UNKNOWN_CLUSTER)).toEqual([])
  })

  it('lists the first of many, and others once more is typed', () => {
    const names = Array.from({ length: 5_000 }, (_, index) => `default/s${index}`)
    const services = Object.fromEntries(names.map((name) => [name, service(1, 80)]))
    const facts = { ...FACTS, services }
    const all = complete(backends('- name: |\n'), facts).completion
    expect(all).toMatchObject({ isIncomplete: true })
    expect(all?.suggestions).toHaveLength(SUGGESTIONS_MAX)
    expect(labels(backends('- name: S4999|\n'), facts)).toEqual(['s4999'])
  })

  it('takes any text at any place without throwing', () => {
    const text = `${mirror('          name: "b\n          port: [{\n')}---\n- &a *a\n\t? x\n%YAML`
    for (let offset = 0; offset <= text.length; offset += 1) {
      completeManifest({ text, offset, defaultNamespace: 'default' }, FACTS)
    }
    const large = { text: 'x'.repeat(2_000_000), offset: 7, defaultNamespace: 'default' }
    expect(completeManifest(large, FACTS)).toBeNull()
  })
})

describe('an item of a list', () => {
  it('is completed as an object of its own, beside the others', () => {
    const service =
      '- apiVersion: v1\n  kind: Service\n  metadata: {name: new}\n  spec: {ports: [{port: 99}]}\n'
    const route = `- apiVersion: ${apiVersion}\n  kind: HTTPRoute\n  metadata: {name: r}\n  spec:\n    rules:\n    - backendRefs:\n      - name: |\n`
    expect(labels(`apiVersion: v1\nkind: List\nitems:\n${service}${route}`)).toEqual(
      expect.arrayContaining(['backend', 'new']),
    )
    const typed = `apiVersion: ${apiVersion}\nkind: HTTPRouteList\nitems:\n- metadata: {name: r}\n  spec:\n    parentRefs:\n    - name: |\n`
    expect(labels(typed)).toContain('eg')
  })
})
