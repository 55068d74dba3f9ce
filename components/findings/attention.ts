/** What of a route needs a person's attention, and how urgently. Pure. */

import { VERDICTS_MAX, type Verdicts } from '@/components/data/verdicts'
import { formatCount, formatShare, plural } from '@/components/format/numbers'
import type { Decision } from '@/lib/comparison/assess'
import type { Points, RouteOverview, SeriesOverview } from '@/lib/dashboard-api/series'
import { DECISION_TEXT } from './comparison-text'

export type Urgency = 'bad' | 'warn' | 'ok'

export interface Finding {
  readonly urgency: Exclude<Urgency, 'ok'>
  readonly text: string
}

export interface AttentionRow {
  readonly key: string
  readonly namespace: string
  readonly name: string
  readonly requests: number
  readonly mirrored: number
  /** Requests per second over the newest known step. */
  readonly rate: number | null
  readonly requestPoints: Points
  readonly mirroredPoints: Points
  readonly urgency: Urgency
  /** Most urgent first. */
  readonly findings: readonly Finding[]
}

/** The rules, as the page states them. */
export const ATTENTION_RULES = [
  'the counts of a mirror do not add up',
  '5 % or more of the answers are 5xx; a warning from 1 %',
  '10 % or more of the mirrored requests got no answer; a warning from 1 %',
  '5 % or more of the mirror’s answers are 5xx, or 2 points more than of the primary’s; a warning from 1 %',
  '0.1 % or more of the mirrored requests were dropped at a limit (warning)',
  'no Gateway accepts the route, or a reference is not resolved',
  `the verdict of the comparison is Do not promote (of the ${VERDICTS_MAX} that were added to last)`,
] as const

/** Fewer requests than this say nothing of shares. */
const REQUESTS_MIN = 20

function sum(points: Points | undefined): number {
  return (points ?? []).reduce<number>((total, point) => total + (point ?? 0), 0)
}

function graded(
  count: number,
  total: number,
  limits: { readonly warn: number; readonly bad: number },
  describe: string,
): Finding[] {
  if (count === 0 || total === 0 || count / total < limits.warn) return []
  const urgency = count / total >= limits.bad ? 'bad' : 'warn'
  return [{ urgency, text: `${formatShare(count, total)} ${describe} (${formatCount(count)})` }]
}

/** What the counts of one route in the range say. */
export function trafficFindings(route: RouteOverview): readonly Finding[] {
  const requests = sum(route.requests)
  const mirrored = sum(route.mirrored)
  const { signals = {} } = route
  const [errors, mirrorErrors, failed, dropped] = [
    sum(signals.errors),
    sum(signals.mirrorErrors),
    sum(signals.failed),
    sum(signals.dropped),
  ]
  const unbalanced: Finding[] =
    route.isUnbalanced === true
      ? [{ urgency: 'bad', text: 'The counts of a mirror do not add up' }]
      : []
  if (requests < REQUESTS_MIN) return unbalanced
  // Copies under way may still be answered well. In whole numbers: a difference of shares would be rounded.
  const answered = Math.max(mirrored - failed, mirrorErrors)
  const isWorse = mirrorErrors * requests - errors * answered >= (requests * answered) / 50
  return [
    ...unbalanced,
    ...graded(errors, requests, { warn: 0.01, bad: 0.05 }, 'of answers are 5xx'),
    ...graded(failed, mirrored, { warn: 0.01, bad: 0.1 }, 'of mirrored requests got no answer'),
    ...(answered < REQUESTS_MIN
      ? []
      : graded(
          mirrorErrors,
          answered,
          { warn: 0.01, bad: isWorse ? 0.01 : 0.05 },
          'of the mirror’s answers are 5xx',
        )),
    ...graded(
      dropped,
      mirrored + dropped,
      { warn: 0.001, bad: 2 },
      'of mirrored requests dropped at a limit',
    ),
  ]
}

const RANK: Record<Urgency, number> = { bad: 0, warn: 1, ok: 2 }

/** The most urgent first. */
export function sorted(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => RANK[a.urgency] - RANK[b.urgency])
}

/** What a running comparison says against the mirror; a verdict for it, or none yet, needs nobody. */
export function verdictFindings(decision: Decision | undefined): readonly Finding[] {
  if (decision !== 'do-not-promote') return []
  return [{ urgency: 'bad', text: `Verdict: ${DECISION_TEXT[decision]}` }]
}

function worst(findings: readonly Finding[]): Urgency {
  if (findings.some(({ urgency }) => urgency === 'bad')) return 'bad'
  return findings.length > 0 ? 'warn' : 'ok'
}

/** What the cluster says of a route, by `namespace/name`; null for one that is fine. */
export type ClusterFindings = ReadonlyMap<string, Finding | null>

const NOTHING: RouteOverview = { requests: [], mirrored: [] }

/**
 * Every route that is counted or in the cluster: the most urgent first, of those the ones with most findings, then the
 * busiest.
 */
export function attentionRows(
  overview: SeriesOverview,
  cluster: ClusterFindings,
  verdicts: Verdicts,
): readonly AttentionRow[] {
  const keys = new Set([...cluster.keys(), ...Object.keys(overview.routes)])
  const rows = [...keys].map((key): AttentionRow => {
    const route = overview.routes[key] ?? NOTHING
    const ofCluster = cluster.get(key) ?? null
    const findings = sorted([
      ...(ofCluster === null ? [] : [ofCluster]),
      ...verdictFindings(verdicts.get(key)),
      ...trafficFindings(route),
    ])
    const slash = key.indexOf('/')
    const newest = route.requests.findLast((point) => point !== null) ?? null
    return {
      key,
      namespace: key.slice(0, slash),
      name: key.slice(slash + 1),
      requests: sum(route.requests) + sum(route.signals?.unplacedRequests),
      mirrored: sum(route.mirrored) + sum(route.signals?.unplacedMirrored),
      rate: newest === null ? null : newest / overview.stepSeconds,
      requestPoints: route.requests,
      mirroredPoints: route.mirrored,
      urgency: worst(findings),
      findings,
    }
  })
  return rows.sort(
    (a, b) =>
      RANK[a.urgency] - RANK[b.urgency] ||
      b.findings.length - a.findings.length ||
      b.requests - a.requests ||
      (a.key < b.key ? -1 : 1),
  )
}

/** `1,200 requests and 600 mirrored requests, last 5 minutes.` */
export function totalsSentence(rows: readonly AttentionRow[], rangeName: string): string {
  const requests = rows.reduce((total, row) => total + row.requests, 0)
  const mirrored = rows.reduce((total, row) => total + row.mirrored, 0)
  return `${plural(requests, 'request')} and ${plural(mirrored, 'mirrored request')}, ${rangeName.toLowerCase()}.`
}

/** `Needing attention: 3, worth a look: 2, fine: 40.` */
export function attentionSentence(rows: readonly AttentionRow[]): string {
  const count = (urgency: Urgency) => rows.filter((row) => row.urgency === urgency).length
  const [bad, warn, ok] = [count('bad'), count('warn'), count('ok')]
  if (rows.length === 0) return 'There are no routes yet.'
  if (bad + warn === 0)
    return `Nothing needs attention in ${formatCount(ok)} of ${formatCount(ok)} routes.`
  return `Needing attention: ${formatCount(bad)}, worth a look: ${formatCount(warn)}, fine: ${formatCount(ok)}.`
}
