import { describe, expect, test } from 'vitest'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'
import { assess } from './assess'
import type { CapturedAnswer, CapturedExchange } from './exchange'
import { takeSnapshot } from './take-snapshot'
import { ComparisonTally } from './tally'
import {
  chars,
  EXPLAINED_FIELDS,
  type Field,
  type FieldContext,
  UNTOLD_FIELDS,
} from './test-support/noisy-fields'
import { DEFAULT_THRESHOLDS } from './thresholds'

const KEY = { route: 'shop/orders', generation: 1, rule: 0, filterIndex: 0 } as const
const RULES = { unorderedPaths: [], listKeys: [], numberTolerance: 0 }
const JUDGE = {
  ignorePaths: [],
  ignoreHeaders: [],
  thresholds: { ...DEFAULT_THRESHOLDS, latencyToleranceMs: 30 },
}
const NOON = 1_795_600_000_000

type Fields = Readonly<Record<string, Field>>

interface Plan {
  readonly seed: number
  readonly primary: Fields
  /** What the mirror answers otherwise. */
  readonly mirror?: Fields
  /** Milliseconds between two pairs. */
  readonly everyMs?: number
  /** What the request says; the same for a repeat. */
  readonly path?: (pair: number) => string
}

/** Compares pairs of made-up answers, whose fields are a header's as well. */
function simulate({ seed, primary, mirror = {}, everyMs = 20, path = () => '/orders' }: Plan) {
  const random = seededRandom(seed)
  const pairs = new ComparisonTally(KEY, '')
  const repeats = new ComparisonTally({ ...KEY, filterIndex: -1 }, '')
  const served = [0, 0]
  const answer = (fields: Fields, at: number, totalMs: number, host: number): CapturedAnswer => {
    served[host] = (served[host] ?? 0) + 1
    const context: FieldContext = {
      random,
      now: at + totalMs * random(),
      served: served[host] ?? 0,
      host,
    }
    const value = Object.fromEntries(
      Object.entries(fields).map(([name, of]) => [name, of(context)]),
    )
    const body = { kind: 'json', value, bytes: 9 } as const
    const backend = host === 0 ? 'shop/orders:80' : 'shop/next:80'
    return { outcome: 'answered', backend, status: 200, headers: [], body, firstByteMs: 1, totalMs }
  }
  let count = 0
  const exchange = (kind: CapturedExchange['kind']): CapturedExchange => {
    count += 1
    const at = NOON + Math.floor((count + random()) * everyMs)
    const isMirror = kind === 'mirror'
    const request = { method: 'GET', host: 'h', path: path(count), headers: [] }
    return {
      ...KEY,
      id: `0-${count}`,
      capturedAt: at,
      ruleName: '',
      kind,
      requestId: 'r',
      request: { ...request, body: { kind: 'none' } },
      primary: answer(primary, at, isMirror ? 4 : 1, 0),
      // A repeat comes at once, and a mirror is a little slower.
      mirror: answer(
        isMirror ? { ...primary, ...mirror } : primary,
        at,
        isMirror ? 18 : 1,
        isMirror ? 1 : 0,
      ),
    }
  }
  return {
    pairs: (more: number) => {
      for (let index = 0; index < more; index += 1) pairs.add(exchange('mirror'), RULES)
    },
    repeats: (more: number) => {
      for (let index = 0; index < more; index += 1) repeats.add(exchange('calibration'), RULES)
    },
    judge: () =>
      assess(takeSnapshot(pairs, repeats.counts().pairs === 0 ? null : repeats, []), JUDGE),
  }
}

const inState = ({ groups }: ReturnType<typeof assess>, ...states: string[]) =>
  groups.filter(({ state }) => states.includes(state)).map((one) => `${one.pattern} ${one.model}`)

describe('noise', () => {
  test.each([1, 2, 3])(
    'is no difference before repeats, however often one looks; seed %i',
    (seed) => {
      const run = simulate({ seed, primary: { ...UNTOLD_FIELDS, ...EXPLAINED_FIELDS } })
      let sofar = 0
      for (const pairs of [1, 2, 3, 5, 10, 20, 40, 80, 160, 400, 1_000]) {
        run.pairs(pairs - sofar)
        sofar = pairs
        const found = run.judge()
        expect([pairs, inState(found, 'difference')]).toEqual([pairs, []])
        expect(found.decision).toBe('keep-watching')
        expect(found.unmeasured).toBeGreaterThanOrEqual(Object.keys(UNTOLD_FIELDS).length)
      }
      const found = run.judge()
      expect(inState(found, 'undecided').sort()).toEqual(
        Object.keys(UNTOLD_FIELDS)
          .map((name) => `$.${name} unrepeated`)
          .sort(),
      )
      expect(new Set(inState(found, 'noise'))).toEqual(
        new Set(
          Object.keys(EXPLAINED_FIELDS).map((name) =>
            name.startsWith('counter') ? `$.${name} counter` : `$.${name} time`,
          ),
        ),
      )
    },
  )

  test.each([1, 2, 3])('is noise after repeats, and stays it; seed %i', (seed) => {
    for (const everyMs of [3, 700]) {
      const run = simulate({ seed, everyMs, primary: { ...UNTOLD_FIELDS, ...EXPLAINED_FIELDS } })
      run.pairs(300)
      for (const repeats of [1, 2, 7, 40, 450]) {
        run.repeats(repeats)
        run.pairs(100)
        const found = run.judge()
        expect([repeats, inState(found, 'difference', 'undecided')]).toEqual([repeats, []])
        expect(found.unmeasured).toBe(0)
      }
      run.pairs(200)
      expect(run.judge().decision).toBe('promote')
    }
  })

  test('says that a time and a counter were told by their values, whatever repeats show', () => {
    const run = simulate({ seed: 5, primary: EXPLAINED_FIELDS })
    run.pairs(400)
    run.repeats(500)
    const { groups } = run.judge()
    for (const { evidence } of groups) expect(evidence).toBe('model')
    const at = groups.find(({ pattern }) => pattern === '$.epochMs')
    // The case that a repeat alone would get wrong: it falls into the same millisecond, and a copy does not.
    expect(at?.noiseUpper).toBeLessThan(at?.lower ?? 0)
  })

  test('of a number that rises now and then is a counter’s, once it has risen', () => {
    const uptime: Field = ({ now, host }) => Math.floor((now - NOON) / 1000) + host * 300
    const run = simulate({ seed: 2, everyMs: 200, primary: { uptime } })
    run.pairs(100)
    expect(inState(run.judge(), 'noise')).toEqual(['$.uptime counter'])
    run.repeats(200)
    expect(inState(run.judge(), 'noise')).toEqual(['$.uptime counter'])
  })

  test('of keys that are ids is not a difference after few pairs, and noise after many', () => {
    const keyed: Field = (context) => ({ [String(UNTOLD_FIELDS['uuid4']?.(context))]: { a: 1 } })
    const run = simulate({ seed: 2, primary: { sessions: keyed } })
    for (const pairs of [1, 3, 6]) {
      run.pairs(pairs)
      expect(inState(run.judge(), 'difference')).toEqual([])
    }
    run.pairs(100)
    expect(inState(run.judge(), 'difference', 'undecided')).toEqual([])
  })

  test('of one endpoint of several is not told yet either', () => {
    const field: Field = (context) =>
      context.served % 2 === 0 ? 'fixed' : UNTOLD_FIELDS['hex']?.(context)
    const path = (pair: number) => (pair % 2 === 0 ? '/fixed' : '/sessions')
    const run = simulate({ seed: 4, primary: { id: field }, path })
    run.pairs(300)
    expect(inState(run.judge(), 'undecided')).toEqual(['$.id unrepeated'])
  })
})

const HEX = '0123456789abcdef'
const BASE36 = '0123456789abcdefghijklmnopqrstuvwxyz'
const drawn =
  (alphabet: string, length: number, prefix = ''): Field =>
  ({ random }) =>
    prefix + chars(random, alphabet, length)
const ofTime =
  (shift: number, name: string): Field =>
  (context) =>
    EXPLAINED_FIELDS[name]?.({ ...context, now: context.now + shift })
/** The same for both sides of a pair, and another for the next: it belongs to what was asked. */
const asked =
  (make: (random: () => number) => unknown, change = (value: unknown) => value): Field =>
  ({ served }) =>
    change(make(seededRandom(served)))
const number = (random: () => number) => Math.floor(random() * 1e7) / 100
const word = (random: () => number) => chars(random, BASE36, 18)

/** By name: the primary's field, the mirror's, and what the request's path says. */
const PLANTED: Readonly<Record<string, readonly [Field, Field, ((pair: number) => string)?]>> = {
  'an id where there was a constant': [() => 'main', drawn(HEX, 16)],
  'a constant where there was an id': [drawn(HEX, 16), () => 'a1b2c3d4e5f60718'],
  'constants that look like ids': [() => '8f2c1d9e0a3b4c5d', () => '1d9e0a3b8f2c4c5d'],
  'an id of few': [({ random }) => `8f2c1d9e0a3b${Math.floor(random() * 5)}`, drawn(HEX, 13)],
  'of few where there were many': [
    drawn(HEX, 13),
    ({ random }) => `8f2c1d9e0a3b${Math.floor(random() * 9)}`,
  ],
  'a longer id': [drawn(HEX, 16), drawn(HEX, 17)],
  'a longer id, now and then': [
    drawn(HEX, 16),
    (context) => drawn(HEX, context.random() < 0.2 ? 17 : 16)(context),
  ],
  'a longer number': [
    ({ random }) => Math.floor(1e8 + random() * 8e8),
    ({ random }) => Math.floor(1e10 + random() * 8e10),
  ],
  'another alphabet': [drawn(HEX, 16), drawn(BASE36, 16)],
  'upper case': [drawn(HEX, 16), drawn(HEX.toUpperCase(), 16)],
  'another prefix': [drawn(HEX, 16, 'ord_'), drawn(HEX, 16, 'usr_')],
  'an uuid without dashes': [(context) => UNTOLD_FIELDS['uuid4']?.(context), drawn(HEX, 32)],
  'a rounded measurement': [
    ({ random }) => random() * 20,
    ({ random }) => Math.round(random() * 200) / 10,
  ],
  'digits lost of a large id': [
    ({ random }) => ({ '\u0000number': `2${chars(random, '123456789', 18)}` }),
    ({ random }) => ({ '\u0000number': `2${chars(random, '123456789', 15)}000` }),
  ],
  'what was asked, garbled': [
    asked((random) => chars(random, HEX, 16)),
    drawn(HEX, 16),
    (pair) => `/orders/${chars(seededRandom(pair), HEX, 16)}`,
  ],
  'a number that was asked, garbled': [
    ({ served }) => 70_000 + ((served * 7_919) % 10_000),
    ({ served }) => 70_001 + ((served * 7_919) % 10_000),
    (pair) => `/orders/${70_000 + ((pair * 7_919) % 10_000)}`,
  ],
  'one more': [asked(number), asked(number, (value) => Number(value) + 1)],
  'a factor': [asked(number), asked(number, (value) => Number(value) * 1.19)],
  'the last character': [asked(word), asked(word, (value) => `${String(value).slice(0, -1)}#`)],
  'the last character, of the same alphabet': [
    asked(word),
    asked(word, (value) => `${String(value).slice(0, -1)}${String(value)[3]}`),
  ],
  "another answer's": [asked(word), ({ served }) => word(seededRandom(served - 1))],
  'an hour later': [ofTime(0, 'isoMs'), ofTime(3_600_000, 'isoMs')],
  'a zone unsaid': [ofTime(0, 'isoSpaced'), ofTime(7_200_000, 'isoSpaced')],
  'half an hour earlier, as a number': [ofTime(0, 'epochMs'), ofTime(-1_800_000, 'epochMs')],
  'a minute later, of the day': [ofTime(0, 'ofDay'), ofTime(60_000, 'ofDay')],
  'seconds for milliseconds': [ofTime(0, 'epochMs'), ofTime(0, 'epochSeconds')],
  'microseconds for milliseconds': [ofTime(0, 'epochMs'), ofTime(0, 'epochMicros')],
  'a text for another form': [ofTime(0, 'isoMs'), ofTime(0, 'http')],
  'without its fraction': [ofTime(0, 'isoMs'), ofTime(0, 'isoSeconds')],
  'with an offset for Z': [ofTime(0, 'isoMs'), ofTime(0, 'isoZone')],
  'a clock that stands': [ofTime(0, 'isoMs'), () => '2026-11-26T00:00:00.000Z'],
  'now for a time that was asked': [asked(() => '2026-01-02T03:04:05.678Z'), ofTime(0, 'isoMs')],
  'times that were asked, in another zone': [
    asked((random) => new Date(NOON - random() * 1e11).toISOString()),
    asked((random) => new Date(NOON - random() * 1e11 + 3_600_000).toISOString()),
  ],
  'a counter that stands': [({ served }) => served, () => 7],
  'another type': [drawn('123456789', 9), ({ random }) => Math.floor(random() * 1e9)],
  'a sentence': [() => 'All is well with you', () => 'Nothing is well with you'],
}

/** A third of the fields, which all have been looked at by themselves. */
const NOISE_AROUND: Fields = Object.fromEntries(
  Object.entries({ ...UNTOLD_FIELDS, ...EXPLAINED_FIELDS }).filter((_, index) => index % 3 === 0),
)

describe('planted among noise', () => {
  test.each(Object.keys(PLANTED))('%s is found before and after repeats', (name) => {
    const [primary, mirror, path] = PLANTED[name] ?? []
    if (primary === undefined || mirror === undefined) throw new Error(name)
    for (const everyMs of [5, 900]) {
      const run = simulate({
        seed: 9,
        everyMs,
        primary: { ...NOISE_AROUND, planted: primary },
        mirror: { planted: mirror },
        ...(path === undefined ? {} : { path }),
      })
      run.pairs(250)
      const before = run.judge()
      expect(inState(before, 'difference').map((one) => one.split(' ')[0])).toEqual(['$.planted'])
      expect(before.decision).toBe('do-not-promote')
      if (path !== undefined || name.includes('asked')) continue
      run.repeats(250)
      const after = run.judge()
      expect(inState(after, 'difference').map((one) => one.split(' ')[0])).toEqual(['$.planted'])
    }
  })

  test('a share of two in a hundred, of ids and of times', () => {
    const rarely =
      (usual: Field, other: Field): Field =>
      (context) =>
        (context.random() < 0.02 ? other : usual)(context)
    const run = simulate({
      seed: 3,
      primary: { id: drawn(HEX, 16), at: ofTime(0, 'isoMs'), price: asked(number) },
      mirror: {
        id: rarely(drawn(HEX, 16), drawn(HEX, 20)),
        at: rarely(ofTime(0, 'isoMs'), ofTime(3_600_000, 'isoMs')),
        price: rarely(
          asked(number),
          asked(number, (value) => Number(value) + 0.01),
        ),
      },
    })
    run.pairs(3_000)
    const names = ['$.at other-clock', '$.id other-shape', '$.price derived']
    expect(inState(run.judge(), 'difference').sort()).toEqual(names)
    run.repeats(500)
    expect(inState(run.judge(), 'difference').sort()).toEqual(names)
  })

  test('an id that belongs to what was asked is found by repeats, and only by them', () => {
    const run = simulate({
      seed: 8,
      primary: { id: asked(word) },
      mirror: { id: drawn(BASE36, 18) },
    })
    run.pairs(300)
    expect(inState(run.judge(), 'undecided')).toEqual(['$.id unrepeated'])
  })
})
