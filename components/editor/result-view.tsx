'use client'

import { useMemo, useState } from 'react'
import { useKindSchema } from '@/components/data/queries'
import { Chip } from '@/components/ui/chip'
import { cn } from '@/components/ui/class-names'
import { Notice } from '@/components/ui/notice'
import { Segmented } from '@/components/ui/segmented'
import type { ManifestResult } from '@/lib/dashboard-api/manifests'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import type { ReviewedChanges } from '@/lib/manifest/three-way/review-changes'
import { toEditableYaml } from '@/lib/manifest/to-editable-yaml'
import { toYaml } from '@/lib/manifest/to-yaml'
import type { JsonObject } from '@/lib/shared/json'
import type { Diagnostic } from '@/lib/validation/diagnostic'
import { changesOf, draftObject, lineNotes } from './change-groups'
import { ChangesPanel } from './changes-panel'
import { ManifestDiff } from './manifest-diff'
import { outcomeText, outcomeTone, resultName } from './result-text'
import { TrafficCard } from './traffic-card'

interface ResultViewProps {
  results: readonly ManifestResult[]
  action: 'dry-run' | 'apply'
  /** Shown on the right where the server gave no object: the text as it was sent. */
  draft: string
  diagnostics: readonly Diagnostic[] | undefined
}

function Refusal({ result }: { result: ManifestResult }) {
  if (result.error === undefined) return null
  const { message, causes } = result.error
  return (
    <Notice tone="bad" title="The API server refuses this">
      {causes.length === 0 ? (
        <p>{message}</p>
      ) : (
        <ul className="flex list-disc flex-col gap-1 pl-4">
          {causes.map((cause) => (
            <li key={`${cause.field}${cause.message}`}>
              <span className="font-mono text-xs">{cause.field}</span>: {cause.message}
            </li>
          ))}
        </ul>
      )}
    </Notice>
  )
}

type Shown = 'all' | 'draft' | 'server'

const SHOWN = [
  { value: 'all', label: 'All changes' },
  { value: 'draft', label: 'Yours' },
  { value: 'server', label: 'The server’s' },
] as const

interface PictureProps {
  result: ManifestResult
  draft: JsonObject
  answer: KubernetesObject
  reviewed: ReviewedChanges
}

/** Live, draft and the server's answer: any two of them side by side. */
function ThreeWayPicture({ result, draft, answer, reviewed }: PictureProps) {
  const [shown, setShown] = useState<Shown>('all')
  const live = result.live === null ? '' : toEditableYaml(result.live)
  const stored = useMemo(() => toEditableYaml(answer), [answer])
  const notes = useMemo(() => lineNotes(stored, reviewed), [stored, reviewed])
  const mine = toYaml(draft)
  return (
    <div className="flex min-h-80 min-w-0 flex-1 flex-col gap-1.5">
      <div>
        <Segmented label="Changes shown" value={shown} options={SHOWN} onChange={setShown} />
      </div>
      <ManifestDiff
        key={shown}
        before={shown === 'server' ? mine : live}
        after={shown === 'draft' ? mine : stored}
        beforeIs={shown === 'server' ? 'your draft' : 'live'}
        afterIs={
          shown === 'draft'
            ? { words: 'your draft; fields it leaves out may stay, see All changes' }
            : 'result'
        }
        label={`Changes to ${resultName(result)}`}
        {...(shown === 'draft' ? {} : { notes })}
      />
    </div>
  )
}

interface ResultBodyProps extends Pick<ResultViewProps, 'draft' | 'diagnostics'> {
  result: ManifestResult
}

function ResultBody({ result, draft: manifest, diagnostics }: ResultBodyProps) {
  const schema = useKindSchema(result)
  const draft = useMemo(() => draftObject(manifest, result), [manifest, result])
  const reviewed = useMemo(() => changesOf(result, draft, schema), [result, draft, schema])
  return (
    <>
      {result.warnings.map((warning) => (
        <Notice key={warning} tone="warn">
          {warning}
        </Notice>
      ))}
      {result.outcome === 'rejected' ? (
        <Refusal result={result} />
      ) : reviewed !== null && draft !== null && result.result !== null ? (
        <div className="flex flex-col gap-3 lg:grid lg:min-h-0 lg:flex-1 lg:grid-cols-[24rem_minmax(0,1fr)]">
          <div className="flex flex-col gap-3 lg:min-h-0 lg:overflow-y-auto">
            <TrafficCard result={result} manifest={manifest} diagnostics={diagnostics} />
            <ChangesPanel result={result} reviewed={reviewed} />
          </div>
          <ThreeWayPicture
            result={result}
            draft={draft}
            answer={result.result}
            reviewed={reviewed}
          />
        </div>
      ) : (
        <ManifestDiff
          before={result.live === null ? '' : toEditableYaml(result.live)}
          after={manifest}
          afterIs="draft"
          label={`Changes to ${resultName(result)}`}
        />
      )}
    </>
  )
}

/** What the server says of each document: its outcome, warnings, and the difference it makes. */
export function ResultView({ results, action, draft, diagnostics }: ResultViewProps) {
  const [chosen, setChosen] = useState(0)
  const shown = results[chosen] ?? results[0]
  if (shown === undefined) return <Notice tone="warn">The manifest has no documents.</Notice>
  return (
    <>
      <ul aria-label="Objects" className="flex flex-wrap gap-2">
        {results.map((result, index) => (
          <li key={result.documentIndex}>
            <button
              type="button"
              aria-pressed={result === shown}
              onClick={() => setChosen(index)}
              className={cn(
                'flex items-center gap-2 rounded-md border px-2.5 py-1',
                result === shown ? 'border-accent bg-accent-soft' : 'border-line hover:bg-sunken',
              )}
            >
              <span className="font-medium">{resultName(result)}</span>
              <Chip tone={outcomeTone(result.outcome)}>{outcomeText(result.outcome, action)}</Chip>
            </button>
          </li>
        ))}
      </ul>
      <ResultBody result={shown} draft={draft} diagnostics={diagnostics} />
    </>
  )
}
