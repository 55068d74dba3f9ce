import { CircleAlert, CircleCheck, CircleDashed, CircleX, Info, TriangleAlert } from 'lucide-react'
import { cn } from './class-names'

export type Status = 'ok' | 'warn' | 'bad' | 'pending' | 'info' | 'unknown'

const ICONS = {
  ok: { Icon: CircleCheck, color: 'text-ok' },
  warn: { Icon: TriangleAlert, color: 'text-warn' },
  bad: { Icon: CircleX, color: 'text-bad' },
  pending: { Icon: CircleDashed, color: 'text-muted' },
  info: { Icon: Info, color: 'text-accent' },
  unknown: { Icon: CircleAlert, color: 'text-muted' },
} as const

interface StatusIconProps {
  status: Status
  /** Read aloud. Leave out when the text beside the icon says the same. */
  label?: string
  className?: string
}

export function StatusIcon({ status, label, className }: StatusIconProps) {
  const { Icon, color } = ICONS[status]
  return (
    <>
      <Icon aria-hidden size={15} strokeWidth={2} className={cn('shrink-0', color, className)} />
      {label === undefined ? null : <span className="sr-only">{label}</span>}
    </>
  )
}
