/** Laws of server-side apply, over objects drawn from a seeded generator. */
import { expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'
import { applyServerSide } from './apply-server-side'
import { compareObjects, isSame } from './compare-objects'
import { FieldSet } from './field-set'
import { decodeFieldsV1, encodeFieldsV1 } from './fields-v1'
import { rootAtom } from './schema-atom'
import { trackUpdate } from './track-update'

const text = { type: 'string' }
const schema: JsonObject = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        a: { type: 'integer' },
        b: text,
        list: { type: 'array', items: text },
        tags: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
        options: { type: 'object', additionalProperties: text },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port'],
          items: {
            type: 'object',
            properties: { port: { type: 'integer' }, name: text, weight: { type: 'integer' } },
          },
        },
      },
    },
  },
}

type Random = () => number

function some(random: Random, names: string): string[] {
  return [...names].filter(() => random() < 0.5)
}

function shuffled<T>(random: Random, items: T[]): T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((x, y) => x.rank - y.rank)
    .map(({ item }) => item)
}

function pick(random: Random): string {
  return 'xyz'[Math.floor(random() * 3)] ?? 'x'
}

/** A random spec. `names` limits the entries it may have, so that two of them can be kept apart. */
function randomSpec(random: Random, names: string): JsonObject {
  const spec: JsonObject = {}
  if (names.includes('a') && random() < 0.5) spec['a'] = Math.floor(random() * 3)
  if (names.includes('b') && random() < 0.5) spec['b'] = pick(random)
  if (names.includes('c') && random() < 0.5) spec['list'] = some(random, 'uvw')
  if (random() < 0.6) spec['tags'] = shuffled(random, some(random, names))
  if (random() < 0.6) spec['options'] = entries(random, names)
  if (random() < 0.6) spec['free'] = { [names[0] ?? '']: { ...entries(random, names), n: [1] } }
  if (random() < 0.6)
    spec['ports'] = shuffled(random, some(random, names)).map((name) => port(random, name))
  for (const key of ['tags', 'options', 'ports']) {
    // An empty list or map is a claim to the whole field, which disjoint managers must not make.
    const value = spec[key]
    if (value !== undefined && Object.keys(value as object).length === 0) delete spec[key]
  }
  return spec
}

function entries(random: Random, names: string): JsonObject {
  return Object.fromEntries(some(random, names).map((name) => [name, pick(random)]))
}

function port(random: Random, name: string): JsonObject {
  const item: JsonObject = { port: name.charCodeAt(0) }
  if (random() < 0.5) item['name'] = pick(random)
  if (random() < 0.5) item['weight'] = Math.floor(random() * 3)
  return item
}

let clock = Date.UTC(2026, 0, 1)

function apply(live: JsonObject | null, manager: string, spec: JsonObject, force = false) {
  clock += 1_000
  return applyServerSide({
    live,
    applied: { apiVersion: 'example.dev/v1', kind: 'W', metadata: { name: 'w' }, spec },
    manager,
    force,
    schema,
    apiVersion: 'example.dev/v1',
    kind: 'W',
    now: clock,
  })
}

function applied(
  live: JsonObject | null,
  manager: string,
  spec: JsonObject,
  force = false,
): JsonObject {
  const outcome = apply(live, manager, spec, force)
  if (!outcome.ok) throw new Error(outcome.message)
  return outcome.object
}

function entriesOf(object: JsonObject): JsonObject[] {
  const metadata = object['metadata']
  const list = isJsonObject(metadata) ? metadata['managedFields'] : undefined
  return Array.isArray(list) ? list.filter(isJsonObject) : []
}

const SEEDS = Array.from({ length: 300 }, (_, index) => index + 1)

/** Runs a law over every seed; the failing seed is in the message. */
function forAll(law: (random: Random) => void): void {
  for (const seed of SEEDS) {
    try {
      law(seededRandom(seed))
    } catch (error) {
      throw new Error(`fails with seed ${seed}`, { cause: error })
    }
  }
}

test('applying the same configuration twice changes nothing, not even a time', () => {
  forAll((random) => {
    const start = applied(null, 'other', randomSpec(random, 'abcd'))
    const spec = randomSpec(random, 'abcd')
    const once = applied(start, 'm', spec, true)
    expect(applied(once, 'm', spec)).toEqual(once)
  })
})

test('what a manager applied is in the object, whatever was there', () => {
  forAll((random) => {
    const start = applied(null, 'other', randomSpec(random, 'abcd'))
    const spec = randomSpec(random, 'abcd')
    const object = applied(start, 'm', spec, true)
    const shape = { apiVersion: 'example.dev/v1', kind: 'W' }
    const compared = compareObjects(
      { ...shape, spec },
      { ...shape, spec: object['spec'] ?? {} },
      rootAtom(schema),
    )
    if ('error' in compared) throw new Error(compared.error)
    expect(compared.removed.paths()).toEqual([])
    expect(compared.modified.paths()).toEqual([])
  })
})

test('two managers with disjoint fields never conflict and undo each other nothing', () => {
  forAll((random) => {
    let object: JsonObject | null = null
    let left: JsonObject = {}
    let right: JsonObject = {}
    for (let round = 0; round < 4; round += 1) {
      left = randomSpec(random, 'ac')
      right = randomSpec(random, 'bd')
      object = applied(object, 'left', left)
      object = applied(object, 'right', right)
    }
    const together = applied(applied(null, 'left', left), 'right', right)
    expect(sorted(object?.['spec'] ?? {})).toEqual(sorted(together['spec'] ?? {}))
  })
})

/** Lists as sets: the order of items depends on history, their presence does not. Empty containers are dropped. */
function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    return value.map(sorted).sort((x, y) => (JSON.stringify(x) < JSON.stringify(y) ? -1 : 1))
  }
  if (!isJsonObject(value)) return value
  const kept = Object.entries(value)
    .map(([key, field]) => [key, sorted(field)] as const)
    .filter(([, field]) => typeof field !== 'object' || Object.keys(field ?? {}).length > 0)
  return Object.fromEntries(kept.sort(([x], [y]) => (x < y ? -1 : 1)))
}

test('a manager alone leaves exactly its last configuration', () => {
  forAll((random) => {
    let object: JsonObject | null = null
    let spec: JsonObject = {}
    for (let round = 0; round < 4; round += 1) {
      spec = randomSpec(random, 'abcd')
      object = applied(object, 'm', spec)
    }
    expect(sorted(object?.['spec'] ?? {})).toEqual(sorted(spec))
  })
})

test('an apply without force never changes a field of another manager', () => {
  forAll((random) => {
    const start = applied(null, 'owner', randomSpec(random, 'abcd'))
    const outcome = apply(start, 'm', randomSpec(random, 'abcd'))
    if (!outcome.ok) return
    const owner = (object: JsonObject) =>
      entriesOf(object).find((entry) => entry['manager'] === 'owner')
    expect(owner(outcome.object)).toEqual(owner(start))
  })
})

test('after any update every field has one updater at most, and unchanged objects keep their entries', () => {
  forAll((random) => {
    const shape = { apiVersion: 'example.dev/v1', kind: 'W' }
    let before: JsonObject | null = null
    for (let round = 0; round < 5; round += 1) {
      const after: JsonObject = {
        ...shape,
        metadata: { uid: 'u' },
        spec: randomSpec(random, 'abcd'),
      }
      const request = { schema, apiVersion: 'example.dev/v1', now: clock + round * 1_000 }
      const manager = pick(random)
      const managedFields = trackUpdate({ ...request, before, after, manager })
      const stored: JsonObject = { ...after, metadata: { uid: 'u', managedFields } }
      let seen = new FieldSet()
      for (const entry of managedFields) {
        const fields = decodeFieldsV1(entry['fieldsV1'] ?? {}) ?? new FieldSet()
        expect(fields.isEmpty()).toBe(false)
        expect(seen.intersection(fields).paths()).toEqual([])
        seen = seen.union(fields)
      }
      expect(trackUpdate({ ...request, before: stored, after, manager: 'q' })).toEqual(
        managedFields,
      )
      before = stored
    }
  })
})

test('an object compared with itself is the same', () => {
  forAll((random) => {
    const object: JsonObject = { spec: randomSpec(random, 'abcd') }
    const compared = compareObjects(object, structuredClone(object), rootAtom(schema))
    expect('error' in compared || isSame(compared)).toBe(true)
    expect('error' in compared).toBe(false)
  })
})

function randomSet(random: Random, depth = 0): FieldSet {
  const set = new FieldSet()
  const elements = [
    'f:a',
    'f:__proto__',
    'f:.',
    'k:{"port":80}',
    'k:{"a":"<\\"","b":1}',
    'v:"x"',
    'v:1',
    'i:0',
  ]
  for (const element of elements) {
    if (random() < 0.4) set.members.add(element)
    if (depth < 3 && random() < 0.3) set.adopt(element, randomSet(random, depth + 1))
  }
  return set
}

test('decoding an encoded field set gives it back, also through JSON text', () => {
  forAll((random) => {
    // Canonical elements only: the encoder writes what the reader would make of them.
    const canonical = decodeFieldsV1(encodeFieldsV1(randomSet(random))) ?? new FieldSet()
    const document = encodeFieldsV1(canonical)
    const decoded = decodeFieldsV1(JSON.parse(JSON.stringify(document)))
    expect(decoded?.equals(canonical)).toBe(true)
    expect(JSON.stringify(encodeFieldsV1(decoded ?? new FieldSet()))).toBe(JSON.stringify(document))
  })
})

test('set operations agree with each other', () => {
  forAll((random) => {
    const left = randomSet(random)
    const right = randomSet(random)
    expect(left.union(right).equals(right.union(left))).toBe(true)
    expect(left.intersection(right).equals(right.intersection(left))).toBe(true)
    expect(left.difference(right).union(left.intersection(right)).equals(left)).toBe(true)
    expect(left.difference(left).isEmpty()).toBe(true)
    for (const path of left.paths()) expect(left.union(right).has(path)).toBe(true)
  })
})
