import { Info } from 'lucide-react'
import { formatDayTime, plural } from '@/components/format/numbers'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/class-names'
import { Panel } from '@/components/ui/panel'
import { type Status, StatusIcon } from '@/components/ui/status-icon'
import { Tooltip } from '@/components/ui/tooltip'
import type { Assessment, Criterion, Decision, EndpointCoverage } from '@/lib/comparison/assess'
import type { ComparisonSnapshot } from '@/lib/comparison/snapshot'
import type { PairFilter } from '@/lib/dashboard-api/comparison'
import {
  CRITERION_TEXT,
  DECISION_TEXT,
  explainDecision,
  formatPercent,
  limitText,
  measuredText,
  unmeasuredText,
} from './comparison-text'
import { leftOutParts } from './left-out-text'

export const DECISION_STATUS: Record<Decision, Status> = {
  promote: 'ok',
  'keep-watching': 'pending',
  'do-not-promote': 'bad',
}
const DECISION_TONE: Record<Decision, string> = {
  promote: 'text-ok',
  'keep-watching': 'text-fg',
  'do-not-promote': 'text-bad',
}
const CRITERION_STATUS: Record<Criterion['state'], Status> = {
  good: 'ok',
  bad: 'bad',
  open: 'pending',
}
const CRITERION_WORDS: Record<Criterion['state'], string> = {
  good: 'within the limit',
  bad: 'beyond the limit',
  open: 'not decided yet',
}

function CriterionRow({ criterion, toleranceMs }: { criterion: Criterion; toleranceMs: number }) {
  return (
    <tr className="border-t border-line align-top">
      <th scope="row" className="py-1.5 pr-3 text-left font-medium">
        <span className="flex items-start gap-1.5">
          <StatusIcon
            status={CRITERION_STATUS[criterion.state]}
            label={`${CRITERION_WORDS[criterion.state]}:`}
            className="mt-0.5"
          />
          {CRITERION_TEXT[criterion.name]}
        </span>
      </th>
      <td className="py-1.5 pr-3">{measuredText(criterion)}</td>
      <td className="py-1.5 text-muted">{limitText(criterion, toleranceMs)}</td>
    </tr>
  )
}

function unseenText({ requests, unseenShare }: EndpointCoverage): string {
  if (unseenShare === 0 && requests > 0) return 'Every path that got requests was compared.'
  return requests === 0
    ? `About ${formatPercent(unseenShare)} of requests go to paths that were not compared yet.`
    : `${formatPercent(unseenShare)} of ${plural(requests, 'request')} went to paths that were not compared.`
}

interface VerdictCardProps {
  snapshot: ComparisonSnapshot
  assessment: Assessment
  level: number
  /** Asks for repeats; absent where the route can't be changed. */
  onMeasure?: (() => void) | undefined
  filter: PairFilter
  onChoose: (filter: PairFilter) => void
}

/** The decision, each question behind it, and how sure it is. */
export function VerdictCard(props: VerdictCardProps) {
  const { snapshot, assessment, level, onMeasure, filter, onChoose } = props
  const { decision, criteria, endpoints, latencyToleranceMs } = assessment
  return (
    <Panel title="Verdict">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 pb-2">
        <p className={cn('flex items-center gap-2 text-lg font-semibold', DECISION_TONE[decision])}>
          <StatusIcon status={DECISION_STATUS[decision]} className="size-5" />
          {DECISION_TEXT[decision]}
        </p>
        <p className="min-w-0 flex-1 basis-72 text-pretty">
          {explainDecision(assessment, snapshot)}
          <Unmeasured snapshot={snapshot} assessment={assessment} onMeasure={onMeasure} />
        </p>
      </div>
      <div className="overflow-x-auto">
        <table className="w-full text-xs tabular-nums">
          <caption className="sr-only">What the verdict rests on</caption>
          <thead className="text-left text-muted">
            <tr>
              <th scope="col" className="py-1 pr-3 font-medium">
                Question
              </th>
              <th scope="col" className="py-1 pr-3 font-medium">
                Measured
              </th>
              <th scope="col" className="py-1 font-medium">
                Limit
              </th>
            </tr>
          </thead>
          <tbody>
            {criteria.map((criterion) => (
              <CriterionRow
                key={criterion.name}
                criterion={criterion}
                toleranceMs={latencyToleranceMs}
              />
            ))}
          </tbody>
        </table>
      </div>
      <p className="pt-2 text-2xs text-pretty text-muted">
        {plural(snapshot.pairs, 'pair')} and {plural(snapshot.calibrationPairs, 'repeat')} since{' '}
        {formatDayTime(snapshot.firstAt)}. {unseenText(endpoints)} A verdict is wrong with a chance
        of at most {formatPercent(level)}, however often you look.{' '}
        <Tooltip content="The ranges are confidence sequences: Howard, Ramdas, McAuliffe, Sekhon, 2021, “Time-uniform, nonparametric, nonasymptotic confidence sequences”.">
          <button type="button" aria-label="How the ranges are computed" className="align-middle">
            <Info size={13} aria-hidden />
          </button>
        </Tooltip>
      </p>
      <Leftovers snapshot={snapshot} filter={filter} onChoose={onChoose} />
    </Panel>
  )
}

/** What only repeats can show, and the button that asks for them, in one sentence. */
function Unmeasured({
  snapshot,
  assessment,
  onMeasure,
}: Pick<VerdictCardProps, 'snapshot' | 'assessment' | 'onMeasure'>) {
  const text = unmeasuredText(assessment, snapshot)
  if (text === '') return null
  return (
    <>
      {' '}
      {text}
      {onMeasure === undefined ? (
        '.'
      ) : (
        <>
          :{' '}
          <Button size="sm" onClick={onMeasure}>
            Measure noise
          </Button>
        </>
      )}
    </>
  )
}

interface LeftoversProps {
  snapshot: ComparisonSnapshot
  filter: PairFilter
  onChoose: (filter: PairFilter) => void
}

/** What was counted and not compared, or not in full; each opens its pairs. */
function Leftovers({ snapshot, filter, onChoose }: LeftoversProps) {
  const parts = leftOutParts(snapshot)
  if (parts.length === 0) return null
  return (
    <ul aria-label="Left out" className="flex flex-col gap-1 pt-2 text-2xs text-muted">
      {parts.map(({ reason, text }) => (
        <li key={reason} className="flex flex-wrap items-center gap-x-2">
          <span className="min-w-0">Left out: {text}.</span>
          <Button
            size="sm"
            aria-pressed={filter.leftOut === reason}
            aria-label={`Pairs left out: ${text}`}
            onClick={() => onChoose(filter.leftOut === reason ? {} : { leftOut: reason })}
          >
            {filter.leftOut === reason ? 'All pairs' : 'Show pairs'}
          </Button>
        </li>
      ))}
    </ul>
  )
}
