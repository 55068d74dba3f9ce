/** Places on a chart ↔ times. Pure. */
import type { ChartRow } from './series-rows'

/** Where the plot lies in its box: what is left of, above, right of and below it. */
export const PLOT = { left: 52, top: 6, right: 6, bottom: 30 } as const

export interface TimeSpan {
  readonly from: number
  readonly to: number
}

/** The time under a place, kept within the span. */
export function timeAt(x: number, width: number, { from, to }: TimeSpan): number {
  const share = (x - PLOT.left) / Math.max(1, width - PLOT.left - PLOT.right)
  return from + Math.min(1, Math.max(0, share)) * (to - from)
}

/** The place of a time, as a share of the plot's width. */
export function shareOf(time: number, { from, to }: TimeSpan): number {
  return to === from ? 0 : (time - from) / (to - from)
}

/** Index of the row nearest to a time; -1 without rows. */
export function nearestRow(rows: readonly ChartRow[], time: number): number {
  let nearest = -1
  let distance = Number.POSITIVE_INFINITY
  for (const [index, { t }] of rows.entries()) {
    const away = Math.abs(t - time)
    if (away < distance) {
      nearest = index
      distance = away
    }
  }
  return nearest
}

/** Narrower than this a selection is a click. */
const SELECTION_SHARE_MIN = 0.01
/** The shortest range that is shown. */
const ZOOM_MS_MIN = 10_000

/** The span between two times in either order; null for what is no more than a click. */
export function selectedSpan(a: number, b: number, span: TimeSpan): TimeSpan | null {
  const [from, to] = a < b ? [a, b] : [b, a]
  if (to - from < (span.to - span.from) * SELECTION_SHARE_MIN) return null
  return widen({ from, to })
}

/** Half of the span around a time, or twice of it. */
export function zoomedSpan(time: number, span: TimeSpan, factor: 0.5 | 2): TimeSpan {
  const length = (span.to - span.from) * factor
  const from = time - length * shareOf(time, span)
  return widen({ from, to: from + length })
}

function widen({ from, to }: TimeSpan): TimeSpan {
  const missing = Math.max(0, ZOOM_MS_MIN - (to - from)) / 2
  return { from: Math.round(from - missing), to: Math.round(to + missing) }
}

/** Where a key moves the cursor among `count` rows; null for a key that moves nothing. */
export function moveCursor(key: string, index: number, count: number): number | null {
  const last = count - 1
  // From nowhere, the first step is to the newest value.
  if (index === -1) return key.startsWith('Arrow') || key === 'End' ? last : null
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: index - 1,
    ArrowRight: index + 1,
    PageDown: index - 10,
    PageUp: index + 10,
    Home: 0,
    End: last,
  }
  const next = steps[key]
  return next === undefined ? null : Math.min(last, Math.max(0, next))
}
