import type { Metadata } from 'next'
import Link from 'next/link'
import { buttonClass } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'
import { page } from '@/lib/dashboard-api/paths'

export const metadata: Metadata = { title: 'Page not found' }

export default function NotFoundPage() {
  return (
    <EmptyState
      level={1}
      title="There is no page at this address"
      action={
        <Link className={buttonClass({ variant: 'primary' })} href={page.routes()}>
          Go to Routes
        </Link>
      }
    >
      Check the address, or start from the list of routes.
    </EmptyState>
  )
}
