import type { MirrorAccount } from '@/lib/dashboard-api/series'
import type { SlotCounts } from './slot-counts'

/**
 * Returns the accounting of one mirror, from one scrape (`live`) or from the counts in a window, and whether it holds:
 * requests = mirrored + notSampled + skipped + dropped;
 * mirrored + inFlightBefore = answered + failed + inFlight + lostInFlight, the last one and `inFlightBefore` being
 * zero for a gateway's whole life.
 */
export function accountOf(slots: readonly SlotCounts[], of: 'live' | 'window'): MirrorAccount {
  const value = (count: SlotCounts) => (of === 'live' ? count.live : count.total)
  const sum = (kind: string, outcome = '') =>
    slots
      .filter(({ slot }) => slot.kind === kind && slot.outcome === outcome)
      .reduce((total, count) => total + value(count), 0)
  const byReason = (kind: string, outcome: string) => {
    const reasons: Record<string, number> = {}
    for (const count of slots) {
      const { slot } = count
      if (slot.kind !== kind || slot.outcome !== outcome || value(count) === 0) continue
      reasons[slot.reason] = (reasons[slot.reason] ?? 0) + value(count)
    }
    return reasons
  }
  const inFlight = slots
    .filter(({ slot }) => slot.kind === 'mirrorInFlight')
    .reduce((total, count) => total + (of === 'live' ? count.live : count.atEnd), 0)
  const terms = {
    requests: sum('offered'),
    mirrored: sum('decided', 'mirrored'),
    notSampled: sum('decided', 'not_sampled'),
    skipped: byReason('decided', 'skipped'),
    dropped: byReason('decided', 'dropped'),
    answered: sum('ended', 'answered'),
    failed: byReason('ended', 'failed'),
    inFlight,
    inFlightBefore: of === 'live' ? 0 : inFlight - sum('mirrorInFlight'),
    lostInFlight: of === 'live' ? 0 : sum('mirrorLost'),
  }
  return { ...terms, holds: holds(terms) }
}

function holds(terms: Omit<Required<MirrorAccount>, 'holds'>): boolean {
  const decided = terms.mirrored + terms.notSampled + total(terms.skipped) + total(terms.dropped)
  const ended = terms.answered + total(terms.failed) + terms.inFlight + terms.lostInFlight
  return terms.requests === decided && terms.mirrored + terms.inFlightBefore === ended
}

function total(byReason: Readonly<Record<string, number>>): number {
  return Object.values(byReason).reduce((sum, value) => sum + value, 0)
}
