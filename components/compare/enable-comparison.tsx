'use client'

import { useState } from 'react'
import { AnnotationReview } from '@/components/review/annotation-review'
import { Button } from '@/components/ui/button'
import { TextField } from '@/components/ui/field'
import { Panel } from '@/components/ui/panel'
import { COMPARISON_ANNOTATION } from '@/lib/comparison/settings'
import type { HTTPRoute } from '@/lib/gateway-api/types'

const PERCENT_DEFAULT = '100'

/** Comparison is off: says what it does, and switches it on after a review. */
export function EnableComparison({ route }: { route: HTTPRoute }) {
  const [percent, setPercent] = useState(PERCENT_DEFAULT)
  const [isReviewing, setIsReviewing] = useState(false)
  const value = Number(percent)
  const isValid = percent.trim() !== '' && value > 0 && value <= 100
  const error = isValid ? undefined : 'A number above 0, up to 100'
  return (
    <Panel title="Comparison is off" className="max-w-2xl self-center">
      <div className="flex flex-col gap-3">
        <p className="text-pretty">
          With it on, the gateway keeps both answers of sampled requests, secrets replaced by salted
          hashes, and this page says what differs, what is only noise, and whether to promote.
          Clients never wait for it.
        </p>
        <TextField
          label="Captured, % of mirrored requests"
          hint="Start with all of them on a quiet route; a few percent are enough on a busy one."
          inputMode="decimal"
          value={percent}
          onChange={setPercent}
          error={error}
          fieldClassName="max-w-60"
        />
        <Button
          variant="primary"
          className="self-start"
          disabledReason={error}
          onClick={() => setIsReviewing(true)}
        >
          Review and switch on
        </Button>
        <p className="text-2xs text-muted">
          Sets the annotation {COMPARISON_ANNOTATION} and nothing else on the route.
        </p>
      </div>
      {isReviewing ? (
        <AnnotationReview
          route={route}
          changes={{ [COMPARISON_ANNOTATION]: JSON.stringify({ percent: value }) }}
          onClose={() => setIsReviewing(false)}
        />
      ) : null}
    </Panel>
  )
}
