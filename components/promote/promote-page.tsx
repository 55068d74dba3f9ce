'use client'

import Link from 'next/link'
import { useLiveObject } from '@/components/data/use-live'
import { useUrlState } from '@/components/data/use-url-state'
import { LiveLoading } from '@/components/layout/live-loading'
import { RouteTabPage } from '@/components/routes/route-tabs'
import { buttonClass } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'
import { page } from '@/lib/dashboard-api/paths'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { BudgetPanel } from './budget-panel'
import { ladderOf, promotable } from './ladder'
import { LadderPanel } from './ladder-panel'
import { useGate } from './use-gate'

interface RouteAddress {
  namespace: string
  name: string
}

function Promotion({ route }: { route: HTTPRoute }) {
  const url = useUrlState()
  const places = promotable(route)
  const [rule, filterIndex] = places.find(
    ([at, filter]) => `${at}.${filter}` === url.get('mirror'),
  ) ??
    places[0] ?? [0, 0]
  const ladder = ladderOf(route, rule, filterIndex)
  const gate = useGate(route, ladder)
  const { namespace = '', name } = route.metadata
  if (ladder === null) {
    return (
      <EmptyState
        title="This route mirrors nothing"
        action={
          <Link href={page.route(namespace, name)} className={buttonClass({ variant: 'primary' })}>
            Open the editor
          </Link>
        }
      >
        Add a RequestMirror filter to the version that is to be promoted. Its steps to all of the
        traffic are then taken here.
      </EmptyState>
    )
  }
  return (
    <>
      {places.length < 2 ? null : (
        <label className="flex items-center gap-2 text-xs text-muted">
          Mirror
          <select
            value={`${rule}.${filterIndex}`}
            onChange={(event) => url.set({ mirror: event.target.value })}
            className="h-8 rounded-md border border-control bg-panel px-2 text-fg"
          >
            {places.map(([at, filter]) => (
              <option key={`${at}.${filter}`} value={`${at}.${filter}`}>
                rule {at}, filter {filter}: {ladderOf(route, at, filter)?.candidate}
              </option>
            ))}
          </select>
        </label>
      )}
      <div className="grid min-w-0 items-start gap-3 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <LadderPanel route={route} ladder={ladder} gate={gate} />
        <BudgetPanel route={route} />
      </div>
    </>
  )
}

/** From a mirror to all of the traffic in steps, each reviewed, gated by the verdict, and taken back by one click. */
export function PromotePage({ namespace, name }: RouteAddress) {
  const { object: route, isSynced } = useLiveObject('httproutes', namespace, name)
  return (
    <RouteTabPage namespace={namespace} name={name} current="promote">
      {!isSynced ? <LiveLoading kinds={['httproutes']} label="Loading route" /> : null}
      {isSynced && route === undefined ? (
        <EmptyState title="There is no such route">It may have been deleted.</EmptyState>
      ) : null}
      {isSynced && route !== undefined ? <Promotion route={route} /> : null}
    </RouteTabPage>
  )
}
