'use client'

import { useEarlierSeries, useRouteSeries } from '@/components/data/use-live-series'
import { useUrlState } from '@/components/data/use-url-state'
import type { RouteSeries } from '@/lib/dashboard-api/series'
import { comparisonOffsetMs, parseView, toZoom } from './time-range'

/** An earlier range moves on by at least this, so that it is not asked for every second. */
const EARLIER_STEP_MS = 10_000

/** What the URL asks to see of one route, and its series. */
export function useTrafficView(route: string) {
  const url = useUrlState()
  const view = parseView(url.get)
  const { range, rule, endMs } = view
  const question = { route, rangeSeconds: range.seconds, rule, endMs }
  const { series, connection } = useRouteSeries(question)
  const offsetMs = comparisonOffsetMs(view)
  const earlier = useEarlierSeries(
    offsetMs === null || series === undefined
      ? null
      : { ...question, endMs: earlierEnd(series, offsetMs) },
  )
  return {
    view,
    series,
    connection,
    earlier: earlier === undefined || offsetMs === null ? null : { series: earlier, offsetMs },
    zoom: (span: { from: number; to: number }) => url.set(toZoom(span)),
  }
}

function earlierEnd({ timestamps, stepSeconds }: RouteSeries, offsetMs: number): number {
  const step = Math.max(EARLIER_STEP_MS, stepSeconds * 1000)
  return Math.floor((timestamps.at(-1) ?? 0) / step) * step - offsetMs
}

export interface Earlier {
  readonly series: RouteSeries
  readonly offsetMs: number
}
