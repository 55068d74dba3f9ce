import { describe, expect, it } from 'vitest'
import { pathText } from '@/lib/manifest/edit/field-edit'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import { reviewChanges } from '@/lib/manifest/three-way/review-changes'
import type { JsonObject } from '@/lib/shared/json'

const port = { type: 'integer' }
const weight = { type: 'integer', default: 1 }
const name = { type: 'string' }
const backendRef = {
  properties: { name, port, weight, kind: { type: 'string', default: 'Service' } },
}
const path = { properties: { type: { default: 'PathPrefix' }, value: { default: '/' } } }
const SCHEMA: JsonObject = {
  properties: {
    metadata: { type: 'object' },
    spec: {
      properties: {
        hostnames: { type: 'array', items: { type: 'string' } },
        rules: {
          type: 'array',
          items: {
            properties: {
              matches: {
                type: 'array',
                items: { properties: { path } },
                default: [{ path: { type: 'PathPrefix', value: '/' } }],
              },
              percent: { type: 'integer' },
              backendRefs: { type: 'array', items: backendRef },
            },
          },
        },
      },
    },
  },
}

const LIVE = `
metadata: {name: shop, annotations: {theirs: '1'}}
spec:
  hostnames: [shop.example]
  rules:
  - matches: [{path: {type: PathPrefix, value: /}}]
    percent: 10
    backendRefs: [{name: web, port: 80, weight: 1, kind: Service}]
`

function objectOf(text: string): JsonObject {
  return parseManifest(text).documents[0]?.object ?? {}
}

function review(live: string | null, draft: string, answer: string, schema?: JsonObject) {
  const changes = reviewChanges({
    live: live === null ? null : objectOf(live),
    draft: objectOf(draft),
    answer: objectOf(answer),
    schema,
  })
  return changes.map(
    ({ origin, path: field, before, after, drafted }) =>
      `${origin} ${pathText(field)}: ${JSON.stringify([before, after, drafted])}`,
  )
}

describe('what an apply changes', () => {
  it('is the draft’s, and the defaults that are filled into what is new', () => {
    const draft = `
metadata: {name: shop}
spec:
  hostnames: [shop.example]
  rules:
  - percent: 20
    backendRefs: [{name: web, port: 80}]
  - backendRefs: [{name: api, port: 81}]
`
    const answer = `${LIVE.replace('percent: 10', 'percent: 20')}
  - matches: [{path: {type: PathPrefix, value: /}}]
    backendRefs: [{name: api, port: 81, weight: 1, kind: Service}]
`
    const lines = review(LIVE, draft, answer, SCHEMA)
    expect(lines.map((line) => line.replace(/: \[.*/, ''))).toEqual([
      'draft spec.rules[0].percent',
      'draft spec.rules[1]',
      'default spec.rules[1].matches',
      'default spec.rules[1].backendRefs[0].weight',
      'default spec.rules[1].backendRefs[0].kind',
    ])
    expect(lines[0]).toContain('[10,20,20]')
    expect(lines[1]).toMatch(/,\{"backendRefs":\[\{"name":"api","port":81\}\]\}\]$/)
  })

  it('tells what a webhook adds, changes or drops from the draft’s', () => {
    const draft = LIVE.replace('percent: 10', 'percent: 90').replace(
      'hostnames: [shop.example]',
      'hostnames: [shop.example, new.example]',
    )
    const answer = LIVE.replace('percent: 10', 'percent: 50').replace(
      `{theirs: '1'}`,
      `{theirs: '1', policy.example/checked: 'yes'}`,
    )
    expect(review(LIVE, draft, answer, SCHEMA)).toEqual([
      'webhook metadata.annotations[policy.example/checked]: [null,"yes",null]',
      'webhook spec.rules[0].percent: [10,50,90]',
      'webhook spec.hostnames[1]: ["new.example",null,"new.example"]',
    ])
  })

  it('shows a change the server takes back, though nothing would be stored', () => {
    const draft = LIVE.replace('percent: 10', 'percent: 90')
    expect(review(LIVE, draft, LIVE, SCHEMA)).toEqual(['webhook spec.rules[0].percent: [90,10,90]'])
  })

  it('is a removal of the draft’s own where the server follows it', () => {
    const draft = LIVE.replace('    percent: 10\n', '')
    expect(review(LIVE, draft, draft, SCHEMA)).toEqual([
      'draft spec.rules[0].percent: [10,null,null]',
    ])
  })

  it('of an object to be created is what the server fills in; without a schema nothing is called a default', () => {
    const draft = LIVE.replace(', weight: 1, kind: Service', '')
    expect(review(null, draft, LIVE, SCHEMA)).toEqual([
      'default spec.rules[0].backendRefs[0].weight: [null,1,null]',
      'default spec.rules[0].backendRefs[0].kind: [null,"Service",null]',
    ])
    expect(review(null, draft, LIVE)[0]).toMatch(/^server /)
  })
})
