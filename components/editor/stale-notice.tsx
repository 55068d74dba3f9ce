'use client'

import { formatClock } from '@/components/format/numbers'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { lastChange } from './draft'

interface StaleNoticeProps {
  live: KubernetesObject | null
  /** True where the draft was to create the object. */
  isUnexpected?: boolean
  /** Brings the other's changes into the draft; where there is something to merge with. */
  onMerge?: () => void
  onLoadLive?: () => void
  onKeepDraft: () => void
}

function titleOf(live: KubernetesObject | null, isUnexpected: boolean): string {
  if (live === null) return 'This object was deleted while you were editing'
  const change = lastChange(live)
  const time =
    change === null || change.time === '' ? '' : ` at ${formatClock(Date.parse(change.time))}`
  const who = change?.manager ?? 'someone'
  if (isUnexpected) {
    return `${live.kind} ${live.metadata.name} exists already, written by ${who}${time}`
  }
  return `${change?.manager ?? 'Someone'} changed this object${time}, while you were editing`
}

function textOf(live: KubernetesObject | null, isUnexpected: boolean): string {
  if (isUnexpected) {
    return 'Your draft was to create it, so nothing was written over it. Choose another name, open it, or review your draft as a change of it.'
  }
  return live === null
    ? 'Keeping your draft reviews it as a new object.'
    : 'Merging brings these changes into your draft. Loading discards your draft. Keeping it as it is would undo them: the review shows how.'
}

/** Says who changed the object under the draft, and offers the ways on. */
export function StaleNotice(props: StaleNoticeProps) {
  const { live, isUnexpected = false, onMerge, onLoadLive, onKeepDraft } = props
  return (
    <Notice
      tone="warn"
      title={titleOf(live, isUnexpected)}
      action={
        <>
          {onMerge === undefined || live === null || isUnexpected ? null : (
            <Button size="sm" variant="primary" onClick={onMerge}>
              Merge…
            </Button>
          )}
          {onLoadLive === undefined || live === null ? null : (
            <Button size="sm" onClick={onLoadLive}>
              {isUnexpected ? 'Open it' : 'Load live version'}
            </Button>
          )}
          <Button size="sm" onClick={onKeepDraft}>
            {isUnexpected ? 'Review as a change' : 'Keep my draft'}
          </Button>
        </>
      }
    >
      {textOf(live, isUnexpected)}
    </Notice>
  )
}
