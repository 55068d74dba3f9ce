import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { toYaml } from '@/lib/manifest/to-yaml'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { cloneJson, isJsonObject } from '@/lib/shared/json-values'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'
import { admitObject } from '@/lib/validation/admit-object'
import { compileSchema } from '@/lib/validation/compiled-schema'
import { capabilitiesOf } from '@/lib/validation/several-mirrors'
import { schemasByKey, validateManifest } from '@/lib/validation/validate-manifest'

/** Far more than any case takes, so that only a hang or a blow-up fails. */
const CASE_MS_MAX = 5_000

const crd = parse(
  readFileSync(
    new URL(
      '../gateway-api/schema/experimental/gateway.networking.k8s.io_httproutes.yaml',
      import.meta.url,
    ),
    'utf8',
  ),
)
const schema = compileSchema(crd.spec.versions[0].schema.openAPIV3Schema, {
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  kind: 'HTTPRoute',
  messageForm: 'since-1.35',
})

const RICH: JsonObject = parse(`
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: d, labels: {a: b}, annotations: {c: d}}
spec:
  parentRefs: [{name: eg, sectionName: http}, {name: eg, sectionName: https}]
  hostnames: [a.example.com, "*.example.com"]
  rules:
  - name: one
    matches:
    - path: {type: PathPrefix, value: /a}
      headers: [{name: x, value: y}]
      queryParams: [{name: q, value: v}]
      method: GET
    filters:
    - {type: RequestMirror, requestMirror: {backendRef: {name: m, port: 80}, percent: 10}}
    - {type: RequestMirror, requestMirror: {backendRef: {name: n, port: 80}, fraction: {numerator: 1, denominator: 3}}}
    - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: b}]}}
    backendRefs: [{name: a, port: 80, weight: 9}, {name: b, port: 80, weight: 1}]
    timeouts: {request: 10s, backendRequest: 1s}
`)

const ODD: readonly JsonValue[] = [
  null,
  true,
  0,
  -1,
  1.5,
  65_536,
  2 ** 53,
  1e300,
  '',
  'x',
  'X y',
  '/',
  '//',
  '10s',
  '*',
  'é😀',
  '\u0000',
  'constructor',
  '__proto__',
  [],
  {},
  [null],
  [[]],
  { a: 1 },
  'x'.repeat(5_000),
  '('.repeat(100),
]

function mutate(value: JsonValue, random: () => number): JsonValue {
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)]
  if (random() < 0.04) return cloneJson(pick(ODD) ?? null)
  if (Array.isArray(value)) {
    const items = value.map((item) => mutate(item, random))
    if (random() < 0.1) items.push(cloneJson(pick(value) ?? null))
    return random() < 0.05 ? Array.from({ length: 20 }, () => cloneJson(items[0] ?? null)) : items
  }
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value)
    .filter(() => random() > 0.04)
    .map(([key, child]): [string, JsonValue] => [
      random() < 0.02 ? `${key}x` : key,
      mutate(child, random),
    ])
  return Object.fromEntries(entries)
}

describe('any object', () => {
  for (const seed of [1, 4242, 31_337]) {
    it(`is admitted or refused, the same each time, within bounds (seed ${seed})`, () => {
      const random = seededRandom(seed)
      let refused = 0
      for (let round = 0; round < 60; round += 1) {
        const mutated = mutate(RICH, random)
        if (!isJsonObject(mutated)) continue
        const before = JSON.stringify(mutated)
        const start = performance.now()
        const first = admitObject(schema, mutated, { operation: 'create' })
        expect(performance.now() - start).toBeLessThan(CASE_MS_MAX)
        expect(JSON.stringify(mutated)).toBe(before)
        expect(admitObject(schema, mutated, { operation: 'create' })).toEqual(first)
        // What is stored is settled: admitting it again changes nothing and finds nothing new to drop.
        const again = admitObject(schema, first.object, { operation: 'create' })
        if (first.decodeError === undefined) {
          expect(again.object).toEqual(first.object)
          expect(again.unknownFields).toEqual([])
        }
        // Writing it back unchanged is tolerated whatever was wrong with it, unless a rule cannot even be evaluated.
        const rewritten = admitObject(schema, first.object, {
          operation: 'update',
          old: first.object,
        })
        const refusedAgain = rewritten.errors.find(
          ({ field, message }) =>
            field.startsWith('spec.') && !/(?:evaluating|for) rule: /.test(message),
        )
        expect(refusedAgain).toBeUndefined()
        if (first.errors.length > 0) refused += 1
      }
      expect(refused).toBeGreaterThan(20)
    })
  }
})

const BITS = [
  '\t',
  ':',
  '- ',
  '"',
  "'",
  '[',
  ']',
  '{',
  '}',
  '&a',
  '*a',
  '|',
  '>',
  '#',
  '\n',
  '---\n',
  '!!',
  '%',
  '? ',
  '<<: ',
  '\ud800',
  '0x',
  '@',
]

function scramble(text: string, changes: number, random: () => number): string {
  let scrambled = text
  for (let change = 0; change < changes; change += 1) {
    const at = Math.floor(random() * scrambled.length)
    const cut = random() < 0.3 ? Math.floor(random() * 30) : 0
    const bit = BITS[Math.floor(random() * BITS.length)] ?? ''
    scrambled = scrambled.slice(0, at) + bit + scrambled.slice(at + cut)
  }
  return scrambled
}

describe('any text', () => {
  const text = toYaml(RICH)
  for (const seed of [7, 99]) {
    it(`gets findings with places inside it, within bounds (seed ${seed})`, () => {
      const random = seededRandom(seed)
      const context = {
        schemas: schemasByKey([schema]),
        cluster: capabilitiesOf([], []),
      }
      for (let round = 0; round < 60; round += 1) {
        const mutated = scramble(text, 1 + (round % 7), random)
        const start = performance.now()
        const { diagnostics } = validateManifest(mutated, context)
        expect(performance.now() - start).toBeLessThan(CASE_MS_MAX)
        const lines = mutated.split('\n').length
        for (const { range } of diagnostics) {
          expect(range.startLine).toBeGreaterThanOrEqual(1)
          expect(range.endLine).toBeLessThanOrEqual(lines + 1)
          expect(range.startColumn).toBeGreaterThanOrEqual(1)
        }
      }
    })
  }

  it('is refused when the object nests too deep to decode', () => {
    const deep: JsonObject = { ...RICH, spec: {} }
    let inner: JsonObject = {}
    deep['spec'] = inner
    for (let level = 0; level < 5_000; level += 1) {
      const next: JsonObject = {}
      inner['x'] = next
      inner = next
    }
    expect(admitObject(schema, deep, { operation: 'create' }).decodeError).toBe(
      'exceeded max depth',
    )
  })
})
