'use client'

import { CirclePause, CirclePlay } from 'lucide-react'
import type { ReactNode } from 'react'
import { useUrlState } from '@/components/data/use-url-state'
import { timeFormat } from '@/components/format/numbers'
import { Button } from '@/components/ui/button'
import { inputClass } from '@/components/ui/field'
import type { RouteSeries } from '@/lib/dashboard-api/series'
import { RangeToggle } from './range-toggle'
import { parseView, type TrafficView } from './time-range'

interface ChoiceProps {
  label: string
  value: string
  options: readonly { value: string; label: string }[]
  onChange: (value: string) => void
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className={`${inputClass} w-auto!`}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  )
}

const COMPARE_OPTIONS = [
  { value: '', label: 'No comparison' },
  { value: 'before', label: 'Compare with the previous period' },
  { value: 'day', label: 'Compare with the day before' },
]

/** Holds the picture, or follows the time again. */
export function PauseButton({ newest }: { newest: number | undefined }) {
  const url = useUrlState()
  const { endMs, range } = parseView(url.get)
  if (endMs === null) {
    return (
      <Button
        icon={<CirclePause size={15} aria-hidden />}
        disabledReason={newest === undefined ? 'Nothing is shown yet' : undefined}
        onClick={() => url.set({ end: String(newest ?? '') })}
      >
        Pause
      </Button>
    )
  }
  const isOffered = !/s$/.test(range.value)
  return (
    <Button
      variant="primary"
      icon={<CirclePlay size={15} aria-hidden />}
      onClick={() => url.set({ end: '', ...(isOffered ? {} : { range: '' }) })}
    >
      Back to live
    </Button>
  )
}

function describeView({ range, endMs }: TrafficView): string {
  if (endMs === null) return `${range.name}, live`
  const formatTime = timeFormat(range.seconds)
  return `Paused: ${formatTime(endMs - range.seconds * 1000)} to ${formatTime(endMs)}`
}

interface TrafficToolbarProps {
  view: TrafficView
  series: RouteSeries | undefined
  children?: ReactNode
}

/** Which time, against which, and which rule: all of it in the URL. */
export function TrafficToolbar({ view, series, children }: TrafficToolbarProps) {
  const url = useUrlState()
  const rules = series?.rules ?? []
  const known = rules.some(({ rule }) => rule === view.rule)
  return (
    <div className="flex flex-wrap items-center gap-2">
      <RangeToggle />
      <PauseButton newest={series?.timestamps.at(-1)} />
      <Choice
        label="Compare with"
        value={view.compare === 'off' ? '' : view.compare}
        options={COMPARE_OPTIONS}
        onChange={(compare) => url.set({ compare })}
      />
      {rules.length < 2 && view.rule === null ? null : (
        <Choice
          label="Rule"
          value={view.rule ?? ''}
          options={[
            { value: '', label: 'All rules' },
            ...rules.map(({ rule }) => ({ value: rule, label: `Rule ${rule}` })),
            ...(view.rule === null || known
              ? []
              : [{ value: view.rule, label: `Rule ${view.rule}` }]),
          ]}
          onChange={(rule) => url.set({ rule })}
        />
      )}
      {children}
      <p role="status" className="text-xs text-muted">
        {describeView(view)}
      </p>
    </div>
  )
}
