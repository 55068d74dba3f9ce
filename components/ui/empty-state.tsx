import { LoaderCircle } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from './class-names'

interface EmptyStateProps {
  title: string
  tone?: 'neutral' | 'bad'
  children: ReactNode
  action?: ReactNode
  className?: string
}

/** Nothing to show, or something failed: says what, and what to do next. */
export function EmptyState({
  title,
  tone = 'neutral',
  children,
  action,
  className,
}: EmptyStateProps) {
  return (
    <div
      role={tone === 'bad' ? 'alert' : undefined}
      className={cn(
        'mx-auto flex max-w-lg flex-col items-center gap-3 px-6 py-14 text-center',
        className,
      )}
    >
      <h2 className={cn('text-sm font-semibold', tone === 'bad' && 'text-bad')}>{title}</h2>
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
