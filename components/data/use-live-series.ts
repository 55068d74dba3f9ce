'use client'

import { type QueryKey, skipToken, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { API } from '@/lib/dashboard-api/paths'
import type { RouteSeries, SeriesOverview, SourceState } from '@/lib/dashboard-api/series'
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
  key: QueryKey,
  query: string,
  rangeSeconds: number,
  appendPoint: (window: T, point: T, stepsMax: number) => T,
): LiveSeries<T> {
  const queryClient = useQueryClient()
  const [family, detail, range] = key
  useEffect(() => {
    const series = [family, detail, range]
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
  }, [queryClient, family, detail, range, query, rangeSeconds, appendPoint])
  const { data: series } = useCachedQuery<T>({ queryKey: key, queryFn: skipToken, ...DEFAULTS })
  const { data: connection } = useCachedQuery<StreamState>({
    queryKey: [...key, 'connection'],
    queryFn: skipToken,
    ...DEFAULTS,
  })
  return { series, connection: connection ?? 'connecting' }
}

/** What the observer knows of one route (`namespace/name`) over the last `rangeSeconds`. */
export function useRouteSeries(route: string, rangeSeconds: number): LiveSeries<RouteSeries> {
  const query = new URLSearchParams({ route, range: String(rangeSeconds) }).toString()
  return useSeriesStream(['series', route, rangeSeconds], query, rangeSeconds, appendRoutePoint)
}

/** Requests and mirrored copies of every route over the last `rangeSeconds`. */
export function useSeriesOverview(rangeSeconds: number): LiveSeries<SeriesOverview> {
  const query = new URLSearchParams({ range: String(rangeSeconds) }).toString()
  return useSeriesStream(['series', '', rangeSeconds], query, rangeSeconds, appendOverviewPoint)
}
