'use client'

import Link from 'next/link'
import { useMemo, useState } from 'react'
import { useLiveList } from '@/components/data/use-live'
import { Chip } from '@/components/ui/chip'
import { cn } from '@/components/ui/class-names'
import { SearchBox } from '@/components/ui/search-box'
import { StatusIcon } from '@/components/ui/status-icon'
import { page } from '@/lib/dashboard-api/paths'
import { type RouteSummary, summariseRoute } from '@/lib/gateway-api/route-summary'
import { filterRoutes } from './route-rows'

/** The sidebar is for switching; the routes page shows them all. */
export const SIDEBAR_ROUTES_MAX = 200

function RouteLink({ route, isCurrent }: { route: RouteSummary; isCurrent: boolean }) {
  const [mirror] = route.mirrors
  return (
    <Link
      href={page.route(route.namespace, route.name)}
      aria-current={isCurrent ? 'page' : undefined}
      className={cn(
        'flex items-center gap-2.5 rounded-md px-2 py-1.5',
        isCurrent ? 'bg-accent-soft' : 'hover:bg-sunken',
      )}
    >
      <StatusIcon status={route.health.state} label={`${route.health.text}:`} />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{route.name}</span>
        <span className="block truncate text-2xs leading-4 text-muted">
          {route.hostnames[0] ?? 'any host'}
        </span>
      </span>
      {mirror === undefined ? null : (
        <Chip tone="mirror">
          {route.mirrors.length === 1 ? mirror.share : `${route.mirrors.length} mirrors`}
        </Chip>
      )}
    </Link>
  )
}

/** All routes by namespace, for going from one to the next. */
export function RouteSidebar({ current }: { current: string }) {
  const [text, setText] = useState('')
  const { objects } = useLiveList('httproutes')
  const summaries = useMemo(() => objects.map(summariseRoute), [objects])
  const matching = filterRoutes(summaries, { text, namespace: '' })
  const shown = matching.slice(0, SIDEBAR_ROUTES_MAX)
  const namespaces = [...new Set(shown.map(({ namespace }) => namespace))]
  return (
    <nav aria-label="Routes" className="flex h-full min-h-0 flex-col gap-2 p-3">
      <SearchBox label="Filter routes" value={text} onChange={setText} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        {namespaces.map((namespace) => (
          <section key={namespace} aria-label={`Namespace ${namespace}`} className="mb-3">
            <h2 className="px-2 py-1 text-2xs font-medium text-muted">{namespace}</h2>
            <ul>
              {shown
                .filter((route) => route.namespace === namespace)
                .map((route) => (
                  <li key={route.key}>
                    <RouteLink route={route} isCurrent={route.key === current} />
                  </li>
                ))}
            </ul>
          </section>
        ))}
        {matching.length > shown.length ? (
          <p className="px-2 text-2xs text-muted">
            {matching.length - shown.length} more: type to narrow the list.
          </p>
        ) : null}
      </div>
    </nav>
  )
}
