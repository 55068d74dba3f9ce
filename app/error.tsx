'use client'

import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'

export default function ErrorPage({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <EmptyState
      tone="bad"
      title="This page failed"
      action={
        <Button variant="primary" onClick={reset}>
          Try again
        </Button>
      }
    >
      Nothing in the cluster was changed. The error: {error.message}
    </EmptyState>
  )
}
