/**
 * How much a counter grew between two scrapes. A counter that shrank has been reset: what it shows now was counted
 * since zero, as Prometheus' increase() reads it, so the result is never negative.
 * https://prometheus.io/docs/concepts/metric_types/#counter
 *
 * `previous` is null for a series first seen now: it was made on first use, so it counts from zero.
 * `isReset` forces the reading after a reset: one counter of a group that shrank says that all of them restarted,
 * also those that have already passed their former value.
 */
export function counterIncrease(previous: number | null, current: number, isReset = false): number {
  if (previous === null || isReset || current < previous) return current
  return current - previous
}

/** Returns true for a value a counter may have: whole, not negative, exact as a double. */
export function isCounterValue(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
