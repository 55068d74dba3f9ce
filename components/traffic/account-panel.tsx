import { CircleCheck, CircleX } from 'lucide-react'
import { Panel } from '@/components/ui/panel'
import type { CaptureCounts, MirrorSeries } from '@/lib/dashboard-api/series'
import { accountSentences, captureSentence } from './account-sentence'
import { errorsSentence } from './mirror-errors'

function Verdict({ holds }: { holds: boolean }) {
  const Icon = holds ? CircleCheck : CircleX
  return (
    <span
      className={`ml-auto inline-flex items-center gap-1 font-medium ${holds ? 'text-ok' : 'text-bad'}`}
    >
      <Icon size={14} aria-hidden />
      {holds ? 'The counts add up' : 'The counts do not add up'}
    </span>
  )
}

function MirrorAccountItem({ mirror, rangeName }: { mirror: MirrorSeries; rangeName: string }) {
  const inWindow = accountSentences(mirror.windowAccount)
  const sinceStart = accountSentences(mirror.account)
  return (
    <li className="border-t border-line py-2 first:border-t-0 first:pt-0 last:pb-0">
      <p className="flex flex-wrap items-center justify-between gap-x-2">
        <span className="truncate font-mono text-xs font-medium" title={mirror.target}>
          {mirror.target}
        </span>
        <span className="text-2xs text-muted">
          rule {mirror.rule} · filter {mirror.mirror}
        </span>
      </p>
      <p className="flex items-center justify-between gap-2 py-0.5 text-2xs text-muted">
        {rangeName} <Verdict holds={inWindow.holds} />
      </p>
      <p className="text-xs tabular-nums">{inWindow.requests}</p>
      <p className="text-xs tabular-nums">{inWindow.mirrored}</p>
      <p className="text-xs tabular-nums">{errorsSentence(mirror)}</p>
      <details className="mt-1">
        <summary className="cursor-pointer text-2xs text-muted">
          Since the gateway started
          <span className="float-right">
            <Verdict holds={sinceStart.holds} />
          </span>
        </summary>
        <p className="text-xs tabular-nums">{sinceStart.requests}</p>
        <p className="text-xs tabular-nums">{sinceStart.mirrored}</p>
      </details>
    </li>
  )
}

/** What became of every request and of every copy, per mirror, as equations that must add up. */
export function AccountPanel({
  mirrors,
  rangeName,
  blindSpot,
  captures,
}: {
  mirrors: readonly MirrorSeries[]
  rangeName: string
  /** Why the source of these numbers cannot account for copies. */
  blindSpot: string | undefined
  captures: CaptureCounts
}) {
  const captured = captureSentence(captures)
  return (
    <Panel title="Where every mirrored request went">
      {blindSpot !== undefined ? (
        <p className="text-muted">{blindSpot}</p>
      ) : mirrors.length === 0 ? (
        <p className="text-muted">
          No mirror has been used yet. Add a RequestMirror filter to a rule, then send traffic.
        </p>
      ) : (
        <ul>
          {mirrors.map((mirror) => (
            <MirrorAccountItem
              key={`${mirror.rule}/${mirror.mirror}/${mirror.target}`}
              mirror={mirror}
              rangeName={rangeName}
            />
          ))}
        </ul>
      )}
      {captured === null ? null : (
        <p className="border-t border-line pt-2 text-xs tabular-nums">{captured}</p>
      )}
    </Panel>
  )
}
