'use client'

import Link from 'next/link'
import { useState } from 'react'
import { useServers } from '@/components/data/implementations'
import { useLiveObject } from '@/components/data/use-live'
import { useUrlState } from '@/components/data/use-url-state'
import { GatewayNotice } from '@/components/findings/gateway-notice'
import { LiveLoading } from '@/components/layout/live-loading'
import { RouteTabPage } from '@/components/layout/route-tabs'
import { AnnotationReview } from '@/components/review/annotation-review'
import { Button, buttonClass } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'
import { Notice } from '@/components/ui/notice'
import { page } from '@/lib/dashboard-api/paths'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { abilityOf } from '@/lib/implementations/route-capabilities'
import { type Ladder, promotionsOf } from '@/lib/promotion/ladder'
import { PROMOTION_ANNOTATION } from '@/lib/promotion/promotion'
import { BudgetPanel } from './budget-panel'
import { LadderPanel } from './ladder-panel'
import { useGate } from './use-gate'

interface RouteAddress {
  namespace: string
  name: string
}

function NothingMirrored({ route }: { route: HTTPRoute }) {
  const { namespace = '', name } = route.metadata
  const isOfBackend = (route.spec.rules ?? []).some(({ backendRefs = [] }) =>
    backendRefs.some(({ filters = [] }) => filters.some(({ type }) => type === 'RequestMirror')),
  )
  return (
    <EmptyState
      title={isOfBackend ? 'No rule of this route mirrors' : 'This route mirrors nothing'}
      action={
        <Link href={page.route(namespace, name)} className={buttonClass({ variant: 'primary' })}>
          Open the editor
        </Link>
      }
    >
      {isOfBackend
        ? 'A RequestMirror in the filters of a backendRef is not promoted. Move it to the filters of its rule.'
        : 'Add a RequestMirror filter to the version that is to be promoted. Then move its traffic here, step by step.'}
    </EmptyState>
  )
}

/** The promotion under way can't be told from the route any more: nothing is offered but to forget it. */
function LostPromotion({ route, problem }: { route: HTTPRoute; problem: string }) {
  const [isReviewing, setIsReviewing] = useState(false)
  const { namespace = '', name } = route.metadata
  const close = () => setIsReviewing(false)
  return (
    <Notice
      tone="bad"
      title="No step is offered"
      action={<Button onClick={() => setIsReviewing(true)}>Remove this promotion</Button>}
    >
      {problem} What the rule was before is in the annotation {PROMOTION_ANNOTATION} and in{' '}
      <Link href={page.history(namespace, name)} className="text-accent underline">
        History
      </Link>
      . Removing it deletes the annotation and leaves every rule as it is.
      {isReviewing ? (
        <AnnotationReview
          route={route}
          changes={{ [PROMOTION_ANNOTATION]: null }}
          onClose={close}
          onDone={close}
        />
      ) : null}
    </Notice>
  )
}

function nameOf({ rule, filterIndex }: Ladder): string {
  return `${rule}.${filterIndex}`
}

function ChosenLadder({ route, ladders }: { route: HTTPRoute; ladders: readonly Ladder[] }) {
  const url = useUrlState()
  const started = ladders.find(({ isStarted }) => isStarted)
  const ladder =
    ladders.find((one) => nameOf(one) === url.get('mirror')) ?? started ?? ladders[0] ?? null
  const gate = useGate(route, ladder)
  const servers = useServers(route)
  if (ladder === null) return <NothingMirrored route={route} />
  const blocked =
    started === undefined || started === ladder
      ? undefined
      : `${started.candidate} is being promoted in rule ${started.rule}. Take that back or finish it first: a route stores one way back.`
  return (
    <>
      {ladders.length < 2 ? null : (
        <label className="flex items-center gap-2 text-xs text-muted">
          Mirror
          <select
            value={nameOf(ladder)}
            onChange={(event) => url.set({ mirror: event.target.value })}
            className="h-8 rounded-md border border-control bg-panel px-2 text-fg"
          >
            {ladders.map((one) => (
              <option key={nameOf(one)} value={nameOf(one)}>
                rule {one.rule}, filter {one.filterIndex}: {one.candidate}
              </option>
            ))}
          </select>
        </label>
      )}
      <GatewayNotice servers={servers} capability="verdict">
        Steps by weight work on it as on any gateway. There is no verdict to gate them, so each asks
        for a reason.
      </GatewayNotice>
      <div className="grid min-w-0 items-start gap-3 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <LadderPanel
          route={route}
          ladder={ladder}
          gate={gate}
          isGated={abilityOf(servers, 'verdict').of !== 'none'}
          blocked={blocked}
        />
        <BudgetPanel route={route} servers={servers} />
      </div>
    </>
  )
}

function Promotion({ route }: { route: HTTPRoute }) {
  const { ladders, problem } = promotionsOf(route)
  return problem === null ? (
    <ChosenLadder route={route} ladders={ladders} />
  ) : (
    <LostPromotion route={route} problem={problem} />
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
