'use client'

import type { ReactNode } from 'react'
import { useUrlState } from '@/components/data/use-url-state'
import { VerdictCard } from '@/components/findings/verdict-card'
import type { Assessment } from '@/lib/comparison/assess'
import type { AssessedGroup } from '@/lib/comparison/assess-groups'
import type { CapturedExchange } from '@/lib/comparison/exchange'
import type { ComparisonSnapshot } from '@/lib/comparison/snapshot'
import type { PairFilter } from '@/lib/dashboard-api/comparison'
import { DifferenceList } from './difference-list'
import { EndpointsPanel } from './endpoints-panel'
import { LatencyPanel } from './latency-panel'
import { PairList, type StateOf } from './pair-list'
import { PairView } from './pair-view'
import { StatusMatrix } from './status-matrix'

const FILTER_NAMES = [
  'primaryStatus',
  'mirrorStatus',
  'kind',
  'pattern',
  'endpoint',
  'leftOut',
] as const

interface ComparisonViewProps {
  snapshot: ComparisonSnapshot
  assessment: Assessment
  level: number
  onIgnore?: (group: AssessedGroup) => void
  onMeasure?: () => void
  pairActions: (exchange: CapturedExchange) => ReactNode
}

/** Everything known of one comparison; what is chosen is in the URL. Live and from a file alike. */
export function ComparisonView(props: ComparisonViewProps) {
  const { snapshot, assessment, level, onIgnore, onMeasure, pairActions } = props
  const url = useUrlState()
  const filter: PairFilter = Object.fromEntries(
    FILTER_NAMES.flatMap((name) => (url.get(name) === '' ? [] : [[name, url.get(name)]])),
  )
  const choose = (next: PairFilter) =>
    url.set({
      ...Object.fromEntries(FILTER_NAMES.map((name) => [name, next[name] ?? ''])),
      pair: '',
    })
  const states = new Map(
    assessment.groups.map(({ kind, pattern, state }) => [`${kind} ${pattern}`, state]),
  )
  const stateOf: StateOf = ({ kind, pattern }) => states.get(`${kind} ${pattern}`) ?? 'undecided'
  const chosen = url.get('pair')
  return (
    <div className="grid min-w-0 items-start gap-3 xl:grid-cols-[minmax(0,1fr)_26rem]">
      <div className="flex min-w-0 flex-col gap-3">
        <VerdictCard
          snapshot={snapshot}
          assessment={assessment}
          level={level}
          onMeasure={onMeasure}
          filter={filter}
          onChoose={choose}
        />
        <DifferenceList
          groups={assessment.groups}
          filter={filter}
          onChoose={choose}
          {...(onIgnore && { onIgnore })}
        />
        <PairList
          filter={filter}
          onFilter={choose}
          stateOf={stateOf}
          chosen={chosen}
          onChoose={(pair) => url.set({ pair })}
        />
        {chosen === '' ? null : (
          <PairView key={chosen} id={chosen} stateOf={stateOf} actions={pairActions} />
        )}
      </div>
      <div className="flex min-w-0 flex-col gap-3">
        <StatusMatrix snapshot={snapshot} filter={filter} onChoose={choose} />
        <LatencyPanel latency={snapshot.latency} />
        <EndpointsPanel snapshot={snapshot} filter={filter} onChoose={choose} />
      </div>
    </div>
  )
}
