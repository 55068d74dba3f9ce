'use client'

import { formatClock } from '@/components/format/numbers'
import { Notice } from '@/components/ui/notice'
import type { SourceState } from '@/lib/dashboard-api/series'

/** Where the numbers come from is part of the numbers: says when they are old, or what they leave out. */
export function SourceNotice({ source }: { source: SourceState }) {
  if (source.state === 'ok') {
    return source.message === '' ? null : <p className="text-2xs text-muted">{source.message}</p>
  }
  const seen = source.lastScrape === null ? 'never' : `at ${formatClock(source.lastScrape)}`
  const title = source.state === 'stale' ? 'These numbers are old' : 'No traffic numbers'
  return (
    <Notice tone="warn" title={title}>
      {source.message} The gateway was last measured {seen}; the page keeps trying.
    </Notice>
  )
}
