import { Split } from 'lucide-react'
import Link from 'next/link'
import { type ReactNode, Suspense } from 'react'
import { LoadingState } from '@/components/ui/empty-state'
import { page } from '@/lib/dashboard-api/paths'
import type { Person } from '@/lib/dashboard-api/session'
import { ClusterChip } from './cluster-chip'
import { ConnectionState } from './connection-state'
import { MainNavigation } from './main-navigation'
import { ReachabilityNotice } from './reachability-notice'
import { ReadOnlyChip } from './read-only-chip'
import { SessionNotice } from './session-notice'
import { SignOut } from './sign-out'
import type { Theme } from './theme'
import { ThemeToggle } from './theme-toggle'

interface AppShellProps {
  theme: Theme
  /** Who is signed in; null in a development server without a door. */
  person: Person | null
  children: ReactNode
}

/** The frame around every page: identity, navigation, cluster and connection. */
export function AppShell({ theme, person, children }: AppShellProps) {
  return (
    <div className="flex h-dvh flex-col">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-accent focus:px-3 focus:py-2 focus:text-accent-fg"
      >
        Skip to content
      </a>
      <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-panel px-3 py-1.5 md:px-4">
        <Link
          href={page.routes()}
          aria-label="Mirrorboard"
          className="flex items-center gap-2.5 rounded-md font-semibold"
        >
          <span className="grid size-7 place-items-center rounded-md bg-accent text-accent-fg">
            <Split size={16} aria-hidden className="-rotate-90" />
          </span>
          <span className="text-[0.9375rem] tracking-tight">Mirrorboard</span>
        </Link>
        <ClusterChip />
        <ReadOnlyChip />
        <div className="order-last w-full md:order-none md:ml-2 md:w-auto">
          <MainNavigation />
        </div>
        <div className="ml-auto flex items-center gap-3">
          <ConnectionState />
          <ThemeToggle initial={theme} />
          {person === null ? null : <SignOut name={person.name} />}
        </div>
      </header>
      <SessionNotice />
      <ReachabilityNotice />
      <main id="content" tabIndex={-1} className="min-h-0 flex-1 overflow-auto outline-none">
        <Suspense fallback={<LoadingState label="Loading page" />}>{children}</Suspense>
      </main>
    </div>
  )
}
