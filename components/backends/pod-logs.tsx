'use client'

import { Pause, Play, X } from 'lucide-react'
import { useState } from 'react'
import { searchLog } from '@/components/data/log-buffer'
import { usePodLog } from '@/components/data/use-pod-log'
import { plural } from '@/components/format/numbers'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { SearchBox } from '@/components/ui/search-box'

interface PodLogsProps {
  namespace: string
  name: string
  onClose: () => void
}

/** Keeps the newest line in view: in a reversed column the scroll position starts, and stays, at the end. */
const NEWEST_FIRST = 'flex flex-col-reverse'

/** The log of one Pod, live. */
export function PodLogs({ namespace, name, onClose }: PodLogsProps) {
  const [isFollowing, setIsFollowing] = useState(true)
  const [text, setText] = useState('')
  const { log, state, message } = usePodLog(namespace, name, isFollowing)
  const lines = searchLog(log.lines, text)
  const Icon = isFollowing ? Pause : Play
  const counted = `${plural(lines.length, 'line')}${log.dropped > 0 ? `, ${log.dropped} older ones dropped` : ''}`
  return (
    <section aria-label={`Log of Pod ${name}`} className="rounded-lg border border-line bg-panel">
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2">
        <h3 className="min-w-0 flex-1 truncate font-mono text-xs font-semibold">{name}</h3>
        <SearchBox label="Search log" value={text} onChange={setText} className="w-48" />
        <Button
          size="sm"
          icon={<Icon size={13} aria-hidden />}
          onClick={() => setIsFollowing(!isFollowing)}
        >
          {isFollowing ? 'Pause' : 'Follow'}
        </Button>
        <Button
          size="icon"
          variant="ghost"
          aria-label="Close log"
          icon={<X size={15} aria-hidden />}
          onClick={onClose}
        />
      </div>
      {state === 'failed' ? (
        <Notice tone="bad" title="The log can't be read" className="m-2">
          {message}
        </Notice>
      ) : null}
      <div
        role="log"
        aria-label="Lines"
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
        tabIndex={0}
        className={`h-72 overflow-auto bg-sunken p-3 font-mono text-xs leading-5 ${NEWEST_FIRST}`}
      >
        <ol>
          {lines.map((line) => (
            <li key={line.number} className="break-all whitespace-pre-wrap">
              {line.text}
            </li>
          ))}
        </ol>
      </div>
      <p className="px-3 py-1.5 text-2xs text-muted">
        {state === 'loading' ? 'Waiting for the first line…' : counted}
        {state === 'ended' ? ' · the log has ended' : ''}
        {isFollowing ? '' : ' · paused'}
      </p>
    </section>
  )
}
