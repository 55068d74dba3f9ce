'use client'

import { RotateCcw } from 'lucide-react'
import { useMemo, useState } from 'react'
import { baseOf, reviewBaseOf } from '@/components/data/draft'
import { useRevision, useRouteHistory } from '@/components/data/history'
import { useLiveObject } from '@/components/data/use-live'
import { useUrlState } from '@/components/data/use-url-state'
import { ManifestDiff } from '@/components/editor/manifest-diff'
import { formatDayTime, plural } from '@/components/format/numbers'
import { RouteTabPage } from '@/components/layout/route-tabs'
import { leftTitle, namesText, staysInRestore } from '@/components/review/left-fields'
import { ManifestReview, type ReviewInput } from '@/components/review/manifest-review'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/class-names'
import { EmptyState, LoadingState } from '@/components/ui/empty-state'
import { Notice } from '@/components/ui/notice'
import type { Revision, RevisionManifest, RouteHistory } from '@/lib/dashboard-api/history'
import type { HTTPRoute, KubernetesObject } from '@/lib/gateway-api/types'
import { toEditableYaml } from '@/lib/manifest/to-editable-yaml'
import { changeLines, chosenRevisions, whatHappened } from './revision-text'

interface RouteAddress {
  namespace: string
  name: string
}

interface RevisionItemProps {
  revision: Revision
  isShown: boolean
  isAgainst: boolean
  onShow: () => void
  onCompare: () => void
}

function RevisionItem({ revision, isShown, isAgainst, onShow, onCompare }: RevisionItemProps) {
  const { id, at, generation, operation } = revision
  return (
    <li
      className={cn(
        'flex items-start gap-2 rounded-md border p-2',
        isShown ? 'border-accent bg-accent-soft' : 'border-line bg-panel',
      )}
    >
      <button
        type="button"
        aria-pressed={isShown}
        aria-label={`Revision ${id}: ${whatHappened(revision)}`}
        onClick={onShow}
        className="min-w-0 flex-1 text-left"
      >
        <span className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-mono text-xs text-muted">#{id}</span>
          <span className="font-medium">{whatHappened(revision)}</span>
        </span>
        <span className="block text-xs text-muted">
          {formatDayTime(at)} · generation {generation}
          {operation === 'Apply' ? ' · server-side apply' : ''}
        </span>
        {changeLines(revision).map((line) => (
          <span key={line} className="block font-mono text-2xs break-words">
            {line}
          </span>
        ))}
      </button>
      {isShown ? null : (
        <Button size="sm" aria-pressed={isAgainst} onClick={onCompare}>
          {isAgainst ? 'Compared' : 'Compare'}
          <span className="sr-only"> with revision {id}</span>
        </Button>
      )}
    </li>
  )
}

/** What is live guards the write; where nothing is, applying creates and never overwrites. */
function restoreInput(manifest: string, live: KubernetesObject | null | undefined): ReviewInput {
  const base = live ? baseOf(live, toEditableYaml(live)) : null
  return { manifest, base: reviewBaseOf(base) }
}

/** What a restore alone would not take away, before it is asked for. */
function WouldStay({ live, manifest }: { live: HTTPRoute; manifest: string }) {
  const fields = useMemo(() => staysInRestore(live, manifest), [live, manifest])
  if (fields.length === 0) return null
  return (
    <Notice tone="warn" title={leftTitle(fields.length, 'this revision')}>
      Others own {fields.length === 1 ? 'it' : 'them'}: {namesText(fields)}. The review offers to
      take over and remove {fields.length === 1 ? 'it' : 'them'}.
    </Notice>
  )
}

interface ComparedProps {
  shown: RevisionManifest
  against: RevisionManifest | undefined
  live: HTTPRoute | undefined
}

function Compared({ shown, against, live }: ComparedProps) {
  // As of the click: what changes from then on is somebody's, and is told.
  const [restoring, setRestoring] = useState<ReviewInput | null>(null)
  const close = () => setRestoring(null)
  const { revision, manifest } = shown
  const isLive = live !== undefined && toEditableYaml(live) === manifest
  const isDeletion = revision.action === 'deleted'
  const sides =
    against === undefined
      ? { before: '', words: 'no earlier revision is kept' }
      : { before: against.manifest, words: `revision ${against.revision.id}` }
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="min-w-0 flex-1 font-semibold">
          Revision {revision.id}
          {against === undefined ? '' : ` compared with revision ${against.revision.id}`}
        </h2>
        <Button
          variant="primary"
          icon={<RotateCcw size={14} aria-hidden />}
          disabledReason={isLive ? 'The live route already matches this revision' : undefined}
          onClick={() => setRestoring(restoreInput(manifest, live))}
        >
          {live === undefined ? 'Create it again…' : 'Restore…'}
        </Button>
      </div>
      <p className="text-xs text-muted">
        {isDeletion ? 'What was deleted. ' : ''}Restoring reviews this manifest like any other
        change and becomes a revision of its own.
      </p>
      {live === undefined || isLive ? null : <WouldStay live={live} manifest={manifest} />}
      <ManifestDiff
        before={sides.before}
        after={isDeletion && against !== undefined ? '' : manifest}
        beforeIs={sides.words}
        afterIs={{ words: isDeletion ? 'nothing, it was deleted' : `revision ${revision.id}` }}
        label={`Changes of revision ${revision.id}`}
      />
      {restoring === null ? null : (
        <ManifestReview
          input={restoring}
          of="revision"
          onClose={close}
          onApplied={close}
          onRebase={(now) => setRestoring(restoreInput(manifest, now))}
        />
      )}
    </>
  )
}

interface RevisionsProps extends RouteAddress {
  history: RouteHistory
}

function Revisions({ history, namespace, name }: RevisionsProps) {
  const url = useUrlState()
  const { object: live } = useLiveObject('httproutes', namespace, name)
  const { revisions, forgotten } = history
  const asked = { revision: url.get('revision'), against: url.get('against') }
  const { shown, against } = chosenRevisions(revisions, asked)
  const shownManifest = useRevision(history.route, shown?.id ?? null)
  const againstManifest = useRevision(history.route, against?.id ?? null)
  const error = shownManifest.error ?? againstManifest.error
  const isComplete = against === null || againstManifest.data !== undefined
  return (
    <div className="grid min-h-0 min-w-0 flex-1 items-start gap-3 lg:grid-cols-[24rem_minmax(0,1fr)]">
      <div className="flex flex-col gap-2">
        <ol aria-label="Revisions, newest first" className="flex flex-col gap-1.5">
          {revisions.map((revision) => (
            <RevisionItem
              key={revision.id}
              revision={revision}
              isShown={revision === shown}
              isAgainst={revision === against}
              onShow={() => url.set({ revision: String(revision.id), against: '' })}
              onCompare={() => url.set({ against: String(revision.id) })}
            />
          ))}
        </ol>
        {forgotten === 0 ? null : (
          <p className="text-xs text-muted">
            {plural(forgotten, 'older revision')} {forgotten === 1 ? 'is' : 'are'} no longer kept.
          </p>
        )}
      </div>
      <div className="flex h-[36rem] min-w-0 flex-col gap-2 rounded-lg border border-line bg-panel p-3">
        {error === null ? null : <Notice tone="bad">{error.message}</Notice>}
        {shownManifest.data !== undefined && isComplete ? (
          <Compared
            key={`${shown?.id} ${against?.id}`}
            shown={shownManifest.data}
            against={against === null ? undefined : againstManifest.data}
            live={live}
          />
        ) : error === null ? (
          <LoadingState label="Loading revision" />
        ) : null}
      </div>
    </div>
  )
}

/** What became of one HTTPRoute over time: who changed what, any two beside one another, and the way back. */
export function HistoryPage({ namespace, name }: RouteAddress) {
  const { data: history, error } = useRouteHistory(`${namespace}/${name}`)
  return (
    <RouteTabPage namespace={namespace} name={name} current="history">
      {error === null ? null : (
        <Notice tone="bad" title="The history can't be read">
          {error.message}
        </Notice>
      )}
      {history === undefined && error === null ? <LoadingState label="Loading history" /> : null}
      {history !== undefined && history.problem !== '' ? (
        <Notice tone="warn" title="New changes are not being recorded">
          {history.problem}
        </Notice>
      ) : null}
      {history?.revisions.length === 0 ? (
        <EmptyState title="No history of this route yet">
          Every change is kept from the moment Mirrorboard first sees the route.
        </EmptyState>
      ) : null}
      {history === undefined || history.revisions.length === 0 ? null : (
        <Revisions history={history} namespace={namespace} name={name} />
      )}
    </RouteTabPage>
  )
}
