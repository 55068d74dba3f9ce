'use client'

import { useMemo, useState } from 'react'
import { useKindSchema } from '@/components/data/queries'
import { ManifestDiff } from '@/components/editor/manifest-diff'
import { Chip } from '@/components/ui/chip'
import { cn } from '@/components/ui/class-names'
import { Notice } from '@/components/ui/notice'
import { ScrollRegion } from '@/components/ui/scroll-region'
import { Segmented } from '@/components/ui/segmented'
import type { ManifestResult } from '@/lib/dashboard-api/manifests'
import type { ReviewedChange } from '@/lib/manifest/three-way/review-changes'
import { toEditableYaml } from '@/lib/manifest/to-editable-yaml'
import { toYaml } from '@/lib/manifest/to-yaml'
import { answersText, changesOf, draftObject, lineNotes, versionsOf } from './change-groups'
import { ChangesPanel } from './changes-panel'
import { droppedText } from './left-fields'
import { outcomeText, outcomeTone, resultName } from './result-text'
import { TrafficCard } from './traffic-card'

interface ResultViewProps {
  results: readonly ManifestResult[]
  action: 'dry-run' | 'apply'
  /** Shown on the right where the server gave no object: the text as it was sent. */
  draft: string
  /** The object was not to be there. */
  isCreation: boolean
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
  versions: NonNullable<ReturnType<typeof versionsOf>>
  changes: readonly ReviewedChange[]
}

/** Live, draft and the server's answer: any two of them side by side. */
function ThreeWayPicture({ result, versions, changes }: PictureProps) {
  const [shown, setShown] = useState<Shown>('all')
  const live = versions.live === null ? '' : toYaml(versions.live)
  const stored = useMemo(() => toYaml(versions.answer), [versions])
  const notes = useMemo(() => lineNotes(stored, changes), [stored, changes])
  const mine = toYaml(versions.draft)
  return (
    <div className="flex min-h-80 min-w-0 flex-1 flex-col gap-1.5">
      <div>
        <Segmented label="Changes shown" value={shown} options={SHOWN} onChange={setShown} />
      </div>
      <ManifestDiff
        key={shown}
        before={shown === 'server' ? mine : live}
        after={shown === 'draft' ? mine : stored}
        beforeIs={shown === 'server' ? 'your draft' : 'live now'}
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

interface ResultBodyProps extends Pick<ResultViewProps, 'draft' | 'results'> {
  result: ManifestResult
}

function ResultBody({ result, results, draft: manifest }: ResultBodyProps) {
  const schema = useKindSchema(result)
  const draft = useMemo(() => draftObject(manifest, result), [manifest, result])
  const versions = useMemo(() => versionsOf(result, draft), [result, draft])
  const changes = useMemo(() => changesOf(versions, schema), [versions, schema])
  const text = useMemo(() => answersText(results, manifest), [results, manifest])
  const dropped = droppedText(result.dropped)
  return (
    <>
      {result.warnings.map((warning) => (
        <Notice key={warning} tone="warn">
          {warning}
        </Notice>
      ))}
      {dropped === undefined ? null : (
        <Notice tone="info" title="Left out of what is applied">
          {dropped}
        </Notice>
      )}
      {result.outcome === 'rejected' ? (
        <Refusal result={result} />
      ) : versions !== null ? (
        <div className="flex flex-col gap-3 lg:grid lg:min-h-0 lg:flex-1 lg:grid-cols-[24rem_minmax(0,1fr)]">
          <ScrollRegion
            label="What it comes to"
            className="flex flex-col gap-3 lg:min-h-0 lg:overflow-y-auto"
          >
            <TrafficCard
              result={result}
              answers={{ text, documentIndex: results.indexOf(result) }}
            />
            <ChangesPanel result={result} changes={changes} />
          </ScrollRegion>
          <ThreeWayPicture result={result} versions={versions} changes={changes} />
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
export function ResultView({ results, action, draft, isCreation }: ResultViewProps) {
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
              <Chip tone={outcomeTone(result.outcome)}>
                {outcomeText(result, action, isCreation)}
              </Chip>
            </button>
          </li>
        ))}
      </ul>
      <ResultBody result={shown} results={results} draft={draft} />
    </>
  )
}
