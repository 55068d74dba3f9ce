import { expect, test } from 'vitest'
import { takeSnapshot } from '@/lib/comparison/take-snapshot'
import { ComparisonTally } from '@/lib/comparison/tally'
import { plantedTruth } from '@/lib/comparison/test-support/planted-truth'
import { EVIDENCE_BYTES_MAX, EVIDENCE_FORMAT, type Evidence } from './evidence'
import { parseEvidence, refuseBySize } from './parse-evidence'

const KEY = { route: 'shop/orders', generation: 1, rule: 0, filterIndex: 0 } as const
const RULES = { unorderedPaths: [], listKeys: [], numberTolerance: 0 }

function evidenceOfPairs(pairs: number): Evidence {
  const next = plantedTruth(1, { changedField: 0.5, errors: 0.2 })
  const tally = new ComparisonTally(KEY, '')
  const repeats = new ComparisonTally({ ...KEY, filterIndex: -1 }, '')
  for (let count = 0; count < pairs; count += 1) repeats.add(next('calibration'), RULES)
  const kept: Evidence['pairs'][number][] = []
  for (let count = 0; count < pairs; count += 1) {
    const exchange = next('mirror')
    const { endpoint } = tally.add(exchange, RULES)
    const { id, capturedAt, request, primary, mirror } = exchange
    const summary = {
      id,
      capturedAt,
      method: request.method,
      path: request.path,
      endpoint,
      primaryStatus: '200',
      mirrorStatus: '200',
      primaryMs: primary.totalMs,
      mirrorMs: mirror.totalMs,
      differences: [{ kind: 'changed', pattern: '$.items[*].price' }],
    }
    kept.push({ summary, exchange })
  }
  return {
    format: EVIDENCE_FORMAT,
    writtenAt: '2026-11-26T10:00:00.000Z',
    before: 'kind: HTTPRoute\n',
    after: 'kind: HTTPRoute\n',
    settings: { percent: 10, ignorePaths: ['$.id'] },
    snapshot: takeSnapshot(tally, repeats, ['GET /unseen']),
    pairs: kept,
  }
}

const WHOLE = JSON.stringify(evidenceOfPairs(40), null, 1)

test('what is saved is read back unchanged', () => {
  expect(parseEvidence(WHOLE)).toEqual({ ok: true, evidence: JSON.parse(WHOLE) })
})

/** The whole file with one value replaced; undefined takes it out. */
function tampered(path: readonly (string | number)[], value: unknown, of = WHOLE): string {
  const file: unknown = JSON.parse(of)
  let at = file as Record<string | number, unknown>
  for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>
  at[path.at(-1) ?? ''] = value
  return JSON.stringify(file)
}

const CHANGED = 'The file was changed after it was saved, or damaged.'

test.each<[what: string, text: string, problem: string, remedy: RegExp]>([
  [
    'a picture',
    '\u0089PNG\r\n',
    'The file is not JSON, so it holds no evidence.',
    /^Choose the \.json/,
  ],
  [
    'a manifest as YAML',
    'kind: HTTPRoute',
    'The file is not JSON, so it holds no evidence.',
    /^Choose/,
  ],
  [
    'a manifest as JSON',
    '{"apiVersion":"gateway.networking.k8s.io/v1","kind":"HTTPRoute"}',
    'The file is a Kubernetes object of kind HTTPRoute, not evidence.',
    /^Choose/,
  ],
  ['other JSON', '{"format":"v1"}', 'The file is JSON of another kind, not evidence.', /^Choose/],
  ['a list', '[1]', 'The file is JSON of another kind, not evidence.', /^Choose/],
  ['null', 'null', 'The file is JSON of another kind, not evidence.', /^Choose/],
  [
    'a newer version',
    tampered(['format'], 'mirrorboard.dev/evidence/v2'),
    'It is an evidence file of format version 2; this Mirrorboard reads version 1.',
    /update this one\.$/,
  ],
  [
    'a file cut short',
    WHOLE.slice(0, WHOLE.length / 2),
    'It is the beginning of an evidence file: its end is missing.',
    /^Copy or download the file again/,
  ],
  [
    'a damaged file',
    WHOLE.replace('"snapshot": {', '"snapshot": {{'),
    'It is an evidence file, but its JSON is damaged.',
    /^Copy or download/,
  ],
  [
    'a text for a count',
    tampered(['snapshot', 'groups', 0, 'differing'], 'many'),
    `It is an evidence file, but snapshot.groups[0].differing is "many", and must be a number. ${CHANGED}`,
    /^Copy or download the file again, or save the evidence again/,
  ],
  [
    'a negative count',
    tampered(['snapshot', 'pairs'], -1),
    `It is an evidence file, but snapshot.pairs is -1, and must be 0 or more. ${CHANGED}`,
    /again/,
  ],
  [
    'fewer pairs than the matrix has',
    tampered(['snapshot', 'pairs'], 39),
    `It is an evidence file, but snapshot.statuses adds up to 40 pairs, and snapshot.pairs says 39. ${CHANGED}`,
    /again/,
  ],
  [
    'more differing than seen',
    tampered(['snapshot', 'groups', 0, 'differing'], 1_000_000),
    `It is an evidence file, but snapshot.groups[0] says that more pairs differ than there are. ${CHANGED}`,
    /again/,
  ],
  [
    'a missing part',
    tampered(['snapshot', 'latency', 'mirror'], undefined),
    `It is an evidence file, but snapshot.latency.mirror is missing. ${CHANGED}`,
    /again/,
  ],
  [
    'too few counts',
    tampered(['snapshot', 'latency', 'mirror'], [1]),
    `It is an evidence file, but snapshot.latency.mirror must be a list of 22 counts. ${CHANGED}`,
    /again/,
  ],
  [
    'a place that is none',
    tampered(['snapshot', 'groups', 0, 'pattern'], 'header["\\x"]'),
    `It is an evidence file, but snapshot.groups[0].pattern is not a path pattern. ${CHANGED}`,
    /again/,
  ],
  [
    'a difference that is not there',
    tampered(['snapshot', 'signatures', 0, 'groups'], [999]),
    `It is an evidence file, but snapshot.signatures names a difference that is not in snapshot.groups. ${CHANGED}`,
    /again/,
  ],
  [
    'settings of a wrong kind',
    tampered(['settings', 'ignorePaths'], '$.id'),
    `It is an evidence file, but settings cannot be used. Annotation mirrorboard.dev/comparison: ignorePaths must be a list of at most 200 paths such as $.items[*].id. ${CHANGED}`,
    /again/,
  ],
  [
    'a body of no known kind',
    tampered(['pairs', 0, 'exchange', 'primary', 'body', 'kind'], 'film'),
    `It is an evidence file, but pairs[0].exchange.primary.body.kind is "film", which is not allowed there. ${CHANGED}`,
    /again/,
  ],
])('%s is refused with what it is and what to do', (_, text, problem, remedy) => {
  expect(parseEvidence(text)).toEqual({
    ok: false,
    problem,
    remedy: expect.stringMatching(remedy),
  })
})

test('a file of another size than evidence has is not read', () => {
  expect(refuseBySize(EVIDENCE_BYTES_MAX)).toBeNull()
  expect(refuseBySize(0)).toMatchObject({ problem: 'The file is empty.' })
  expect(refuseBySize(EVIDENCE_BYTES_MAX + 1024 * 1024)).toMatchObject({
    problem: 'The file has 33.0 MiB; an evidence file has at most 32 MiB.',
    remedy: expect.stringMatching(/^Choose the \.json file/),
  })
})

test('no value of the file, replaced by another kind of value, reaches the pages', () => {
  const small = JSON.stringify(evidenceOfPairs(2))
  const leaves: (string | number)[][] = []
  const visit = (value: unknown, path: (string | number)[]) => {
    if (typeof value !== 'object' || value === null) return leaves.push(path)
    for (const [key, child] of Object.entries(value)) {
      visit(child, [...path, Array.isArray(value) ? Number(key) : key])
    }
    return 0
  }
  visit(JSON.parse(small), [])
  const tolerated = leaves
    // Bodies may be any JSON.
    .filter((path) => !path.includes('value'))
    .filter((path) => parseEvidence(tampered(path, { x: 1 }, small)).ok)
  // Read by nobody.
  expect(tolerated.map((path) => path.slice(2).join('.'))).toEqual([
    'exchange.ruleName',
    'exchange.kind',
    'exchange.ruleName',
    'exchange.kind',
  ])
})
