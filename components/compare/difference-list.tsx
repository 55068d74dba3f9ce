'use client'

import {
  changeText,
  evidenceText,
  formatPercent,
  kindText,
  placeText,
  shareText,
} from '@/components/findings/comparison-text'
import { formatCount } from '@/components/format/numbers'
import { Button } from '@/components/ui/button'
import { Chip, type Tone } from '@/components/ui/chip'
import { cn } from '@/components/ui/class-names'
import { Panel } from '@/components/ui/panel'
import { type AssessedGroup, headerOf } from '@/lib/comparison/assess-groups'
import { diffWords, type Segment } from '@/lib/comparison/text-diff'
import type { PairFilter } from '@/lib/dashboard-api/comparison'
import { MarkedText } from './marked-text'

const TONES: Record<AssessedGroup['state'], Tone> = {
  difference: 'bad',
  undecided: 'warn',
  spelling: 'neutral',
  noise: 'neutral',
  ignored: 'neutral',
}

function Sample({ group }: { group: AssessedGroup }) {
  const [sample] = group.samples
  if (sample === undefined || group.kind === 'status') return null
  const row = diffWords(sample.primary, sample.mirror)
  return (
    <p className="flex flex-wrap gap-x-2 font-mono text-xs break-all">
      <Value segments={row.left} isThere={sample.primary !== ''} side="primary" />
      <span aria-hidden className="text-muted">
        →
      </span>
      <Value segments={row.right} isThere={sample.mirror !== ''} side="mirror" />
    </p>
  )
}

interface ValueProps {
  segments: readonly Segment[] | null
  isThere: boolean
  side: 'primary' | 'mirror'
}

function Value({ segments, isThere, side }: ValueProps) {
  return (
    <span className="min-w-0">
      <span className="sr-only">{side}: </span>
      {isThere && segments !== null ? (
        <MarkedText segments={segments} side={side} />
      ) : (
        <span className="text-muted">not there</span>
      )}
    </span>
  )
}

interface DifferenceRowProps {
  group: AssessedGroup
  isChosen: boolean
  onChoose: (filter: PairFilter) => void
  onIgnore: ((group: AssessedGroup) => void) | undefined
}

function DifferenceRow({ group, isChosen, onChoose, onIgnore }: DifferenceRowProps) {
  const { kind, pattern, differing, rate, lower, upper, state } = group
  const place = placeText(group)
  const canIgnore = pattern.startsWith('$') || headerOf(pattern) !== null
  return (
    <li
      className={cn(
        'flex flex-col gap-1 rounded-md border-t border-line px-2 py-2 first:border-t-0',
        isChosen && 'bg-accent-soft',
      )}
    >
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Chip tone={TONES[state]}>{changeText(group)}</Chip>
        <span className="min-w-0 font-mono text-xs font-medium break-all">{place}</span>
        <span className="ml-auto flex gap-1.5">
          {differing === 0 ? null : (
            <Button
              size="sm"
              aria-pressed={isChosen}
              aria-label={`Pairs with ${kindText(kind)} ${place}`}
              onClick={() => onChoose(isChosen ? {} : { kind, pattern })}
            >
              {isChosen ? 'All pairs' : 'Show pairs'}
            </Button>
          )}
          {onIgnore === undefined || !canIgnore || state === 'ignored' ? null : (
            <Button
              size="sm"
              variant="ghost"
              aria-label={`Ignore ${place}`}
              onClick={() => onIgnore(group)}
            >
              Ignore
            </Button>
          )}
        </span>
      </div>
      <p className="text-xs tabular-nums">
        <span className="font-semibold">{formatPercent(rate)}</span>: {shareText(group)}; between{' '}
        {formatPercent(lower)} and {formatPercent(upper)}
      </p>
      <p className="text-xs text-muted">{evidenceText(group)}</p>
      <Sample group={group} />
      {group.endpoints.length === 0 ? null : (
        <p className="text-2xs break-all text-muted">Seen at {group.endpoints.join(', ')}</p>
      )}
    </li>
  )
}

interface DifferenceListProps {
  groups: readonly AssessedGroup[]
  filter: PairFilter
  onChoose: (filter: PairFilter) => void
  /** Absent where settings can't be changed. */
  onIgnore?: (group: AssessedGroup) => void
}

const SECTIONS = [
  { state: 'difference', title: 'Differences' },
  { state: 'undecided', title: 'Not yet distinguished from noise' },
  { state: 'spelling', title: 'Same value, spelled differently' },
  { state: 'noise', title: 'Noise' },
  { state: 'ignored', title: 'Ignored' },
] as const

/** Rows drawn of each section; there is a filter for the rest. */
const ROWS_SHOWN_MAX = 50

/** Every differing place by rank: what differs, what is not decided, and what is only noise. */
export function DifferenceList({ groups, filter, onChoose, onIgnore }: DifferenceListProps) {
  const hasDifferences = groups.some(({ state }) => state === 'difference')
  return (
    <Panel title="What differs">
      {hasDifferences ? null : <p className="pb-2 text-muted">No real difference so far.</p>}
      {SECTIONS.map(({ state, title }) => {
        const rows = groups.filter((group) => group.state === state)
        if (rows.length === 0) return null
        const isOpen = state === 'difference' || state === 'undecided'
        return (
          <details key={state} open={isOpen} className="border-t border-line">
            <summary className="cursor-pointer py-2 text-xs font-semibold">
              {title} <span className="font-normal text-muted">({formatCount(rows.length)})</span>
            </summary>
            <ul aria-label={title}>
              {rows.slice(0, ROWS_SHOWN_MAX).map((group) => (
                <DifferenceRow
                  key={`${group.kind} ${group.pattern}`}
                  group={group}
                  isChosen={filter.pattern === group.pattern && filter.kind === group.kind}
                  onChoose={onChoose}
                  onIgnore={onIgnore}
                />
              ))}
            </ul>
            {rows.length <= ROWS_SHOWN_MAX ? null : (
              <p className="py-2 text-2xs text-muted">
                And {formatCount(rows.length - ROWS_SHOWN_MAX)} more that rank lower.
              </p>
            )}
          </details>
        )
      })}
    </Panel>
  )
}
