'use client'

import { keepPreviousData, skipToken, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { API } from '@/lib/dashboard-api/paths'
import type { RouteSeries, SeriesOverview, SourceState } from '@/lib/dashboard-api/series'
import { getJson } from './dashboard-client'
import { openEventStream, type StreamState } from './event-stream'
import { appendOverviewPoint, appendRoutePoint, stepsIn } from './series-window'
import { settleWindow } from './settle-window'
import { useCachedQuery } from './use-cached-query'

interface Stepped {
  readonly stepSeconds: number
  readonly timestamps: readonly number[]
  readonly source: SourceState
}

interface LiveSeries<T> {
  readonly series: T | undefined
  readonly connection: StreamState
}

const DEFAULTS = { structuralSharing: false, staleTime: Number.POSITIVE_INFINITY } as const

/** Keeps one window in the query cache: `window` replaces it, `point` moves it on by a step. */
function useSeriesStream<T extends Stepped>(
  query: string | null,
  rangeSeconds: number,
  appendPoint: (window: T, point: T, stepsMax: number) => T,
): LiveSeries<T> {
  const queryClient = useQueryClient()
  useEffect(() => {
    if (query === null) return
    const series = ['series', query]
    const connection = [...series, 'connection']
    return openEventStream({
      url: `${API.seriesStream}?${query}`,
      events: {
        window: (data) => queryClient.setQueryData(series, data as T),
        point: (data) =>
          queryClient.setQueryData<T>(series, (window) => {
            const point = data as T
            if (window === undefined) return window
            const next = appendPoint(window, point, stepsIn(rangeSeconds, window.stepSeconds))
            return settleWindow(window, next)
          }),
      },
      onState: (state) => queryClient.setQueryData(connection, state),
    })
  }, [queryClient, query, rangeSeconds, appendPoint])
  const key = ['series', query]
  const { data: series } = useCachedQuery<T>({ queryKey: key, queryFn: skipToken, ...DEFAULTS })
  const { data: connection } = useCachedQuery<StreamState>({
    queryKey: [...key, 'connection'],
    queryFn: skipToken,
    ...DEFAULTS,
  })
  return { series, connection: connection ?? 'connecting' }
}

export interface SeriesQuestion {
  /** `namespace/name`. */
  readonly route: string
  readonly rangeSeconds: number
  /** Null for the whole route. */
  readonly rule: string | null
  /** Epoch milliseconds; null for a range that ends now and moves on. */
  readonly endMs: number | null
}

function toQuery({ route, rangeSeconds, rule, endMs }: SeriesQuestion): string {
  return new URLSearchParams({
    route,
    range: String(rangeSeconds),
    ...(rule === null ? {} : { rule }),
    ...(endMs === null ? {} : { end: String(endMs) }),
  }).toString()
}

/** Ranges in the past that a page moved away from are forgotten after this long: they are large. */
const PAST_KEPT_MS = 30_000

function usePastSeries(question: SeriesQuestion | null) {
  const query = question === null ? '' : toQuery(question)
  return useCachedQuery<RouteSeries>({
    queryKey: ['past-series', query],
    queryFn: ({ signal }) => getJson<RouteSeries>(`${API.series}?${query}`, signal),
    enabled: question !== null,
    placeholderData: keepPreviousData,
    gcTime: PAST_KEPT_MS,
    ...DEFAULTS,
  })
}

/** What the observer knows of one route over a range: followed live, or as it was when the range ended. */
export function useRouteSeries(question: SeriesQuestion): LiveSeries<RouteSeries> {
  const isPast = question.endMs !== null
  const live = useSeriesStream(
    isPast ? null : toQuery(question),
    question.rangeSeconds,
    appendRoutePoint,
  )
  const past = usePastSeries(isPast ? question : null)
  if (!isPast) return live
  return { series: past.data, connection: past.error === null ? 'connected' : 'disconnected' }
}

/** The same route over an earlier range, to be drawn behind; undefined while none is asked for. */
export function useEarlierSeries(question: SeriesQuestion | null): RouteSeries | undefined {
  const { data } = usePastSeries(question)
  return question === null ? undefined : data
}

/** Requests, mirrored copies and signals of every route over the last `rangeSeconds`. */
export function useSeriesOverview(rangeSeconds: number): LiveSeries<SeriesOverview> {
  const query = new URLSearchParams({ range: String(rangeSeconds) }).toString()
  return useSeriesStream(query, rangeSeconds, appendOverviewPoint)
}
