'use client'

import { useState } from 'react'
import { formatCount } from '@/components/format/numbers'
import { AnnotationReview } from '@/components/review/annotation-review'
import { Button } from '@/components/ui/button'
import { TextField } from '@/components/ui/field'
import { Modal } from '@/components/ui/modal'
import type { AssessedGroup } from '@/lib/comparison/assess-groups'
import { CALIBRATION_ANNOTATION, CALIBRATION_REQUESTS_MAX } from '@/lib/comparison/calibration'
import { mirrorsOf } from '@/lib/gateway-api/route-summary'
import type { HTTPRoute } from '@/lib/gateway-api/types'

const REQUESTS_DEFAULT = 500

/** How many repeats would distinguish every undecided difference from noise; the default where that is not known. */
export function suggestedRepeats(groups: readonly AssessedGroup[], done: number): number {
  const needed = groups.map(({ repeatsNeeded }) => (repeatsNeeded ?? 0) - done)
  return Math.min(CALIBRATION_REQUESTS_MAX, Math.max(REQUESTS_DEFAULT, ...needed))
}

/** A gateway that restarts later than this does not begin it again. */
const LASTS_MS = 24 * 3_600_000

function annotationOf(requests: number): string {
  const until = new Date(Date.now() + LASTS_MS).toISOString()
  return JSON.stringify({ id: until, requests, until })
}

/** What a calibration costs the primary, over all the rules it is for. */
export function costSentence(requests: number | null, rules: number): string {
  const count = requests === null ? 'that many' : formatCount(requests * rules)
  const each =
    rules === 1 || requests === null ? '' : `, ${formatCount(requests)} for each rule that mirrors`
  return `Sends ${count} more safe requests to the primary within a day${each}, as traffic comes in. Clients never wait for them.`
}

interface CalibrateDialogProps {
  route: HTTPRoute
  suggested: number
  onClose: () => void
}

/** Asks how many requests to repeat, and says what that costs. */
export function CalibrateDialog({ route, suggested, onClose }: CalibrateDialogProps) {
  const [text, setText] = useState(String(suggested))
  const [reviewed, setReviewed] = useState('')
  // Each rule that mirrors is calibrated.
  const rules = new Set(mirrorsOf(route).map(({ ruleIndex }) => ruleIndex)).size
  const requests = Number(text)
  const isValid = Number.isInteger(requests) && requests > 0 && requests <= CALIBRATION_REQUESTS_MAX
  const error = isValid
    ? undefined
    : `A whole number from 1 to ${formatCount(CALIBRATION_REQUESTS_MAX)}`
  if (reviewed !== '') {
    return (
      <AnnotationReview
        route={route}
        changes={{ [CALIBRATION_ANNOTATION]: reviewed }}
        onClose={() => setReviewed('')}
        onDone={onClose}
      />
    )
  }
  return (
    <Modal
      onClose={onClose}
      width="sm"
      title="Measure noise"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            disabledReason={error}
            onClick={() => setReviewed(annotationOf(requests))}
          >
            Review
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="text-pretty">
          Some sampled GET, HEAD and OPTIONS requests are sent to the primary a second time. What
          differs between its own two answers is noise.
        </p>
        <TextField
          label="Requests to repeat"
          inputMode="numeric"
          value={text}
          onChange={setText}
          error={error}
          hint={costSentence(isValid ? requests : null, rules)}
        />
      </div>
    </Modal>
  )
}
