'use client'

import { type ReactNode, useMemo, useState } from 'react'
import { applyQuestions, useDenial } from '@/components/data/access'
import type { DashboardRequestError } from '@/components/data/dashboard-client'
import { useSubmitManifest } from '@/components/data/mutations'
import { basesOfDraft, basesOfReview, kindsOf } from '@/components/data/review-base'
import { useDryRun } from '@/components/data/use-dry-run'
import { Button } from '@/components/ui/button'
import { LoadingState } from '@/components/ui/empty-state'
import { Modal } from '@/components/ui/modal'
import { Notice } from '@/components/ui/notice'
import { showToast } from '@/components/ui/toast-store'
import type {
  ManifestRequest,
  ManifestResponse,
  ManifestResult,
  ReviewBase,
} from '@/lib/dashboard-api/manifests'
import { conflictsByManager, explainConflicts } from './conflicts'
import { ConflictsPanel } from './conflicts-panel'
import {
  keyOfField,
  leftFields,
  type NamedField,
  namesText,
  removalSentences,
  toRemove,
} from './left-fields'
import { LeftPanel } from './left-panel'
import { isAccepted, outcomeText, resultName } from './result-text'
import { ResultView } from './result-view'
import { type Reviewed, StaleNotice } from './stale-notice'

export interface ReviewInput {
  readonly manifest: string
  /** What the draft of the HTTPRoute was made from. */
  readonly base?: ReviewBase | undefined
  /** Kinds that the base is about, where it is not HTTPRoutes. */
  readonly guarded?: readonly string[]
  /** The manifest is a part of its object: of what it leaves out only these fields are meant to go. */
  readonly part?: ManifestRequest['part']
}

interface ManifestReviewProps {
  input: ReviewInput
  /** What is reviewed; a draft unless told. */
  of?: Reviewed
  onClose: () => void
  onApplied: (response: ManifestResponse) => void
  /** The person wants the live version instead of the draft. */
  onLoadLive?: (live: ManifestResult['live']) => void
  /** The other's changes are to come into the draft. */
  onMerge?: (() => void) | undefined
  /** It is to be compared with the live object as it is now. A step without it has to be begun anew. */
  onRebase?: (live: ManifestResult['live']) => void
}

interface Review {
  readonly results: readonly ManifestResult[]
  readonly action: 'dry-run' | 'apply'
  readonly error: DashboardRequestError | null
  readonly isChecking: boolean
  readonly isApplying: boolean
  readonly force: boolean
  /** Fields to take over and remove. */
  readonly removed: readonly NamedField[]
  apply(): void
  takeOver(): void
  /** Reviews again with exactly these fields removed. */
  remove(fields: readonly NamedField[]): void
  /** Forgets a refused apply and what was confirmed for it, and asks the server anew. */
  again(): void
}

const NO_RESULTS: readonly ManifestResult[] = []
const NO_FIELDS: readonly NamedField[] = []

/** What leaves fields out. */
const REVIEWED_WORDS: Readonly<Record<Reviewed, string>> = {
  draft: 'your draft',
  revision: 'this revision',
  step: 'this change',
}

function announce(results: readonly ManifestResult[]): void {
  const [first] = results
  const title =
    results.length === 1 && first !== undefined
      ? `${resultName(first)} ${outcomeText(first, 'apply')}`
      : `${results.length} objects applied`
  const left = leftFields(results)
  showToast({
    tone: left.length === 0 ? 'ok' : 'warn',
    title,
    description:
      left.length === 0
        ? 'The controllers report their conditions as they act.'
        : `The API server kept what was to be removed: ${namesText(left)}.`,
  })
}

/** Dry run first; then, on a click, the same request for real. A refused apply is shown like a refused dry run. */
function useReview({ input, onApplied }: ManifestReviewProps): Review {
  const [force, setForce] = useState(false)
  const [attempt, setAttempt] = useState(0)
  const [removed, setRemoved] = useState(NO_FIELDS)
  const { manifest, part } = input
  const kinds = useMemo(() => kindsOf(manifest), [manifest])
  const base = basesOfDraft(kinds, input.base, input.guarded)
  const question = {
    manifest,
    force,
    remove: toRemove(removed),
    ...(part === undefined ? {} : { part }),
  }
  const dryRun = useDryRun({ ...question, base: base && [...base] }, attempt)
  const submit = useSubmitManifest()
  const results = submit.data?.results ?? dryRun.data?.results ?? NO_RESULTS
  return {
    results,
    action: submit.data === undefined ? 'dry-run' : 'apply',
    error: submit.error ?? dryRun.error,
    isChecking: dryRun.isFetching,
    isApplying: submit.isPending,
    force,
    removed,
    apply: () =>
      submit.mutate(
        { ...question, base: [...basesOfReview(dryRun.data?.results ?? [])], action: 'apply' },
        {
          onSuccess: (response) => {
            if (!isAccepted(response.results)) return
            announce(response.results)
            onApplied(response)
          },
        },
      ),
    takeOver: () => {
      submit.reset()
      setForce(true)
    },
    remove: (fields) => {
      submit.reset()
      setRemoved(fields)
    },
    again: () => {
      submit.reset()
      setForce(false)
      setRemoved(NO_FIELDS)
      setAttempt(attempt + 1)
    },
  }
}

/** Why the person may not apply these objects; undefined where they may. */
function useApplyDenial(results: readonly ManifestResult[]): string | undefined {
  return useDenial(results.flatMap((result) => applyQuestions(result, result.live === null)))
}

function applyBlocker({ results, isChecking, isApplying }: Review): string | undefined {
  if (isChecking) return 'The server is still checking'
  if (isApplying) return 'Applying'
  if (!isAccepted(results)) return 'The server would refuse this'
  if (results.every(({ outcome }) => outcome === 'unchanged')) return 'Nothing would change'
  return undefined
}

interface RemovalProps {
  review: Review
  left: readonly NamedField[]
  what: string
}

/** What is removed of others' fields, and what could be. */
function Removal({ review, left, what }: RemovalProps) {
  const { removed, results } = review
  return (
    <>
      {removed.length === 0 ? null : (
        <Notice
          tone="info"
          action={
            <Button size="sm" onClick={() => review.remove(NO_FIELDS)}>
              Let them stay
            </Button>
          }
        >
          {removalSentences(removed, results).join(' ')}
        </Notice>
      )}
      {left.length === 0 ? null : (
        <LeftPanel
          fields={left}
          what={what}
          onRemove={(fields) => review.remove([...removed, ...fields])}
        />
      )}
    </>
  )
}

function Findings(props: ManifestReviewProps & { review: Review }): ReactNode {
  const { review, input, of = 'draft', onMerge, onLoadLive, onRebase } = props
  const conflicts = conflictsByManager(review.results)
  const taken = new Set(review.removed.map(keyOfField))
  const left = leftFields(review.results).filter((field) => !taken.has(keyOfField(field)))
  const stale = review.results.find(({ outcome }) => outcome === 'stale')
  const isCreation = input.base !== undefined && 'absent' in input.base
  const isUnchanged =
    review.results.length > 0 && review.results.every(({ outcome }) => outcome === 'unchanged')
  return (
    <>
      {stale === undefined ? null : (
        <StaleNotice
          live={stale.live}
          of={of}
          isUnexpected={isCreation}
          {...(onMerge && { onMerge })}
          {...(onLoadLive && { onLoadLive: () => onLoadLive(stale.live) })}
          {...(of === 'step' && onRebase === undefined
            ? {}
            : {
                onKeep: () => {
                  review.again()
                  onRebase?.(stale.live)
                },
              })}
        />
      )}
      {conflicts.length > 0 && !review.force ? (
        <ConflictsPanel conflicts={conflicts} onForce={review.takeOver} />
      ) : null}
      {review.force ? (
        <Notice tone="info">
          Applying makes mirrorboard the manager of the fields other managers own now.
          {conflicts.length > 0 ? ` ${explainConflicts(conflicts)}` : null}
        </Notice>
      ) : null}
      <Removal review={review} left={left} what={REVIEWED_WORDS[of]} />
      {isUnchanged && left.length === 0 ? (
        <Notice tone="info">The live object is already as this manifest says.</Notice>
      ) : null}
      <ResultView
        results={review.results}
        action={review.action}
        draft={input.manifest}
        isCreation={isCreation}
      />
    </>
  )
}

/** The review dialog: the server's answer to the draft, and one click to apply it. */
export function ManifestReview(props: ManifestReviewProps) {
  const review = useReview(props)
  const denial = useApplyDenial(review.results)
  const blocker = denial ?? applyBlocker(review)
  return (
    <Modal
      onClose={props.onClose}
      title="Review changes"
      description="What the API server answered to a dry run. Nothing is stored until you apply."
      width="xl"
      tall
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && blocker === undefined) {
          event.preventDefault()
          review.apply()
        }
      }}
      footer={
        <>
          <span className="mr-auto text-2xs text-muted max-sm:hidden">
            Ctrl+Enter applies, Esc goes back
          </span>
          <Button onClick={props.onClose}>Back to editing</Button>
          <Button variant="primary" disabledReason={blocker} onClick={review.apply}>
            {review.isApplying ? 'Applying…' : 'Apply'}
          </Button>
        </>
      }
    >
      <div className="flex min-h-0 flex-1 flex-col gap-3">
        {denial === undefined ? null : (
          <Notice tone="warn" title="This can't be applied from here">
            {denial}
          </Notice>
        )}
        {review.error === null ? null : (
          <Notice tone="bad" title="The server could not check this">
            {review.error.message}
          </Notice>
        )}
        {review.isChecking && review.results.length === 0 ? (
          <LoadingState label="Asking the API server" />
        ) : null}
        {review.results.length === 0 ? null : <Findings {...props} review={review} />}
      </div>
    </Modal>
  )
}
