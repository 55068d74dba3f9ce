'use client'

import { ChevronRight } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { cn } from '@/components/ui/class-names'
import { page } from '@/lib/dashboard-api/paths'
import { AccessNotice } from './access-notice'

const TABS = [
  { id: 'route', label: 'Route', href: page.route },
  { id: 'traffic', label: 'Traffic', href: page.routeTraffic },
  { id: 'compare', label: 'Compare', href: page.compare },
  { id: 'promote', label: 'Promote', href: page.promote },
  { id: 'history', label: 'History', href: page.history },
] as const

/** Pages with controls that change the route. The editor says for itself whether it may. */
const CHANGING: ReadonlySet<string> = new Set(['compare', 'promote', 'history'])

interface RouteTabsProps {
  namespace: string
  name: string
  current: (typeof TABS)[number]['id']
}

/** A page of one route below its tabs: the heading, then what the page is about. */
export function RouteTabPage({ children, ...route }: RouteTabsProps & { children: ReactNode }) {
  return (
    <div className="flex min-h-full flex-col">
      <RouteTabs {...route} />
      <div className="flex min-h-0 flex-1 flex-col gap-3 px-4 py-3 md:px-6">
        <RouteHeading namespace={route.namespace} name={route.name} />
        {CHANGING.has(route.current) ? (
          <AccessNotice namespace={route.namespace} name={route.name} />
        ) : null}
        {children}
      </div>
    </div>
  )
}

/** The pages of one route. */
export function RouteTabs({ namespace, name, current }: RouteTabsProps) {
  return (
    <nav
      aria-label="Pages of this route"
      className="flex shrink-0 gap-4 border-b border-line bg-panel px-4 md:px-6"
    >
      {TABS.map(({ id, label, href }) => (
        <Link
          key={id}
          href={href(namespace, name)}
          aria-current={id === current ? 'page' : undefined}
          className={cn(
            'inline-flex h-9 items-center border-b-2 text-xs font-semibold',
            id === current
              ? 'border-accent text-fg'
              : 'border-transparent text-muted hover:text-fg',
          )}
        >
          {label}
        </Link>
      ))}
    </nav>
  )
}

/** `namespace › name`, as the heading of a route's page. */
export function RouteHeading({ namespace, name }: { namespace: string; name: string }) {
  return (
    <div className="flex min-w-0 items-center gap-1.5">
      <Link
        href={`${page.routes()}?namespace=${encodeURIComponent(namespace)}`}
        className="text-muted hover:text-fg"
      >
        {namespace}
      </Link>
      <ChevronRight size={14} aria-hidden className="text-muted" />
      <h1 className="truncate font-semibold">{name}</h1>
    </div>
  )
}
