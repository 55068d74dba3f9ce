'use client'

import { lastChange } from '@/components/data/draft'
import { formatClock } from '@/components/format/numbers'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import type { KubernetesObject } from '@/lib/gateway-api/types'

/** What is being reviewed: a text that a person writes, a whole former version, or a change that a control makes. */
export type Reviewed = 'draft' | 'revision' | 'step'

interface StaleNoticeProps {
  live: KubernetesObject | null
  of?: Reviewed
  /** True where the object was to be created. */
  isUnexpected?: boolean
  /** Brings the other's changes into the draft; where there is something to merge with. */
  onMerge?: () => void
  /** Leaves what is being reviewed for the live version. */
  onLoadLive?: () => void
  /** Goes on over the live version, by another review; absent where that has to begin again. */
  onKeep?: () => void
}

type Situation = 'created' | 'deleted' | 'changed'

function titleOf(live: KubernetesObject | null, isUnexpected: boolean): string {
  if (live === null) return 'This object was deleted while you were editing'
  const change = lastChange(live)
  const time =
    change === null || change.time === '' ? '' : ` at ${formatClock(Date.parse(change.time))}`
  const who = change?.manager ?? 'someone'
  if (isUnexpected) {
    return `${live.kind} ${live.metadata.name} already exists, written by ${who}${time}`
  }
  return `${change?.manager ?? 'Someone'} changed this object${time}, while you were editing`
}

interface Words {
  readonly text: string
  readonly keep: string
}

const WORDS: Readonly<Record<Reviewed, Readonly<Record<Situation, Words>>>> = {
  draft: {
    created: {
      text: 'Nothing was changed. Choose another name, or review what your draft would change.',
      keep: 'Review as a change',
    },
    deleted: { text: 'Keeping your draft reviews it as a new object.', keep: 'Keep my draft' },
    changed: {
      text: 'Loading discards your draft. Keeping it as it is would undo their changes: the review shows how.',
      keep: 'Keep my draft',
    },
  },
  revision: {
    created: {
      text: 'Nothing was changed.',
      keep: 'Review as a change',
    },
    deleted: { text: 'Nothing was written.', keep: 'Review creating it again' },
    changed: {
      text: 'Nothing was written. Restoring would undo this as well: the review shows how.',
      keep: 'Review over it',
    },
  },
  step: {
    created: { text: 'Nothing was written.', keep: 'Review as a change' },
    deleted: { text: 'Nothing is left to change.', keep: '' },
    changed: {
      text: 'Nothing was written. Look at what is live before you go on.',
      keep: 'Review on top of it',
    },
  },
}

const LOAD_WORDS: Readonly<Record<Reviewed, string>> = {
  draft: 'Load live version',
  revision: 'See what is live',
  step: 'See what is live',
}

/** Says who changed the object under what is being reviewed, and offers the ways on. */
export function StaleNotice(props: StaleNoticeProps) {
  const { live, of = 'draft', isUnexpected = false, onMerge, onLoadLive, onKeep } = props
  const situation = live === null ? 'deleted' : isUnexpected ? 'created' : 'changed'
  const { text, keep } = WORDS[of][situation]
  const canMerge = onMerge !== undefined && situation === 'changed'
  return (
    <Notice
      tone="warn"
      title={titleOf(live, isUnexpected)}
      action={
        <>
          {canMerge ? (
            <Button size="sm" variant="primary" onClick={onMerge}>
              Merge…
            </Button>
          ) : null}
          {onLoadLive === undefined || live === null ? null : (
            <Button size="sm" onClick={onLoadLive}>
              {situation === 'created' ? 'Open it' : LOAD_WORDS[of]}
            </Button>
          )}
          {onKeep === undefined || keep === '' ? null : (
            <Button size="sm" onClick={onKeep}>
              {keep}
            </Button>
          )}
        </>
      }
    >
      {canMerge ? 'Merging brings these changes into your draft. ' : null}
      {text}
    </Notice>
  )
}
