import { Search } from 'lucide-react'
import { cn } from './class-names'

interface SearchBoxProps {
  label: string
  value: string
  onChange: (value: string) => void
  className?: string
}

export function SearchBox({ label, value, onChange, className }: SearchBoxProps) {
  return (
    <div className={cn('relative', className)}>
      <Search
        size={14}
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-muted"
      />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-8 w-full rounded-md border border-control bg-panel pr-2 pl-8 text-[0.8125rem]"
      />
    </div>
  )
}
