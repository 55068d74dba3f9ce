/** What an evidence file must hold so that every page can draw it, whoever may have changed it meanwhile. */
import { z } from 'zod'
import { headerOf } from '@/lib/comparison/assess-groups'
import { DIFFERENCE_EDGES_MS, LATENCY_EDGES_MS, total } from '@/lib/comparison/latency-counts'
import { parseComparisonSettings } from '@/lib/comparison/settings'
import { EVIDENCE_FORMAT } from './evidence'

const text = z.string()
const count = z.int().min(0)
const time = z.number().min(0)
/** Hidden in a quoted name, a pattern may hold what no one wrote. */
const pattern = text.refine(isPattern, { error: 'is not a path pattern' })
const reasons = z.record(text, count)

function isPattern(value: string): boolean {
  try {
    headerOf(value)
    return true
  } catch {
    return false
  }
}

function countsBy(edges: readonly number[]) {
  return z
    .array(count)
    .length(edges.length + 1, { error: `must be a list of ${edges.length + 1} counts` })
}

const group = z
  .object({
    kind: text,
    pattern,
    seen: count,
    differing: count,
    calibrationSeen: count,
    calibrationDiffering: count,
    model: text,
    modelOf: count,
    apart: text.optional(),
    firstAt: time,
    lastAt: time,
    endpoints: z.array(text),
    samples: z.array(z.object({ pair: text, primary: text, mirror: text })),
  })
  .refine(
    ({ seen, differing, calibrationSeen, calibrationDiffering }) =>
      differing <= seen && calibrationDiffering <= calibrationSeen,
    { error: 'says that more pairs differ than there are' },
  )

const snapshot = z
  .object({
    route: text,
    generation: count,
    rule: count,
    filterIndex: count,
    ruleName: text,
    primaryBackends: z.array(text),
    mirrorBackend: text,
    firstAt: time,
    lastAt: time,
    pairs: count,
    calibrationPairs: count,
    calibratedAt: time,
    cutShort: count,
    notComparable: reasons,
    bodiesNotCompared: reasons,
    statuses: z.array(z.object({ primary: text, mirror: text, pairs: count })),
    groups: z.array(group),
    signatures: z.array(
      z.object({ groups: z.array(count), pairs: count, calibrationPairs: count }),
    ),
    latency: z.object({
      difference: countsBy(DIFFERENCE_EDGES_MS),
      calibration: countsBy(DIFFERENCE_EDGES_MS),
      primary: countsBy(LATENCY_EDGES_MS),
      mirror: countsBy(LATENCY_EDGES_MS),
    }),
    endpoints: z.array(z.object({ endpoint: text, pairs: count, differing: count })),
    unseenEndpoints: z.array(text),
    // Files of before requests were counted have none.
    requests: z
      .object({
        endpoints: z.array(z.object({ endpoint: text, requests: count })),
        beyond: count,
        since: time,
      })
      .default({ endpoints: [], beyond: 0, since: 0 }),
  })
  .superRefine((value, context) => {
    const pairsOf = (cells: readonly { readonly pairs: number }[]) =>
      total(cells.map(({ pairs }) => pairs))
    const sums = { statuses: pairsOf(value.statuses), endpoints: pairsOf(value.endpoints) }
    for (const [name, sum] of Object.entries(sums)) {
      if (sum === value.pairs) continue
      const message = `adds up to ${sum} pairs, and snapshot.pairs says ${value.pairs}`
      context.addIssue({ code: 'custom', path: [name], message })
    }
    const isKnown = (index: number) => index < value.groups.length
    if (!value.signatures.every(({ groups }) => groups.every(isKnown))) {
      const message = 'names a difference that is not in snapshot.groups'
      context.addIssue({ code: 'custom', path: ['signatures'], message })
    }
  })

const headers = z.array(z.tuple([text, text]))
const body = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('json'), value: z.unknown(), bytes: count }),
  z.object({ kind: z.literal('text'), text, bytes: count }),
  z.object({ kind: z.literal('form'), fields: headers, bytes: count }),
  z.object({ kind: z.literal('grpc'), messages: z.array(text), bytes: count }),
  z.object({ kind: z.literal('binary'), hash: text, bytes: count }),
  z.object({ kind: z.literal('uncaptured'), reason: text, bytes: count }),
])
const answer = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('answered'),
    backend: text,
    status: count,
    headers,
    trailers: headers.optional(),
    body,
    firstByteMs: time,
    totalMs: time,
  }),
  z.object({ outcome: z.literal('failed'), backend: text, reason: text, totalMs: time }),
])

const pair = z.object({
  summary: z.object({
    id: text,
    capturedAt: time,
    method: text,
    path: text,
    endpoint: text,
    leftOut: text.optional(),
    primaryStatus: text,
    mirrorStatus: text,
    primaryMs: time,
    mirrorMs: time,
    differences: z.array(z.object({ kind: text, pattern })),
  }),
  exchange: z.looseObject({
    id: text,
    capturedAt: time,
    route: text,
    generation: count,
    rule: count,
    filterIndex: z.int(),
    requestId: text,
    request: z.object({ method: text, host: text, path: text, headers, body }),
    primary: answer,
    mirror: answer,
  }),
})

const settings = z.record(text, z.unknown()).superRefine((value, context) => {
  if (Object.keys(value).length === 0) return
  const parsed = parseComparisonSettings(JSON.stringify(value))
  if (!parsed.ok)
    context.addIssue({
      code: 'custom',
      message: `cannot be used. ${parsed.message.replace(/\.$/, '')}`,
    })
})

export const evidenceSchema = z.object({
  format: z.literal(EVIDENCE_FORMAT),
  writtenAt: text,
  before: text,
  after: text,
  settings,
  snapshot,
  pairs: z.array(pair),
})
