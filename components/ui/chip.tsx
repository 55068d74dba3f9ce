import type { ReactNode } from 'react'
import { cn } from './class-names'

export type Tone = 'neutral' | 'accent' | 'ok' | 'warn' | 'bad' | 'mirror'

const TONES: Record<Tone, string> = {
  neutral: 'bg-sunken text-muted border-line',
  accent: 'bg-accent-soft text-accent border-transparent',
  ok: 'bg-ok-soft text-ok border-transparent',
  warn: 'bg-warn-soft text-warn border-transparent',
  bad: 'bg-bad-soft text-bad border-transparent',
  mirror: 'bg-panel text-mirror border-line',
}

interface ChipProps {
  tone?: Tone
  children: ReactNode
  className?: string
  title?: string
}

export function Chip({ tone = 'neutral', children, className, title }: ChipProps) {
  return (
    <span
      title={title}
      className={cn(
        'inline-flex items-center gap-1 rounded-full border px-2 text-2xs leading-5 font-medium whitespace-nowrap',
        TONES[tone],
        className,
      )}
    >
      {children}
    </span>
  )
}
