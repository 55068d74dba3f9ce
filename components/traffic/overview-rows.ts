import type { Points, SeriesOverview } from '@/lib/dashboard-api/series'

export interface OverviewRow {
  readonly key: string
  readonly namespace: string
  readonly name: string
  /** Requests per second over the newest known step. */
  readonly rate: number | null
  readonly requests: number
  readonly mirrored: number
}

/** A longer list belongs to the routes page, which filters and scrolls. */
export const ROUTES_SHOWN_MAX = 20

function total(points: Points): number {
  return points.reduce<number>((sum, point) => sum + (point ?? 0), 0)
}

function newest(points: Points): number | null {
  return points.findLast((point) => point !== null) ?? null
}

/** Routes that took requests in the window, busiest first. */
export function busiestRoutes(overview: SeriesOverview): readonly OverviewRow[] {
  return Object.entries(overview.routes)
    .map(([key, { requests, mirrored }]) => {
      const slash = key.indexOf('/')
      const count = newest(requests)
      return {
        key,
        namespace: key.slice(0, slash),
        name: key.slice(slash + 1),
        rate: count === null ? null : count / overview.stepSeconds,
        requests: total(requests),
        mirrored: total(mirrored),
      }
    })
    .filter(({ requests }) => requests > 0)
    .sort((left, right) => right.requests - left.requests)
    .slice(0, ROUTES_SHOWN_MAX)
}
