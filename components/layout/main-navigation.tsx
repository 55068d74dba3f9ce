'use client'

import { Activity, Boxes, Route, Server } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { cn } from '@/components/ui/class-names'
import { page } from '@/lib/dashboard-api/paths'

const ITEMS = [
  { href: page.routes(), label: 'Routes', Icon: Route },
  { href: page.traffic(), label: 'Traffic', Icon: Activity },
  { href: page.backends(), label: 'Backends', Icon: Boxes },
  { href: page.cluster(), label: 'Cluster', Icon: Server },
] as const

export function MainNavigation() {
  const pathname = usePathname()
  return (
    <nav aria-label="Main" className="flex items-center gap-0.5">
      {ITEMS.map(({ href, label, Icon }) => {
        const isCurrent = pathname === href || pathname.startsWith(`${href}/`)
        return (
          <Link
            key={href}
            href={href}
            aria-current={isCurrent ? 'page' : undefined}
            className={cn(
              'inline-flex h-8 items-center gap-1.5 rounded-md px-2.5 font-medium',
              isCurrent ? 'bg-accent-soft text-accent' : 'text-muted hover:bg-sunken hover:text-fg',
            )}
          >
            <Icon size={15} aria-hidden className="max-[430px]:hidden" />
            {label}
          </Link>
        )
      })}
    </nav>
  )
}
