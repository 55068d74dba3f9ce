/** The evidence file: one comparison with what it was judged by, to attach to a change and to open again without a cluster. */
import { z } from 'zod'
import type { ComparisonSettings } from '@/lib/comparison/settings'
import type { ComparisonSnapshot } from '@/lib/comparison/snapshot'
import type { ComparedPair } from './comparison'

export const EVIDENCE_FORMAT = 'mirrorboard.dev/evidence/v1'
/** A larger file is not opened. */
export const EVIDENCE_BYTES_MAX = 32 * 1024 * 1024

export interface Evidence {
  readonly format: typeof EVIDENCE_FORMAT
  /** RFC 3339. */
  readonly writtenAt: string
  /** The route as it is, and as it would be with the mirror promoted. */
  readonly before: string
  readonly after: string
  readonly settings: Partial<ComparisonSettings>
  readonly snapshot: ComparisonSnapshot
  readonly pairs: readonly ComparedPair[]
}

const counts = z.array(z.number())
const difference = z.object({ kind: z.string(), pattern: z.string() })
/** What the pages read of a file that anyone may have changed; its deeper parts are only drawn. */
const evidence = z.object({
  format: z.literal(EVIDENCE_FORMAT),
  writtenAt: z.string(),
  before: z.string(),
  after: z.string(),
  settings: z.record(z.string(), z.unknown()),
  snapshot: z.looseObject({
    route: z.string(),
    generation: z.number(),
    rule: z.number(),
    filterIndex: z.number(),
    primaryBackends: z.array(z.string()),
    mirrorBackend: z.string(),
    firstAt: z.number(),
    lastAt: z.number(),
    pairs: z.number(),
    calibrationPairs: z.number(),
    cutShort: z.number(),
    notComparable: z.record(z.string(), z.number()),
    bodiesNotCompared: z.record(z.string(), z.number()),
    statuses: z.array(z.object({ primary: z.string(), mirror: z.string(), pairs: z.number() })),
    groups: z.array(
      z.looseObject({
        kind: z.string(),
        pattern: z.string(),
        seen: z.number(),
        differing: z.number(),
        calibrationSeen: z.number(),
        calibrationDiffering: z.number(),
        model: z.string(),
        modelOf: z.number(),
        endpoints: z.array(z.string()),
        samples: z.array(z.object({ pair: z.string(), primary: z.string(), mirror: z.string() })),
      }),
    ),
    signatures: z.array(
      z.object({ groups: z.array(z.number()), pairs: z.number(), calibrationPairs: z.number() }),
    ),
    latency: z.object({ difference: counts, calibration: counts, primary: counts, mirror: counts }),
    endpoints: z.array(
      z.object({ endpoint: z.string(), pairs: z.number(), differing: z.number() }),
    ),
    unseenEndpoints: z.array(z.string()),
    // Files of before requests were counted have none.
    requests: z
      .object({
        endpoints: z.array(z.object({ endpoint: z.string(), requests: z.number() })),
        beyond: z.number(),
        since: z.number(),
      })
      .default({ endpoints: [], beyond: 0, since: 0 }),
  }),
  pairs: z.array(
    z.object({
      summary: z.looseObject({ id: z.string(), differences: z.array(difference) }),
      exchange: z.looseObject({
        id: z.string(),
        request: z.looseObject({
          method: z.string(),
          host: z.string(),
          path: z.string(),
          headers: z.array(z.tuple([z.string(), z.string()])),
          body: z.looseObject({ kind: z.string() }),
        }),
        primary: z.looseObject({ outcome: z.string(), backend: z.string() }),
        mirror: z.looseObject({ outcome: z.string(), backend: z.string() }),
      }),
    }),
  ),
})

export type ParsedEvidence =
  | { readonly ok: true; readonly evidence: Evidence }
  | { readonly ok: false; readonly message: string }

/** Reads an evidence file's text; `message` says what is wrong with it. */
export function parseEvidence(text: string): ParsedEvidence {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { ok: false, message: 'This file is no JSON, so it is no evidence file.' }
  }
  const parsed = evidence.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const place = issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`
    return { ok: false, message: `This is no evidence file of this version${place}.` }
  }
  // Checked above as far as the pages read it.
  return { ok: true, evidence: parsed.data as unknown as Evidence }
}
