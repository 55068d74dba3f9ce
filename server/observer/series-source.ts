/** Where series come from: scraped metrics or a Prometheus server, behind one interface. */
import type {
  RouteSeries,
  SeriesEvent,
  SeriesOverview,
  SourceState,
} from '@/lib/dashboard-api/series'
import type { OwnMetric } from './own-metrics'

/** What a page asks for; `route` null is the overview. */
export interface SeriesQuery {
  readonly route: string | null
  readonly rangeSeconds: number
  /** Null for the whole route. */
  readonly rule: string | null
  /** Epoch milliseconds; null for a range that ends now. */
  readonly endMs: number | null
}

export type SeriesAnswer = RouteSeries | SeriesOverview

export interface SeriesSource {
  /**
   * Returns the whole range for `window`, its newest complete step for `point`. Never rejects: where the source cannot
   * be reached the numbers are unknown and its state says why.
   */
  answer(query: SeriesQuery, event: SeriesEvent): Promise<SeriesAnswer>
  /** Changes when a window sent before no longer lines up with new points. */
  revision(): number
  state(): SourceState
  metrics(): readonly OwnMetric[]
  /** Begins to read; `onTick` is called whenever there may be something new. */
  start(onTick: () => void): void
  /** Ends reading and keeps what is not kept yet. */
  stop(): Promise<void>
}
