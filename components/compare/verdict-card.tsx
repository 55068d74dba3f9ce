import { formatCount, formatDayTime, plural } from '@/components/format/numbers'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/class-names'
import { Panel } from '@/components/ui/panel'
import { type Status, StatusIcon } from '@/components/ui/status-icon'
import type { Assessment, Criterion, Decision, EndpointCoverage } from '@/lib/comparison/assess'
import type { ComparisonSnapshot } from '@/lib/comparison/snapshot'
import {
  CRITERION_TEXT,
  DECISION_TEXT,
  explainDecision,
  formatPercent,
  limitText,
  measuredText,
  unmeasuredText,
} from './comparison-text'

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
  return requests === 0
    ? `About ${formatPercent(unseenShare)} of requests go to paths no pair has asked yet.`
    : `${formatPercent(unseenShare)} of ${plural(requests, 'request')} went to paths no pair has asked.`
}

interface VerdictCardProps {
  snapshot: ComparisonSnapshot
  assessment: Assessment
  level: number
  /** Asks for repeats; absent where the route can't be changed. */
  onMeasure?: (() => void) | undefined
}

/** The decision, each question behind it, and how sure it is. */
export function VerdictCard({ snapshot, assessment, level, onMeasure }: VerdictCardProps) {
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
        {formatDayTime(snapshot.firstAt)}. {unseenText(endpoints)} The ranges are confidence
        sequences (Howard, Ramdas, McAuliffe, Sekhon 2021): they hold however often one looks, and a
        verdict is wrong with a chance of at most {formatPercent(level)}.
      </p>
      <Leftovers snapshot={snapshot} />
    </Panel>
  )
}

/** What only repeats could tell, and the button that asks for them, in one sentence. */
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
            Measure the noise
          </Button>
        </>
      )}
    </>
  )
}

const REASONS: Readonly<Record<string, string>> = {
  same_backend: 'went to the backend that had answered',
  primary_failed: 'had no answer of the primary',
  status: 'differ in status, so that is all that is compared',
  failed: 'have no answer of the mirror',
  too_deep: 'nest too deep',
  body_limit: 'are larger than what is captured',
  stream: 'are streams of events',
  multipart: 'have several parts',
  content_coding: 'have a content coding that is not read (gzip, deflate, br and zstd are)',
  bad_coding: 'are not coded as they say',
  incomplete: 'were cut off',
}

function Leftovers({ snapshot }: { snapshot: ComparisonSnapshot }) {
  const { notComparable, bodiesNotCompared, cutShort } = snapshot
  const parts = [
    ...Object.entries(notComparable).map(
      ([reason, count]) =>
        `${plural(count, 'captured pair')} ${REASONS[reason] ?? `not compared: ${reason}`}`,
    ),
    ...Object.entries(bodiesNotCompared).map(
      ([reason, count]) =>
        `bodies of ${plural(count, 'pair')} ${REASONS[reason] ?? `not compared: ${reason}`}`,
    ),
    ...(cutShort === 0 ? [] : [`${formatCount(cutShort)} were compared in part, being very large`]),
  ]
  if (parts.length === 0) return null
  return <p className="pt-1 text-2xs text-pretty text-muted">Left out: {parts.join('; ')}.</p>
}
