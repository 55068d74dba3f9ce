import { describe, expect, test } from 'vitest'
import { assess } from './assess'
import { diffExchange } from './diff-exchange'
import type { CapturedExchange, HeaderLine } from './exchange'
import { PatternTree } from './path-pattern'
import { statusLabels } from './status-label'
import { takeSnapshot } from './take-snapshot'
import { ComparisonTally } from './tally'
import { plantedTruth } from './test-support/planted-truth'
import { DEFAULT_THRESHOLDS } from './thresholds'

const RULES = { unorderedPaths: [], listKeys: [], numberTolerance: 0 }
const GRPC: HeaderLine = ['content-type', 'application/grpc+proto']

interface Side {
  readonly status?: number
  readonly headers?: readonly HeaderLine[]
  readonly trailers?: readonly HeaderLine[]
}

function pairOf(primary: Side, mirror: Side, request: readonly HeaderLine[] = []) {
  const base = plantedTruth(1, {})('mirror')
  const answer = (side: Side, backend: string) => ({
    outcome: 'answered',
    backend,
    status: side.status ?? 200,
    headers: side.headers ?? [GRPC],
    ...(side.trailers === undefined ? {} : { trailers: side.trailers }),
    body: { kind: 'grpc', messages: ['a'], bytes: 6 },
    firstByteMs: 1,
    totalMs: 2,
  })
  return {
    ...base,
    request: { ...base.request, headers: request },
    primary: answer(primary, 'a/p:1'),
    mirror: answer(mirror, 'a/m:1'),
  } as CapturedExchange
}

const ended = (code: string, ...more: HeaderLine[]): Side => ({
  trailers: [['grpc-status', code], ...more],
})
const alone = (code: string, ...more: HeaderLine[]): Side => ({
  headers: [GRPC, ['grpc-status', code], ...more],
})

function differences(exchange: CapturedExchange): string[] {
  const found: string[] = []
  diffExchange(exchange, new PatternTree(), RULES, {
    seen: () => {},
    differ: ({ kind, node }) => found.push(`${kind} ${node.text}`),
  })
  return found
}

describe('how a call ended', () => {
  test.each<[string, Side, string]>([
    ['trailers', ended('0'), 'OK'],
    ['trailers of a failure', ended('12'), 'UNIMPLEMENTED'],
    ['headers alone', alone('5'), 'NOT_FOUND'],
    ['a number that no one knows', ended('99'), 'UNKNOWN'],
    ['what is no number', ended('OK'), 'UNKNOWN'],
    ['nothing', {}, 'UNKNOWN'],
    ['an HTTP status alone', { status: 503 }, 'UNAVAILABLE'],
    ['an HTTP status and its own', { status: 503, ...alone('7') }, 'PERMISSION_DENIED'],
  ])('by %s', (_, side, label) => {
    expect(statusLabels(pairOf(side, ended('0')))).toEqual([label, 'OK'])
  })

  test('is seen by the request’s type, an answer’s, or by a status', () => {
    const plain: Side = { headers: [] }
    expect(statusLabels(pairOf(plain, plain))).toEqual(['200', '200'])
    expect(statusLabels(pairOf(plain, plain, [GRPC]))).toEqual(['UNKNOWN', 'UNKNOWN'])
    expect(statusLabels(pairOf(plain, { headers: [], ...ended('12') }))).toEqual([
      'UNKNOWN',
      'UNIMPLEMENTED',
    ])
    const page: Side = { status: 404, headers: [['content-type', 'text/html']] }
    expect(statusLabels(pairOf(ended('0'), page))).toEqual(['OK', 'UNIMPLEMENTED'])
  })
})

describe('two calls', () => {
  test.each<[string, Side, Side, string[]]>([
    ['alike', ended('0'), ended('0'), []],
    [
      'that end differently',
      ended('0'),
      ended('12', ['grpc-message', 'no']),
      ['status status.OK.UNIMPLEMENTED'],
    ],
    [
      'that fail differently',
      ended('5', ['grpc-message', 'a']),
      ended('13', ['grpc-message', 'b']),
      ['status status.NOT_FOUND.INTERNAL', 'changed trailer.grpc-message'],
    ],
    [
      'that fail alike, with and without a head of its own',
      ended('5', ['grpc-message', 'a']),
      alone('5', ['grpc-message', 'a']),
      [],
    ],
    [
      'with another trailer',
      ended('0', ['x-cost', '1']),
      ended('0', ['x-cost', '2']),
      ['changed trailer.x-cost'],
    ],
    ['with a trailer more', ended('0'), ended('0', ['x-cost', '2']), ['added trailer.x-cost']],
    ['with codes that no one knows', ended('98'), ended('99'), ['changed trailer.grpc-status']],
  ])('%s', (_, primary, mirror, expected) => {
    expect(differences(pairOf(primary, mirror))).toEqual(expected)
  })

  test('trailers of other answers are compared as well', () => {
    const plain = (value: string): Side => ({ headers: [], trailers: [['x-checksum', value]] })
    expect(differences(pairOf(plain('a'), plain('b')))).toEqual(['changed trailer.x-checksum'])
  })
})

test('a mirror whose calls do not end with OK fails them', () => {
  const judged = (mirror: Side, primary = ended('0')) => {
    const key = { route: 'shop/orders', generation: 1, rule: 0, filterIndex: 0 } as const
    const tally = new ComparisonTally(key, '')
    for (let pair = 0; pair < 500; pair += 1) tally.add(pairOf(primary, mirror), RULES)
    const snapshot = takeSnapshot(tally, null, [])
    const rules = { ignorePaths: [], ignoreHeaders: [], thresholds: DEFAULT_THRESHOLDS }
    const { criteria, decision } = assess(snapshot, rules)
    const errors = criteria.find(({ name }) => name === 'errors')
    return [snapshot.statuses[0]?.mirror, errors?.state, errors?.of, decision]
  }
  expect(judged(ended('0'))[1]).toBe('open')
  expect(judged(ended('12'))).toEqual(['UNIMPLEMENTED', 'bad', 500, 'do-not-promote'])
  expect(judged(ended('5'))).toEqual(['NOT_FOUND', 'bad', 500, 'do-not-promote'])
  // As before: what the primary fails as well is no failure of the mirror's.
  expect(judged(ended('13'), ended('14'))).toEqual(['INTERNAL', 'open', 0, 'do-not-promote'])
  expect(judged(ended('3'), ended('5'))).toEqual([
    'INVALID_ARGUMENT',
    'open',
    500,
    'do-not-promote',
  ])
  expect(judged(ended('13'), ended('5'))).toEqual(['INTERNAL', 'bad', 500, 'do-not-promote'])
})
