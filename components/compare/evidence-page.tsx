'use client'

import { useId, useState } from 'react'
import { ManifestDiff } from '@/components/editor/manifest-diff'
import { PageHeader } from '@/components/layout/page-header'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { Panel } from '@/components/ui/panel'
import { assess } from '@/lib/comparison/assess'
import { judgeRules } from '@/lib/comparison/settings'
import type { Evidence } from '@/lib/dashboard-api/evidence'
import {
  type ParsedEvidence,
  parseEvidence,
  refuseBySize,
} from '@/lib/dashboard-api/parse-evidence'
import { ComparisonView } from './comparison-view'
import { CopyAsCurl } from './pair-actions'
import { PairSourceProvider } from './pair-source'

interface Opened {
  readonly name: string
  readonly parsed: ParsedEvidence
}

async function open(file: File): Promise<Opened> {
  const parsed =
    refuseBySize(file.size) ?? (await file.text().then(parseEvidence, () => UNREADABLE))
  return { name: file.name, parsed }
}

const UNREADABLE: ParsedEvidence = {
  ok: false,
  problem: 'The browser could not read it.',
  remedy: 'Check that the file is still there and that you may read it, then choose it again.',
}

function FilePicker({ onOpened }: { onOpened: (opened: Opened) => void }) {
  const id = useId()
  return (
    <div className="flex flex-col items-start gap-2">
      <label htmlFor={id} className="text-xs font-medium text-muted">
        Evidence file
      </label>
      <input
        id={id}
        type="file"
        accept="application/json,.json"
        // Or the same file, once it was mended, would be no change.
        onClick={({ currentTarget }) => {
          currentTarget.value = ''
        }}
        onChange={({ target }) => {
          const [file] = target.files ?? []
          if (file === undefined) return
          void open(file).then(onOpened)
        }}
        className="max-w-full cursor-pointer rounded-md text-xs file:mr-2 file:h-8 file:cursor-pointer file:rounded-md file:border file:border-solid file:border-control file:bg-panel file:px-3 file:font-medium file:text-fg hover:file:bg-sunken"
      />
      <p className="text-2xs text-muted">The file is read in this browser and sent nowhere.</p>
    </div>
  )
}

function Contents({ evidence }: { evidence: Evidence }) {
  const { snapshot, settings, pairs, before, after, writtenAt } = evidence
  const rules = judgeRules(settings)
  return (
    <>
      <p className="text-xs text-muted">
        Route {snapshot.route}, generation {snapshot.generation},{' '}
        {snapshot.primaryBackends.join(', ')} → {snapshot.mirrorBackend}, written{' '}
        {new Date(writtenAt).toLocaleString('en-GB')}. The verdict is computed again from the counts
        in the file.
      </p>
      <PairSourceProvider value={{ from: 'file', pairs }}>
        <ComparisonView
          snapshot={snapshot}
          assessment={assess(snapshot, rules)}
          level={rules.thresholds.level}
          pairActions={(exchange) => <CopyAsCurl exchange={exchange} />}
        />
      </PairSourceProvider>
      <Panel title="The route now, and with the mirror promoted" bodyClassName="flex h-96 flex-col">
        <ManifestDiff
          before={before}
          after={after}
          afterIs="draft"
          label="Route before and after"
        />
      </Panel>
    </>
  )
}

/** An evidence file, opened without a cluster: the same view as of a live route. */
export function EvidencePage() {
  const [opened, setOpened] = useState<Opened | null>(null)
  const evidence = opened?.parsed.ok ? opened.parsed.evidence : null
  return (
    <>
      <PageHeader
        title="Evidence"
        description="Open a comparison that was saved as a file."
        actions={
          evidence !== null ? (
            <Button onClick={() => setOpened(null)}>Close {opened?.name}</Button>
          ) : null
        }
      />
      <div className="flex flex-col gap-3 px-4 pb-6 md:px-6">
        {evidence === null ? (
          <>
            <FilePicker onOpened={setOpened} />
            {opened === null || opened.parsed.ok ? null : (
              <Notice tone="bad" title={`${opened.name} cannot be opened`}>
                {opened.parsed.problem} {opened.parsed.remedy}
              </Notice>
            )}
          </>
        ) : (
          <Contents evidence={evidence} />
        )}
      </div>
    </>
  )
}
