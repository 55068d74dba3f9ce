/** The annotation `mirrorboard.dev/mirror-budget` ↔ the form, and why copies stopped. Pure. */
import { formatCount, plural } from '@/components/format/numbers'
import {
  BUDGET_IN_FLIGHT_MAX,
  BUDGET_RATE_MAX,
  MIRROR_BUDGET_ANNOTATION,
  parseMirrorBudget,
} from '@/lib/comparison/mirror-budget'
import type { MirrorSeries } from '@/lib/dashboard-api/series'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import type { MIRROR_SKIP_REASONS } from '@/lib/series/gateway-metrics'

export interface BudgetForm {
  readonly requestsPerSecond: string
  readonly inFlight: string
  /** As `datetime-local` writes it, in UTC: `2026-12-01T00:00`. */
  readonly until: string
}

const EMPTY: BudgetForm = { requestsPerSecond: '', inFlight: '', until: '' }

/** The route's budget as texts; null where it can't be read. */
export function budgetOf(route: HTTPRoute): BudgetForm | null {
  const text = route.metadata.annotations?.[MIRROR_BUDGET_ANNOTATION]
  if (text === undefined) return EMPTY
  const parsed = parseMirrorBudget(text)
  if (!parsed.ok) return null
  const { requestsPerSecond, inFlight, untilMs } = parsed.budget
  return {
    requestsPerSecond: requestsPerSecond === undefined ? '' : String(requestsPerSecond),
    inFlight: inFlight === undefined ? '' : String(inFlight),
    until: untilMs === undefined ? '' : new Date(untilMs).toISOString().slice(0, 16),
  }
}

/** What is wrong with a field, by its name; empty when the form can be saved. */
export function budgetErrors(form: BudgetForm): Partial<Record<keyof BudgetForm, string>> {
  const isBad = (text: string, most: number) =>
    text.trim() !== '' && !(Number(text) > 0 && Number(text) <= most)
  const isBroken = form.inFlight.trim() !== '' && !Number.isInteger(Number(form.inFlight))
  return {
    ...(isBad(form.requestsPerSecond, BUDGET_RATE_MAX) && {
      requestsPerSecond: `A number above 0 and up to ${formatCount(BUDGET_RATE_MAX)}, or empty`,
    }),
    ...((isBroken || isBad(form.inFlight, BUDGET_IN_FLIGHT_MAX)) && {
      inFlight: `A whole number from 1 to ${formatCount(BUDGET_IN_FLIGHT_MAX)}, or empty`,
    }),
    ...(form.until !== '' &&
      Number.isNaN(Date.parse(`${form.until}Z`)) && { until: 'A date and a time, or empty' }),
  }
}

/** The annotation's text; null where nothing is limited. */
export function budgetText(form: BudgetForm): string | null {
  const value = {
    ...(form.requestsPerSecond.trim() !== '' && {
      requestsPerSecond: Number(form.requestsPerSecond),
    }),
    ...(form.inFlight.trim() !== '' && { inFlight: Number(form.inFlight) }),
    ...(form.until !== '' && { until: new Date(`${form.until}Z`).toISOString() }),
  }
  return Object.keys(value).length === 0 ? null : JSON.stringify(value)
}

type SkipReason = (typeof MIRROR_SKIP_REASONS)[number]

const REASONS: Readonly<Record<Extract<SkipReason, `budget_${string}`>, string>> = {
  budget_rate: 'beyond the budget’s requests per second',
  budget_in_flight: 'beyond the budget’s requests in flight',
  budget_expired: 'after the budget’s end',
  budget_invalid: 'because the budget’s annotation can’t be read',
}

/** One sentence for each reason for which the budget kept copies back in the window. */
export function stopSentences(mirrors: readonly MirrorSeries[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const { windowAccount } of mirrors) {
    for (const [reason, count] of Object.entries(windowAccount.skipped)) {
      if (count > 0) counts.set(reason, (counts.get(reason) ?? 0) + count)
    }
  }
  return Object.entries(REASONS).flatMap(([reason, words]) => {
    const count = counts.get(reason) ?? 0
    return count === 0
      ? []
      : [
          `${plural(count, 'request')} in the last 5 minutes ${count === 1 ? 'was' : 'were'} not mirrored, ${words}.`,
        ]
  })
}
