'use client'

import { ToggleGroup } from 'radix-ui'

interface SegmentedProps<T extends string> {
  label: string
  value: T
  options: readonly { value: T; label: string; name?: string }[]
  onChange: (value: T) => void
}

/** One choice of a few, all visible. */
export function Segmented<T extends string>({
  label,
  value,
  options,
  onChange,
}: SegmentedProps<T>) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={(next) => {
        const chosen = options.find((option) => option.value === next)
        if (chosen) onChange(chosen.value)
      }}
      className="inline-flex rounded-md border border-line bg-panel p-0.5"
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          aria-label={option.name ?? option.label}
          className="h-6 rounded px-2 text-xs text-muted hover:text-fg data-[state=on]:bg-accent-soft data-[state=on]:font-semibold data-[state=on]:text-accent"
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  )
}
