'use client'

import { formatClock } from '@/components/format/numbers'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { lastChange } from './draft'

interface StaleNoticeProps {
  live: KubernetesObject | null
  onLoadLive: () => void
  onKeepDraft: () => void
}

/** Says who changed the object under the draft, and offers both ways on. */
export function StaleNotice({ live, onLoadLive, onKeepDraft }: StaleNoticeProps) {
  const change = live === null ? null : lastChange(live)
  const time =
    change === null || change.time === '' ? '' : ` at ${formatClock(Date.parse(change.time))}`
  const title =
    live === null
      ? 'This object was deleted while you were editing'
      : `${change?.manager ?? 'Someone'} changed this object${time}, while you were editing`
  return (
    <Notice
      tone="warn"
      title={title}
      action={
        <>
          <Button size="sm" onClick={onLoadLive}>
            Load live version
          </Button>
          <Button size="sm" onClick={onKeepDraft}>
            Keep my draft
          </Button>
        </>
      }
    >
      Loading discards your draft. Keeping it compares it with the live version when you review.
    </Notice>
  )
}
