import { formatCount, formatLatency, plural } from '@/components/format/numbers'
import { Notice } from '@/components/ui/notice'
import { ProgressBar } from '@/components/ui/progress-bar'
import type { TrafficRun } from '@/lib/dashboard-api/traffic'
import { formatCodes } from './split-panel'

const STATE_WORDS: Record<TrafficRun['state'], string> = {
  running: 'Sending',
  finished: 'Finished',
  stopped: 'Stopped',
  failed: 'Failed',
}

/** `connection refused: 3, timeout: 1`. */
function formatErrors(errors: TrafficRun['errors']): string {
  return Object.entries(errors)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${reason}: ${formatCount(count)}`)
    .join(', ')
}

/** Progress and outcome of one run. */
export function TrafficRunView({ run }: { run: TrafficRun }) {
  const errors = formatErrors(run.errors)
  const { p50, p90, p99 } = run.latencyMs
  return (
    <div className="flex flex-col gap-1.5 border-t border-line pt-3">
      <div className="flex items-center justify-between text-xs">
        <p role="status" className="font-medium">
          {STATE_WORDS[run.state]}: {formatCount(run.sent)} of {plural(run.planned, 'request')}{' '}
          sent, {formatCount(run.answered)} answered
        </p>
      </div>
      <ProgressBar label="Requests sent" value={run.sent} max={run.planned} />
      <dl className="grid grid-cols-[auto_1fr] gap-x-3 text-xs tabular-nums">
        <dt className="text-muted">Answers</dt>
        <dd>{formatCodes(run.totalsByCode)}</dd>
        <dt className="text-muted">Latency</dt>
        <dd>
          p50 {formatLatency(p50)} · p90 {formatLatency(p90)} · p99 {formatLatency(p99)}
        </dd>
        {errors === '' ? null : (
          <>
            <dt className="text-muted">No answer</dt>
            <dd className="text-bad">{errors}</dd>
          </>
        )}
        <dt className="text-muted">Sent to</dt>
        <dd className="truncate font-mono" title={run.url}>
          {run.url}
        </dd>
      </dl>
      {run.state === 'failed' ? <Notice tone="bad">{run.message}</Notice> : null}
    </div>
  )
}
