import { describe, expect, test } from 'vitest'
import { diffExchange } from './diff-exchange'
import type { DiffRules, FoundDifference } from './diff-json'
import type { CapturedAnswer, CapturedBody, CapturedExchange, HeaderLine } from './exchange'
import { COMPARISON_LIMITS } from './limits'
import { coversText, PatternTree, parsePathPattern } from './path-pattern'

const PLAIN: DiffRules = { unorderedPaths: [], listKeys: [], numberTolerance: 0 }

interface Side {
  readonly status?: number
  readonly headers?: readonly HeaderLine[]
  readonly body?: CapturedBody
}

function answer(backend: string, { status = 200, headers = [], body }: Side): CapturedAnswer {
  return {
    outcome: 'answered',
    backend,
    status,
    headers,
    body: body ?? { kind: 'none' },
    firstByteMs: 1,
    totalMs: 2,
  }
}

function exchange(primary: CapturedAnswer, mirror: CapturedAnswer): CapturedExchange {
  return {
    id: '0-1',
    capturedAt: 1,
    route: 'a/b',
    generation: 1,
    rule: 0,
    ruleName: '',
    filterIndex: 0,
    kind: 'mirror',
    requestId: 'r',
    request: { method: 'GET', host: 'h', path: '/', headers: [], body: { kind: 'none' } },
    primary,
    mirror,
  }
}

/** `kind pattern` of every difference; with `places`, `kind path`. */
function differences(primary: Side, mirror: Side, rules = PLAIN, places = false): string[] {
  const found: FoundDifference[] = []
  const texts: string[] = []
  const outcome = diffExchange(
    exchange(answer('a/p:1', primary), answer('a/m:1', mirror)),
    new PatternTree(),
    rules,
    {
      seen: () => {},
      differ: (difference) => {
        found.push(difference)
        texts.push(`${difference.kind} ${places ? difference.path() : difference.node.text}`)
      },
    },
  )
  if (outcome.isCutShort) texts.push('cut short')
  if (outcome.bodyReason !== '') texts.push(`not compared: ${outcome.bodyReason}`)
  return texts
}

const json = (value: unknown): Side => ({ body: { kind: 'json', value, bytes: 1 } })
const pattern = (text: string) => parsePathPattern(text) ?? []

describe('a JSON body', () => {
  const item = (id: number, price: number) => ({ id, price })
  test.each([
    ['equal', { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
    ['fields in another order', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
    ['a changed value', { a: 1 }, { a: 2 }, ['changed $.a']],
    ['a changed type', { a: 1 }, { a: '1' }, ['type $.a']],
    ['null for a value', { a: 1 }, { a: null }, ['type $.a']],
    ['a missing field', { a: 1, b: 1 }, { b: 1 }, ['missing $.a']],
    ['a new field', { b: 1 }, { a: { c: 1 }, b: 1 }, ['added $.a']],
    ['an odd key', { 'a b': 1 }, { 'a b': 2 }, ['changed $["a b"]']],
    [
      'an inherited name',
      {},
      JSON.parse('{"__proto__": 1, "toString": 2}'),
      ['added $.__proto__', 'added $.toString'],
    ],
    ['a key that is an id', { '77': 1 }, { '77': 2 }, ['changed $.{id}']],
    ['a list in another order', { a: [1, 2, 3] }, { a: [3, 1, 2] }, ['reordered $.a']],
    ['a value added to a list', [1, 2, 3], [1, 9, 2, 3], ['added $[*]']],
    ['the last of a list missing', [1, 2, 3], [1, 2], ['missing $[*]']],
    ['repeated values', [1, 1, 2], [1, 2, 2], ['changed $[*]']],
    [
      'keyed items in another order',
      [item(1, 5), item(2, 6)],
      [item(2, 6), item(1, 7)],
      ['reordered $', 'changed $[*].price'],
    ],
    [
      'a keyed item in between',
      [item(1, 5), item(2, 6)],
      [item(1, 5), item(3, 1), item(2, 6)],
      ['added $[*]'],
    ],
    ['items that share no field', [{ a: 1 }, { b: 2 }], [{ b: 2 }, { a: 1 }], ['reordered $']],
    ['an object for a list', { a: [] }, { a: {} }, ['type $.a']],
  ])('%s', (_, primary, mirror, expected) => {
    expect(differences(json(primary), json(mirror))).toEqual(expected)
  })

  test('items that differ in ids and times only are the same item', () => {
    const at = (minute: number) => ({
      kind: minute % 2 === 0 ? 'a' : 'b',
      at: `2026-01-01T00:0${minute}:00Z`,
    })
    expect(differences(json([at(0), at(1)]), json([at(3), at(2)]))).toEqual([
      'reordered $',
      'changed $[*].at',
      'changed $[*].at',
    ])
  })

  test('a difference names its concrete place', () => {
    const found = differences(
      json({ items: [{ id: 1 }, { id: 2, 'a.b': 1 }] }),
      json({ items: [{ id: 1 }, { id: 2, 'a.b': 2 }] }),
      PLAIN,
      true,
    )
    expect(found).toEqual(['changed $.items[1]["a.b"]'])
  })

  test('a list may be a set, or have a key of its own', () => {
    const sides = [json({ a: [1, 2, 3] }), json({ a: [3, 2, 4] })] as const
    expect(differences(...sides, { ...PLAIN, unorderedPaths: [pattern('$.a')] })).toEqual([
      'changed $.a[*]',
    ])
    const keyed = (...names: string[]) => json(names.map((ref, index) => ({ ref, at: index })))
    const rules = { ...PLAIN, listKeys: [{ path: pattern('$'), key: 'ref' }] }
    expect(differences(keyed('x', 'y', 'z'), keyed('y', 'z', 'x'), rules)[0]).toBe('reordered $')
  })

  test.each([
    [100, 100.9, []],
    [100, 102, ['changed $.a']],
    [-1, 1, ['changed $.a']],
    [0, 0.001, ['changed $.a']],
  ])('%d and %d within one percent', (primary, mirror, expected) => {
    const rules = { ...PLAIN, numberTolerance: 0.01 }
    expect(differences(json({ a: primary }), json({ a: mirror }), rules)).toEqual(expected)
  })

  test('is compared within its bounds, whatever it is', () => {
    const wide = Array.from({ length: COMPARISON_LIMITS.valuesPerPairMax + 1 }, (_, index) => index)
    expect(differences(json(wide), json([...wide, 1]))).toEqual(['cut short'])
    const deep = (bottom: number) => {
      let value: unknown = bottom
      for (let level = 0; level < 5_000; level += 1) value = [value]
      return json(value)
    }
    expect(differences(deep(1), deep(2))).toEqual(['not compared: too_deep'])
    const keys = (from: number) =>
      json(
        Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`k${index + from}x`, 1])),
      )
    const tree = new PatternTree()
    diffExchange(exchange(answer('a/p:1', keys(0)), answer('a/m:1', keys(5_000))), tree, PLAIN, {
      seen: () => {},
      differ: () => {},
    })
    expect(tree.nodes.length).toBeLessThanOrEqual(COMPARISON_LIMITS.patternsMax + 1)
  })
})

describe('the rest of an answer', () => {
  test.each<[string, Side, Side, string[]]>([
    [
      'another status of the same class',
      { status: 200 },
      { status: 201 },
      ['status status["200"]["201"]'],
    ],
    [
      'an error for a result, whatever it says',
      { status: 200, ...json({ a: 1 }) },
      { status: 500, headers: [['x', '1']] },
      ['status status["200"]["500"]', 'not compared: status'],
    ],
    [
      'headers',
      {
        headers: [
          ['x-a', '1'],
          ['x-b', '1'],
        ],
      },
      {
        headers: [
          ['x-b', '2'],
          ['x-c', '1'],
        ],
      },
      ['missing header.x-a', 'changed header.x-b', 'added header.x-c'],
    ],
    [
      'headers of the connection and of the moment',
      {
        headers: [
          ['date', 'a'],
          ['connection', 'close'],
        ],
      },
      {
        headers: [
          ['date', 'b'],
          ['age', '1'],
        ],
      },
      [],
    ],
    [
      'a header of two lines',
      {
        headers: [
          ['vary', 'a'],
          ['vary', 'b'],
        ],
      },
      { headers: [['vary', 'a, b']] },
      [],
    ],
    [
      'text',
      { body: { kind: 'text', text: 'a', bytes: 1 } },
      { body: { kind: 'text', text: 'b', bytes: 1 } },
      ['changed text'],
    ],
    [
      'a form',
      { body: { kind: 'form', fields: [['a', '1']], bytes: 1 } },
      { body: { kind: 'form', fields: [['a', '2']], bytes: 1 } },
      ['changed form.a[*]'],
    ],
    [
      'gRPC messages',
      { body: { kind: 'grpc', messages: ['x', 'y'], bytes: 1 } },
      { body: { kind: 'grpc', messages: ['x'], bytes: 1 } },
      ['missing grpc[*]'],
    ],
    [
      'bytes',
      { body: { kind: 'binary', hash: 'x', bytes: 1 } },
      { body: { kind: 'binary', hash: 'y', bytes: 1 } },
      ['changed binary'],
    ],
    [
      'bodies of two kinds',
      json({}),
      { body: { kind: 'text', text: '', bytes: 0 } },
      ['body body'],
    ],
    [
      'a body that was not captured',
      json({}),
      { body: { kind: 'uncaptured', reason: 'too_large', bytes: 9 } },
      ['not compared: too_large'],
    ],
  ])('%s', (_, primary, mirror, expected) => {
    expect(differences(primary, mirror)).toEqual(expected)
  })
})

describe('a path pattern', () => {
  test.each([
    ['$.a', '$.a', true],
    ['$.a', '$.a.b[*].c', true],
    ['$.a.b', '$.a', false],
    ['$.items[*].id', '$.items[*].id', true],
    ['$.items[0].id', '$.items[*].id', true],
    ['$.*.id', '$.a.id', true],
    ['$.*.id', '$.a[*].id', false],
    ['$..id', '$.a[*].id', true],
    ['$..id', '$.a[*].name', false],
    ['$["a b"]', '$["a b"].c', true],
    ['$', '$.a', true],
    ['$.a', 'header.a', false],
    ['$.{id}.a', '$.{id}.a', true],
  ])('%s covers %s: %s', (text, place, expected) => {
    expect(coversText(pattern(text), place)).toBe(expected)
  })

  test.each(['', 'a.b', '$.', '$..', '$a', '$.a[', '$.a b', '$[x]', '$["a]'])(
    '%j is none',
    (text) => {
      expect(parsePathPattern(text)).toBeNull()
    },
  )
})
