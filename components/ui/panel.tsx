import { type ReactNode, useId } from 'react'
import { cn } from './class-names'

interface PanelProps {
  title: string
  actions?: ReactNode
  children: ReactNode
  className?: string
  bodyClassName?: string
}

/** A titled card: a named region. */
export function Panel({ title, actions, children, className, bodyClassName }: PanelProps) {
  const id = useId()
  return (
    <section
      aria-labelledby={id}
      className={cn('rounded-lg border border-line bg-panel', className)}
    >
      <div className="flex min-h-10 flex-wrap items-center gap-2 px-3 pt-2">
        <h3 id={id} className="flex-1 text-xs font-semibold">
          {title}
        </h3>
        {actions}
      </div>
      <div className={cn('px-3 pt-1 pb-3', bodyClassName)}>{children}</div>
    </section>
  )
}
