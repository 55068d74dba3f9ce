'use client'

import Link from 'next/link'
import { useComparisons } from '@/components/data/comparison'
import { useServers } from '@/components/data/implementations'
import { useLiveObject } from '@/components/data/use-live'
import { useUrlState } from '@/components/data/use-url-state'
import { CannotCompare, GatewayNotice } from '@/components/findings/gateway-notice'
import { LiveLoading } from '@/components/layout/live-loading'
import { RouteTabPage } from '@/components/layout/route-tabs'
import { buttonClass } from '@/components/ui/button'
import { EmptyState, LoadingState } from '@/components/ui/empty-state'
import { Notice } from '@/components/ui/notice'
import { readSettings } from '@/lib/comparison/route-settings'
import type { ComparisonListItem } from '@/lib/dashboard-api/comparison'
import { page } from '@/lib/dashboard-api/paths'
import { keyOf } from '@/lib/gateway-api/references'
import { mirrorsOf } from '@/lib/gateway-api/route-summary'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { abilityOf } from '@/lib/implementations/route-capabilities'
import { CompareWorkspace } from './compare-workspace'
import { EnableComparison } from './enable-comparison'

interface RouteAddress {
  namespace: string
  name: string
}

/** How a comparison is named in the URL: generation, rule and filter. */
function nameOf({ generation, rule, filterIndex }: ComparisonListItem): string {
  return `${generation}.${rule}.${filterIndex}`
}

function NoMirror({ namespace, name }: RouteAddress) {
  return (
    <EmptyState
      title="This route mirrors nothing"
      action={
        <Link href={page.route(namespace, name)} className={buttonClass({ variant: 'primary' })}>
          Open the editor
        </Link>
      }
    >
      Add a RequestMirror filter that mirrors requests to the new version. Then both answers can be
      compared here.
    </EmptyState>
  )
}

interface ChooserProps {
  comparisons: readonly ComparisonListItem[]
  chosen: ComparisonListItem
  onChoose: (name: string) => void
}

function ComparisonChooser({ comparisons, chosen, onChoose }: ChooserProps) {
  if (comparisons.length < 2) return null
  return (
    <label className="flex max-w-full flex-wrap items-center gap-x-2 text-xs text-muted">
      Comparison
      <select
        value={nameOf(chosen)}
        onChange={(event) => onChoose(event.target.value)}
        className="h-8 max-w-full rounded-md border border-control bg-panel px-2 text-fg"
      >
        {comparisons.map((item) => (
          <option key={nameOf(item)} value={nameOf(item)}>
            {item.mirrorBackend === '' ? 'no answer from the mirror yet' : item.mirrorBackend},
            generation {item.generation}, rule {item.rule}, filter {item.filterIndex}
          </option>
        ))}
      </select>
    </label>
  )
}

/** Also by rule and filter alone, as a manifest names a mirror: then its newest generation, which is listed first. */
function chosenOf(comparisons: readonly ComparisonListItem[], of: string) {
  const isNamed = (item: ComparisonListItem) =>
    nameOf(item) === of || `${item.rule}.${item.filterIndex}` === of
  return comparisons.find(isNamed) ?? comparisons[0]
}

function Compared({ route }: { route: HTTPRoute }) {
  const url = useUrlState()
  const key = keyOf(route)
  const { data, error } = useComparisons(key)
  const settings = readSettings(route)
  const servers = useServers(route)
  const canCapture = abilityOf(servers, 'capture').of !== 'none'
  const comparisons = data?.comparisons ?? []
  const chosen = chosenOf(comparisons, url.get('of'))
  if (data === undefined && error !== null) {
    return (
      <EmptyState tone="bad" title="The comparison can't be read">
        {error.message}
      </EmptyState>
    )
  }
  if (data === undefined) return <LoadingState label="Loading comparison" />
  if (chosen === undefined && !canCapture) return <CannotCompare route={route} servers={servers} />
  const notice = (
    <GatewayNotice servers={servers} capability="capture">
      {canCapture
        ? 'Requests through it are mirrored and counted, and are in no comparison.'
        : 'What you see was captured earlier; no pair is added.'}
    </GatewayNotice>
  )
  if (settings === null && chosen === undefined) {
    return (
      <>
        {notice}
        <EnableComparison route={route} />
      </>
    )
  }
  return (
    <>
      {notice}
      {settings?.ok === false ? (
        <Notice tone="bad" title="Nothing is compared: the settings can't be read">
          {settings.message} Correct it in the editor.
        </Notice>
      ) : null}
      {settings === null ? (
        <Notice tone="info">
          Comparison is off: no pairs are captured. What you see was counted earlier.
        </Notice>
      ) : null}
      <CompareWorkspace
        route={route}
        comparison={chosen}
        chooser={
          chosen === undefined ? null : (
            <ComparisonChooser
              comparisons={comparisons}
              chosen={chosen}
              onChoose={(of) => url.set({ of, pair: '' })}
            />
          )
        }
      />
    </>
  )
}

/** Both answers of mirrored requests, compared: what differs, what is noise, and what to do. */
export function ComparePage({ namespace, name }: RouteAddress) {
  const { object: route, isSynced } = useLiveObject('httproutes', namespace, name)
  const canCompare = route !== undefined && mirrorsOf(route).length > 0
  const { data } = useComparisons(`${namespace}/${name}`)
  const hasHistory = (data?.comparisons.length ?? 0) > 0
  return (
    <RouteTabPage namespace={namespace} name={name} current="compare">
      {!isSynced ? <LiveLoading kinds={['httproutes']} label="Loading route" /> : null}
      {isSynced && route === undefined ? (
        <EmptyState title="There is no such route">It may have been deleted.</EmptyState>
      ) : null}
      {isSynced && route !== undefined ? (
        canCompare || hasHistory ? (
          <Compared route={route} />
        ) : (
          <NoMirror namespace={namespace} name={name} />
        )
      ) : null}
    </RouteTabPage>
  )
}
