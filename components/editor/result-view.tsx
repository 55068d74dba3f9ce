'use client'

import { useState } from 'react'
import { Chip } from '@/components/ui/chip'
import { cn } from '@/components/ui/class-names'
import { Notice } from '@/components/ui/notice'
import type { ManifestResult } from '@/lib/dashboard-api/manifests'
import { toEditableYaml } from '@/lib/manifest/to-editable-yaml'
import { ManifestDiff } from './manifest-diff'
import { outcomeText, outcomeTone, resultName } from './result-text'

interface ResultViewProps {
  results: readonly ManifestResult[]
  action: 'dry-run' | 'apply'
  /** Shown on the right where the server gave no object: the text as it was sent. */
  draft: string
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

function ResultBody({ result, draft }: { result: ManifestResult; draft: string }) {
  const before = result.live === null ? '' : toEditableYaml(result.live)
  const after = result.result === null ? draft : toEditableYaml(result.result)
  return (
    <>
      {result.warnings.map((warning) => (
        <Notice key={warning} tone="warn">
          {warning}
        </Notice>
      ))}
      {result.outcome === 'rejected' ? (
        <Refusal result={result} />
      ) : (
        <ManifestDiff
          before={before}
          after={after}
          afterIs={result.result === null ? 'draft' : 'result'}
          label={`Changes to ${resultName(result)}`}
        />
      )}
    </>
  )
}

/** What the server says of each document: its outcome, warnings, and the difference it makes. */
export function ResultView({ results, action, draft }: ResultViewProps) {
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
      <ResultBody result={shown} draft={draft} />
    </>
  )
}
