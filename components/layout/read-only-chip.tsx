'use client'

import { Lock } from 'lucide-react'
import { useReadOnlyReason } from '@/components/data/access'
import { Chip } from '@/components/ui/chip'
import { Tooltip } from '@/components/ui/tooltip'

/** Beside the cluster's name: that nothing can be changed from this dashboard. */
export function ReadOnlyChip() {
  const reason = useReadOnlyReason()
  if (reason === undefined) return null
  return (
    <Tooltip content={reason}>
      <button type="button" aria-label={`Read-only. ${reason}`} className="rounded-full">
        <Chip tone="warn">
          <Lock size={11} aria-hidden />
          Read-only
        </Chip>
      </button>
    </Tooltip>
  )
}
