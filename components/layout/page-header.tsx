import type { ReactNode } from 'react'

interface PageHeaderProps {
  title: string
  description?: string
  actions?: ReactNode
}

export function PageHeader({ title, description, actions }: PageHeaderProps) {
  return (
    <div className="flex flex-wrap items-center gap-3 px-4 pt-4 pb-3 md:px-6">
      <div className="min-w-0 flex-1">
        <h1 className="text-lg font-semibold tracking-tight">{title}</h1>
        {description === undefined ? null : <p className="text-muted">{description}</p>}
      </div>
      {actions}
    </div>
  )
}
