'use client'

import { formatClock } from '@/components/format/numbers'
import { Notice } from '@/components/ui/notice'
import type { SourceState } from '@/lib/dashboard-api/series'

/** What is wrong with the source, and when it was last heard of. */
export function sourceText({ message, lastScrape }: Omit<SourceState, 'state'>): string {
  const measured =
    lastScrape === null
      ? 'No metrics have been read from the gateway yet'
      : `Metrics were last read from the gateway at ${formatClock(lastScrape)}`
  return `${message} ${measured}; the page keeps trying.`.trimStart()
}

/** Where the numbers come from is part of the numbers: says when they are old, or what they leave out. */
export function SourceNotice({ source }: { source: SourceState }) {
  if (source.state === 'ok') {
    return source.message === '' ? null : <p className="text-2xs text-muted">{source.message}</p>
  }
  const title = source.state === 'stale' ? 'These numbers are out of date' : 'No traffic numbers'
  return (
    <Notice tone="warn" title={title}>
      {sourceText(source)}
    </Notice>
  )
}
