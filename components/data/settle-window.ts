/** A window and the one after it → the same parts where nothing changed. Pure; previous step: series-window.ts. */
import { replaceEqualDeep } from '@tanstack/react-query'
import type { SourceState } from '@/lib/dashboard-api/series'

interface Sourced {
  readonly source: SourceState
}

/**
 * `next`, with every part that is equal by value taken from `before`, so that nothing is drawn anew for it. Where only
 * the time of the last scrape moved on it is `before` itself: that time is shown only once the numbers are old.
 */
export function settleWindow<T extends Sourced>(before: T, next: T): T {
  const isOnlyLater =
    next.source.state === 'ok' &&
    before.source.state === 'ok' &&
    next.source.message === before.source.message
  return replaceEqualDeep(before, isOnlyLater ? { ...next, source: before.source } : next)
}
