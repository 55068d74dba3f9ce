import { LoaderCircle } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from './class-names'

interface EmptyStateProps {
  title: string
  /** 1 where this is all there is on the page. */
  level?: 1 | 2
  tone?: 'neutral' | 'bad'
  children: ReactNode
  action?: ReactNode
  className?: string
}

/** Nothing to show, or something failed: says what, and what to do next. */
export function EmptyState({
  title,
  level = 2,
  tone = 'neutral',
  children,
  action,
  className,
}: EmptyStateProps) {
  const Heading = level === 1 ? 'h1' : 'h2'
  return (
    <div
      role={tone === 'bad' ? 'alert' : undefined}
      className={cn(
        'mx-auto flex max-w-lg flex-col items-center gap-3 px-6 py-14 text-center',
        className,
      )}
    >
      <Heading className={cn('text-sm font-semibold', tone === 'bad' && 'text-bad')}>
        {title}
      </Heading>
      <div className="text-muted text-pretty">{children}</div>
      {action}
    </div>
  )
}

export function LoadingState({ label, className }: { label: string; className?: string }) {
  return (
    <div role="status" className={cn('grid place-items-center gap-2 py-14 text-muted', className)}>
      <LoaderCircle aria-hidden className="animate-spin" size={18} />
      <span>{label}…</span>
    </div>
  )
}
