'use client'

import { useState } from 'react'
import { DECISION_TEXT, explainDecision } from '@/components/findings/comparison-text'
import { AnnotationReview } from '@/components/review/annotation-review'
import { Button } from '@/components/ui/button'
import { Field, inputClass, TextField } from '@/components/ui/field'
import { Modal } from '@/components/ui/modal'
import { Notice } from '@/components/ui/notice'
import { assess } from '@/lib/comparison/assess'
import {
  COMPARISON_ANNOTATION,
  type ComparisonSettings,
  judgeRules,
} from '@/lib/comparison/settings'
import type { ComparisonSnapshot } from '@/lib/comparison/snapshot'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { annotationOf, formOf, type SettingsForm } from './settings-form'

interface SettingsDialogProps {
  /** As it was when the settings were read from it. */
  route: HTTPRoute
  settings: ComparisonSettings
  /** What has been counted, where anything has: to say what the settings would make of it. */
  snapshot: ComparisonSnapshot | undefined
  onClose: () => void
}

const NUMBERS = [
  {
    name: 'percent',
    label: 'Captured, % of mirrored requests',
    hint: 'All are mirrored; only these are captured',
  },
  { name: 'numberTolerance', label: 'Number tolerance, %', hint: 'Closer numbers are equal' },
  { name: 'maxMismatchRate', label: 'Differing answers, at most %', hint: 'Without noise' },
  { name: 'maxErrorRate', label: 'Failed only by the mirror, at most %', hint: 'Of requests' },
  {
    name: 'latencyToleranceMs',
    label: 'Slower by at most, ms',
    hint: 'In the median pair; counted at 1, 2, 3, 5, 7, 10, 15, 20, 30, 50 …',
  },
  {
    name: 'minEndpointCoverage',
    label: 'Path patterns compared, at least %',
    hint: 'Of the known patterns',
  },
  { name: 'level', label: 'Chance of a wrong verdict, at most %', hint: 'However often you look' },
] as const

const LISTS = [
  {
    name: 'ignorePaths',
    label: 'Ignored paths',
    hint: '$.items[*].id, $..requestId; takes effect at once',
  },
  { name: 'ignoreHeaders', label: 'Ignored headers', hint: 'Takes effect at once' },
  { name: 'unorderedPaths', label: 'Lists without order', hint: '$.tags; for pairs from now on' },
  { name: 'listKeys', label: 'Lists with a key', hint: '$.items = id; for pairs from now on' },
  {
    name: 'redactHeaders',
    label: 'Further redacted headers',
    hint: 'Authorization and cookies always are',
  },
  { name: 'redactPaths', label: 'Redacted paths', hint: '$.user.email' },
] as const

/** The verdict if the form were applied: limits can be tried before they are set. */
function Predicted({
  settings,
  snapshot,
}: {
  settings: ComparisonSettings
  snapshot: ComparisonSnapshot
}) {
  const assessment = assess(snapshot, judgeRules(settings))
  return (
    <Notice tone="info">
      With these settings the verdict is <b>{DECISION_TEXT[assessment.decision]}</b>.{' '}
      {explainDecision(assessment, snapshot)}
    </Notice>
  )
}

/** The route's comparison settings; saved as its annotation, after a review. */
export function SettingsDialog({ route, settings, snapshot, onClose }: SettingsDialogProps) {
  const [form, setForm] = useState(() => formOf(settings))
  const [isReviewing, setIsReviewing] = useState(false)
  const parsed = annotationOf(form, settings)
  const set = (name: keyof SettingsForm) => (value: string) => setForm({ ...form, [name]: value })
  if (isReviewing) {
    return (
      <AnnotationReview
        route={route}
        changes={{ [COMPARISON_ANNOTATION]: parsed.text }}
        onClose={() => setIsReviewing(false)}
        onDone={onClose}
      />
    )
  }
  return (
    <Modal
      onClose={onClose}
      title="Comparison settings"
      description="Kept on the route as the annotation mirrorboard.dev/comparison, so they travel with it."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            disabledReason={parsed.ok ? undefined : parsed.message}
            onClick={() => setIsReviewing(true)}
          >
            Review
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <div className="grid gap-3 sm:grid-cols-2">
          {NUMBERS.map(({ name, label, hint }) => (
            <TextField
              key={name}
              label={label}
              hint={hint}
              inputMode="decimal"
              value={form[name]}
              onChange={set(name)}
            />
          ))}
        </div>
        {parsed.ok ? (
          snapshot === undefined ? null : (
            <Predicted settings={parsed.settings} snapshot={snapshot} />
          )
        ) : (
          <Notice tone="bad">{parsed.message}</Notice>
        )}
        <div className="grid gap-3 sm:grid-cols-2">
          {LISTS.map(({ name, label, hint }) => (
            <Field key={name} label={`${label}, one a line`} hint={hint}>
              {(control) => (
                <textarea
                  {...control}
                  rows={3}
                  spellCheck={false}
                  value={form[name]}
                  onChange={(event) => set(name)(event.target.value)}
                  className={`${inputClass} h-auto py-1.5 font-mono`}
                />
              )}
            </Field>
          ))}
        </div>
      </div>
    </Modal>
  )
}
