'use client'

import { X } from 'lucide-react'
import { kindText, placeText } from '@/components/findings/comparison-text'
import { leftOutText } from '@/components/findings/left-out-text'
import { formatClock, formatCount, formatLatency } from '@/components/format/numbers'
import { Button } from '@/components/ui/button'
import { Chip } from '@/components/ui/chip'
import { cn } from '@/components/ui/class-names'
import { LoadingState } from '@/components/ui/empty-state'
import { Panel } from '@/components/ui/panel'
import { ScrollRegion } from '@/components/ui/scroll-region'
import type { AssessedGroup } from '@/lib/comparison/assess-groups'
import type { PairFilter, PairSummary } from '@/lib/dashboard-api/comparison'
import { usePairs } from './pair-source'

/** How many of a pair's differences are named in its row. */
const NAMED_MAX = 3

export type StateOf = (difference: PairSummary['differences'][number]) => AssessedGroup['state']

interface PairRowProps {
  pair: PairSummary
  stateOf: StateOf
  isChosen: boolean
  onChoose: (id: string) => void
}

function PairRow({ pair, stateOf, isChosen, onChoose }: PairRowProps) {
  const { id, method, path, primaryStatus, mirrorStatus, primaryMs, mirrorMs } = pair
  const real = pair.differences.filter((difference) =>
    ['difference', 'undecided'].includes(stateOf(difference)),
  )
  const named = real.slice(0, NAMED_MAX)
  return (
    <li className="border-t border-line first:border-t-0">
      <button
        type="button"
        aria-pressed={isChosen}
        onClick={() => onChoose(isChosen ? '' : id)}
        className={cn(
          'flex w-full flex-wrap items-center gap-x-2 gap-y-1 rounded-md px-2 py-1.5 text-left text-xs tabular-nums',
          isChosen ? 'bg-accent-soft' : 'hover:bg-sunken',
        )}
      >
        <span className="text-muted">{formatClock(pair.capturedAt)}</span>
        <span className="min-w-0 flex-1 basis-48 truncate font-mono">
          {method} {path}
        </span>
        <span className={primaryStatus === mirrorStatus ? undefined : 'font-semibold text-bad'}>
          {primaryStatus} → {mirrorStatus}
        </span>
        <span className="w-32 text-right text-muted">
          {formatLatency(primaryMs)} → {formatLatency(mirrorMs)}
        </span>
        <span className="flex basis-full flex-wrap gap-1">
          {named.map((difference) => (
            <Chip
              key={`${difference.kind} ${difference.pattern}`}
              tone={stateOf(difference) === 'difference' ? 'bad' : 'warn'}
              className="max-w-full truncate"
            >
              {kindText(difference.kind as AssessedGroup['kind'])}{' '}
              {placeText(difference as Pick<AssessedGroup, 'kind' | 'pattern'>)}
            </Chip>
          ))}
          {real.length > named.length ? <Chip>{real.length - named.length} more</Chip> : null}
          {real.length === 0 ? (
            <span className="text-2xs text-muted">
              {pair.leftOut
                ? leftOutText(pair.leftOut)
                : pair.differences.length === 0
                  ? 'identical'
                  : 'same'}
            </span>
          ) : null}
        </span>
      </button>
    </li>
  )
}

function filterText(filter: PairFilter): string {
  const { primaryStatus, mirrorStatus, kind, pattern, endpoint, leftOut } = filter
  return [
    primaryStatus === undefined ? '' : `primary ${primaryStatus}`,
    mirrorStatus === undefined ? '' : `mirror ${mirrorStatus}`,
    pattern === undefined
      ? ''
      : `${kindText(kind as AssessedGroup['kind'])} ${placeText({ kind: kind as AssessedGroup['kind'], pattern })}`,
    endpoint ?? '',
    leftOut === undefined ? '' : 'left out',
  ]
    .filter((part) => part !== '')
    .join(', ')
}

interface PairListProps {
  filter: PairFilter
  onFilter: (filter: PairFilter) => void
  stateOf: StateOf
  chosen: string
  onChoose: (id: string) => void
}

/** Kept pairs, newest first: all of them, or those that a cell, a difference or a path was asked for. */
export function PairList({ filter, onFilter, stateOf, chosen, onChoose }: PairListProps) {
  const { data, error } = usePairs(filter)
  const asked = filterText(filter)
  return (
    <Panel
      title={asked === '' ? 'Pairs' : `Pairs: ${asked}`}
      actions={
        asked === '' ? null : (
          <Button
            size="sm"
            variant="ghost"
            icon={<X size={13} aria-hidden />}
            onClick={() => onFilter({})}
          >
            All pairs
          </Button>
        )
      }
    >
      {data === undefined ? (
        error === null ? (
          <LoadingState label="Loading pairs" />
        ) : (
          <p className="text-bad">{error.message}</p>
        )
      ) : data.pairs.length === 0 ? (
        <p className="text-muted">
          No stored example matches. The newest pairs and a sample of every kind are stored; the
          counts above are of all pairs.
        </p>
      ) : (
        <>
          <ScrollRegion label="Kept pairs" className="max-h-96 overflow-y-auto">
            <ul>
              {data.pairs.map((pair) => (
                <PairRow
                  key={pair.id}
                  pair={pair}
                  stateOf={stateOf}
                  isChosen={pair.id === chosen}
                  onChoose={onChoose}
                />
              ))}
            </ul>
          </ScrollRegion>
          <p className="border-t border-line pt-2 text-2xs text-muted">
            Showing {formatCount(data.pairs.length)} of {formatCount(data.kept)} stored examples.
          </p>
        </>
      )}
    </Panel>
  )
}
