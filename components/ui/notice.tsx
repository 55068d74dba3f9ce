import type { ReactNode } from 'react'
import { cn } from './class-names'
import { type Status, StatusIcon } from './status-icon'

const LOOKS: Record<'ok' | 'info' | 'warn' | 'bad', string> = {
  ok: 'bg-ok-soft',
  info: 'bg-accent-soft',
  warn: 'bg-warn-soft',
  bad: 'bg-bad-soft',
}

interface NoticeProps {
  tone: keyof typeof LOOKS
  title?: string
  children?: ReactNode
  action?: ReactNode
  className?: string
}

/** A message inside the page, with what to do about it. Errors interrupt a screen reader; the rest wait. */
export function Notice({ tone, title, children, action, className }: NoticeProps) {
  const status: Status = tone
  return (
    <div
      role={tone === 'bad' ? 'alert' : 'status'}
      className={cn(
        'flex shrink-0 flex-wrap items-start gap-x-2.5 gap-y-2 rounded-md px-3 py-2',
        LOOKS[tone],
        className,
      )}
    >
      <StatusIcon status={status} className="mt-0.5" />
      <div className="min-w-0 flex-1 basis-48">
        {title === undefined ? null : <p className="font-medium">{title}</p>}
        {children === undefined ? null : <div className="text-pretty break-words">{children}</div>}
      </div>
      {action === undefined ? null : (
        <div className="flex max-w-full flex-wrap gap-2">{action}</div>
      )}
    </div>
  )
}
