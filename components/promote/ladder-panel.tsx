'use client'

import { ArrowRight, Check, Undo2 } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { DECISION_TEXT, explainDecision } from '@/components/findings/comparison-text'
import { DECISION_STATUS } from '@/components/findings/verdict-card'
import { annotationManifest, specManifest } from '@/components/review/annotation-manifest'
import { ManifestReview, type ReviewInput } from '@/components/review/manifest-review'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/class-names'
import { TextField } from '@/components/ui/field'
import { Modal } from '@/components/ui/modal'
import { Notice } from '@/components/ui/notice'
import { Panel } from '@/components/ui/panel'
import { StatusIcon } from '@/components/ui/status-icon'
import { page } from '@/lib/dashboard-api/paths'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import type { Ladder } from '@/lib/promotion/ladder'
import { PROMOTION_ANNOTATION, STEPS, type Step, stepText } from '@/lib/promotion/promotion'
import { annotationAt, rulesAt } from '@/lib/promotion/rules-at'
import type { Gate } from './use-gate'

function isReached(step: Step, { share, isMirrored }: Ladder): boolean {
  if (step === 'mirror') return true
  if (step === 'removed') return !isMirrored && share === 100
  return typeof step === 'number' && share >= step
}

function Steps({ ladder }: { ladder: Ladder }) {
  return (
    <ol className="flex flex-wrap gap-2" aria-label="Steps">
      {STEPS.map((step) => {
        const reached = isReached(step, ladder)
        return (
          <li
            key={step}
            aria-current={reached && step === currentStep(ladder) ? 'step' : undefined}
            className={cn(
              'flex items-center gap-1.5 rounded-md border px-2.5 py-1 text-xs font-medium',
              reached ? 'border-accent bg-accent-soft text-accent' : 'border-line text-muted',
            )}
          >
            {reached ? <Check size={13} aria-hidden /> : null}
            {stepText(step)}
          </li>
        )
      })}
    </ol>
  )
}

function currentStep(ladder: Ladder): Step | undefined {
  return STEPS.findLast((step) => isReached(step, ladder))
}

/** `0.02`, `33.3`: never 0 for what gets requests. */
function shareText(share: number): string {
  return String(Number(share >= 1 ? share.toFixed(1) : share.toPrecision(1)))
}

function where({ candidate, share, isMirrored }: Ladder): string {
  const rounded = shareText(share)
  if (!isMirrored) {
    const part = share === 100 ? 'every request' : `${rounded} % of the requests`
    return `${candidate} answers ${part}, and nothing is mirrored to it.`
  }
  return share === 0
    ? `${candidate} gets mirrored requests only; it answers no client.`
    : `${candidate} answers ${rounded} % of the requests, and gets the mirrored ones.`
}

function GateNotice({
  gate,
  route,
  ladder,
}: {
  gate: Gate | null
  route: HTTPRoute
  ladder: Ladder
}) {
  const { namespace = '', name } = route.metadata
  const link = (
    <Link href={page.compare(namespace, name)} className="text-accent underline">
      See the comparison
    </Link>
  )
  if (gate === null) {
    return <p>No pair was compared at this step yet, so there is no verdict. {link}.</p>
  }
  const { assessment, snapshot } = gate
  const isEarlier = snapshot.generation !== route.metadata.generation
  return (
    <div className="flex items-start gap-2">
      <StatusIcon status={DECISION_STATUS[assessment.decision]} className="mt-0.5" />
      <p className="text-pretty">
        <span className="font-semibold">{DECISION_TEXT[assessment.decision]}</span>
        {ladder.share >= 100 && isEarlier ? ', by the step before' : ''}:{' '}
        {explainDecision(assessment, snapshot)} {link}.
      </p>
    </div>
  )
}

interface OverrideProps {
  step: Step
  gate: Gate | null
  onClose: () => void
  onConfirm: (reason: string) => void
}

const REASON_LENGTH_MIN = 10

function OverrideDialog({ step, gate, onClose, onConfirm }: OverrideProps) {
  const [reason, setReason] = useState('')
  const verdict = gate === null ? 'there is none yet' : DECISION_TEXT[gate.assessment.decision]
  const missing = reason.trim().length < REASON_LENGTH_MIN ? 'Give a reason first' : undefined
  return (
    <Modal
      onClose={onClose}
      width="sm"
      title={step === 'removed' ? 'Remove the mirror anyway?' : `Send ${stepText(step)} anyway?`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="danger"
            disabledReason={missing}
            onClick={() => onConfirm(reason.trim().slice(0, 500))}
          >
            Review anyway
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="text-pretty">
          The verdict is not “Promote”: {verdict}. Clients would get answers from a version that is
          not known to behave the same.
        </p>
        <TextField
          label="Reason, stored on the route"
          value={reason}
          onChange={setReason}
          maxLength={500}
        />
      </div>
    </Modal>
  )
}

interface LadderPanelProps {
  route: HTTPRoute
  ladder: Ladder
  gate: Gate | null
  /** False where no gateway of the route can give a verdict. */
  isGated: boolean
  /** Why no step may be taken; undefined where one may. */
  blocked: string | undefined
}

function Overrides({ promotion }: Ladder) {
  if (promotion.overrides.length === 0) return null
  return (
    <section aria-label="Steps taken without the verdict “Promote”">
      <h4 className="text-xs font-semibold">Taken without the verdict “Promote”</h4>
      <ul className="list-disc pl-4 text-xs">
        {promotion.overrides.map(({ to, reason }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows at its end.
          <li key={index}>
            {stepText(to)}: {reason}
          </li>
        ))}
      </ul>
    </section>
  )
}

interface StepButtonsProps extends LadderPanelProps {
  onStep: (step: Step) => void
  onOverride: (step: Step) => void
  onForget: () => void
}

function StepButtons({ ladder, gate, blocked, ...on }: StepButtonsProps) {
  const { next, previous, isMirrored } = ladder
  const isAllowed = gate?.assessment.decision === 'promote'
  return (
    <div className="flex flex-wrap gap-2">
      {next === null ? null : (
        <Button
          variant={isAllowed ? 'primary' : 'secondary'}
          icon={<ArrowRight size={14} aria-hidden />}
          disabledReason={blocked}
          onClick={() => (isAllowed ? on.onStep(next) : on.onOverride(next))}
        >
          {next === 'removed' ? 'Remove the mirror' : `Send ${stepText(next)}`}
          {isAllowed ? '' : ' anyway…'}
        </Button>
      )}
      {next !== null || isMirrored ? null : (
        <Button onClick={on.onForget}>Done: remove the way back</Button>
      )}
      {previous === null ? null : (
        <Button
          icon={<Undo2 size={14} aria-hidden />}
          disabledReason={blocked}
          onClick={() => on.onStep(previous)}
        >
          Back to {previous === 'mirror' ? 'the mirror only' : stepText(previous)}
        </Button>
      )}
    </div>
  )
}

/** What a person should know before a step, beside the verdict. */
function StepNotices({ ladder, blocked }: Pick<LadderPanelProps, 'ladder' | 'blocked'>) {
  const { next, previous, isMirrored, isEdited, isStarted } = ladder
  return (
    <>
      {blocked === undefined ? null : <Notice tone="info">{blocked}</Notice>}
      {next === null && previous === null && isMirrored ? (
        <Notice tone="warn">
          No other backend of the rule has a weight above 0, so there is no share to divide. Set one
          in the editor first.
        </Notice>
      ) : null}
      {isStarted && isEdited ? (
        <Notice tone="info">
          The rule's backendRefs were edited since the first step. Every step keeps the edit, and
          requests the candidate does not get go to the other backends by their present weights.
        </Notice>
      ) : null}
    </>
  )
}

/** The steps, the verdict that gates the next, and the way back. */
export function LadderPanel(props: LadderPanelProps) {
  const { route, ladder, gate, isGated } = props
  const [override, setOverride] = useState<Step | null>(null)
  const [review, setReview] = useState<ReviewInput | null>(null)
  const go = (step: Step, reason = '') => {
    setOverride(null)
    setReview(
      specManifest(route, rulesAt(route, ladder, step), {
        [PROMOTION_ANNOTATION]: annotationAt(ladder, step, reason),
      }),
    )
  }
  const close = () => setReview(null)
  return (
    <Panel title={`Promote ${ladder.candidate}`} bodyClassName="flex flex-col gap-3">
      <Steps ladder={ladder} />
      <p>{where(ladder)}</p>
      <StepNotices {...props} />
      {ladder.next === null || !(isGated || gate !== null) ? null : (
        <GateNotice gate={gate} route={route} ladder={ladder} />
      )}
      <StepButtons
        {...props}
        onStep={go}
        onOverride={setOverride}
        onForget={() => setReview(annotationManifest(route, { [PROMOTION_ANNOTATION]: null }))}
      />
      <Overrides {...ladder} />
      <p className="text-2xs text-pretty text-muted">
        Each step changes the weights of this rule's backendRefs, is dry-run by the API server, and
        is applied after your review. The annotation that holds the way back is{' '}
        {PROMOTION_ANNOTATION}.
      </p>
      {override === null ? null : (
        <OverrideDialog
          step={override}
          gate={gate}
          onClose={() => setOverride(null)}
          onConfirm={(reason) => go(override, reason)}
        />
      )}
      {review === null ? null : (
        // On another version of the route the step, and the verdict that allows it, may be others.
        <ManifestReview
          input={review}
          of="step"
          onClose={close}
          onApplied={close}
          onLoadLive={close}
        />
      )}
    </Panel>
  )
}
