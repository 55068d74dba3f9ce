'use client'

import { useLiveObject } from '@/components/data/use-live'
import { RouteHeading, RouteTabs } from '@/components/layout/route-tabs'
import { EmptyState, LoadingState } from '@/components/ui/empty-state'
import type { RouteSeries } from '@/lib/dashboard-api/series'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { AccountPanel } from './account-panel'
import { PartsPanel } from './parts-panel'
import {
  BackendsChart,
  BytesChart,
  ClassesChart,
  LatencyChart,
  OutcomesChart,
  PercentilesChart,
  RequestsChart,
  type RouteChartProps,
} from './route-charts'
import { SharePanel } from './share-panel'
import { SourceNotice } from './source-notice'
import type { TrafficView } from './time-range'
import { TrafficToolbar } from './traffic-toolbar'
import { useTrafficView } from './use-traffic-view'
import { WindowTotals } from './window-totals'

interface RouteAddress {
  namespace: string
  name: string
}

interface ChartsProps {
  chart: RouteChartProps
  view: TrafficView
  object: HTTPRoute | undefined
}

function Charts({ chart, view, object }: ChartsProps) {
  const { route } = chart
  const hasMirrors = route.mirrors.length > 0
  return (
    <>
      <SourceNotice source={route.source} />
      {route.blindSpots.route === undefined ? null : (
        <EmptyState title="This route is not counted">{route.blindSpots.route}</EmptyState>
      )}
      <WindowTotals route={route} rangeName={view.range.name} />
      <div className="grid items-start gap-3 xl:grid-cols-2">
        <RequestsChart {...chart} height={190} />
        <LatencyChart {...chart} height={190} />
        <ClassesChart {...chart} />
        {hasMirrors ? <OutcomesChart {...chart} /> : null}
        <PercentilesChart {...chart} />
        <BytesChart {...chart} />
        {route.backends.length > 1 ? <BackendsChart {...chart} /> : null}
      </div>
      <PartsPanel
        series={route}
        rangeName={view.range.name}
        rule={view.rule}
        seconds={knownSeconds(route)}
      />
      <div className="grid items-start gap-3 xl:grid-cols-2">
        <AccountPanel
          mirrors={route.mirrors}
          rangeName={view.range.name}
          blindSpot={route.blindSpots.account}
          captures={route.captures}
        />
        <SharePanel series={route} route={object} />
      </div>
    </>
  )
}

/** Seconds that were measured: a rate over all of a range that is half unknown would be half of what it was. */
function knownSeconds({ primary, stepSeconds }: RouteSeries): number {
  const known = primary.requests.filter((point) => point !== null).length
  return Math.max(1, known) * stepSeconds
}

/** All that is counted of one route, with every chart. */
export function RouteTrafficPage({ namespace, name }: RouteAddress) {
  const key = `${namespace}/${name}`
  const { object } = useLiveObject('httproutes', namespace, name)
  const { view, series, connection, earlier, zoom } = useTrafficView(key)
  return (
    <>
      <RouteTabs namespace={namespace} name={name} current="traffic" />
      <div className="flex flex-col gap-3 p-3 md:px-6 md:py-4">
        <RouteHeading namespace={namespace} name={name} />
        <TrafficToolbar view={view} series={series} />
        {connection === 'disconnected' ? (
          <EmptyState tone="bad" title="Traffic numbers are not updating">
            The dashboard's observer does not answer. Check that the server is running; the page
            keeps trying.
          </EmptyState>
        ) : null}
        {series === undefined ? (
          connection === 'disconnected' ? null : (
            <LoadingState label="Loading traffic" />
          )
        ) : (
          <Charts
            view={view}
            object={object}
            chart={{ route: series, earlier, rangeSeconds: view.range.seconds, onZoom: zoom }}
          />
        )}
      </div>
    </>
  )
}
