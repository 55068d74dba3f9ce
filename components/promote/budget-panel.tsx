'use client'

import { useState } from 'react'
import { useRouteSeries } from '@/components/data/use-live-series'
import { useNow } from '@/components/data/use-now'
import { AnnotationReview } from '@/components/review/annotation-review'
import { Button } from '@/components/ui/button'
import { TextField } from '@/components/ui/field'
import { Notice } from '@/components/ui/notice'
import { Panel } from '@/components/ui/panel'
import { MIRROR_BUDGET_ANNOTATION } from '@/lib/comparison/mirror-budget'
import { keyOf } from '@/lib/gateway-api/references'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import type { GatewayCapabilities } from '@/lib/implementations/capabilities'
import { abilityOf, lackText } from '@/lib/implementations/route-capabilities'
import { type BudgetForm, budgetErrors, budgetOf, budgetText, stopSentences } from './budget'

/** What the sentences speak of. */
const WINDOW_SECONDS = 300

function Stops({ route, until }: { route: HTTPRoute; until: string }) {
  const now = useNow(5_000)
  const { series } = useRouteSeries({
    route: keyOf(route),
    rangeSeconds: WINDOW_SECONDS,
    rule: null,
    endMs: null,
  })
  const isOver = until !== '' && now !== 0 && Date.parse(`${until}Z`) <= now
  const sentences = stopSentences(series?.mirrors ?? [])
  return (
    <>
      {isOver ? (
        <Notice tone="warn" title="Mirroring has stopped">
          The budget ended {until.replace('T', ' ')} UTC. Set a later end, or none, to mirror again.
        </Notice>
      ) : null}
      {sentences.length === 0 ? null : (
        <Notice tone="info">
          <ul>
            {sentences.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  )
}

const FIELDS = [
  {
    name: 'requestsPerSecond',
    label: 'Mirrored requests per second, at most',
    hint: 'Per mirror; further requests are not mirrored',
    type: 'text',
  },
  {
    name: 'inFlight',
    label: 'Mirrored requests in flight, at most',
    hint: 'Protects a mirror that is slower than its traffic',
    type: 'text',
  },
  { name: 'until', label: 'End, UTC', hint: 'No mirroring from then on', type: 'datetime-local' },
] as const

interface Draft {
  readonly form: BudgetForm
  /** The route as it was when the first letter was typed. */
  readonly route: HTTPRoute
}

function BudgetFields({ route }: { route: HTTPRoute }) {
  const kept = budgetOf(route)
  const [draft, setDraft] = useState<Draft | null>(null)
  const [isReviewing, setIsReviewing] = useState(false)
  const form = draft?.form ?? kept ?? { requestsPerSecond: '', inFlight: '', until: '' }
  const errors = budgetErrors(form)
  const [error] = Object.values(errors)
  return (
    <>
      {kept === null ? (
        <Notice tone="bad" title="Nothing is mirrored">
          The annotation {MIRROR_BUDGET_ANNOTATION} can't be read. Saving this form replaces it.
        </Notice>
      ) : null}
      <Stops route={route} until={kept?.until ?? ''} />
      {FIELDS.map(({ name, label, hint, type }) => (
        <TextField
          key={name}
          label={label}
          hint={hint}
          type={type}
          {...(type === 'text' && { inputMode: 'decimal' as const })}
          value={form[name]}
          error={errors[name]}
          onChange={(value) =>
            setDraft({ form: { ...form, [name]: value }, route: draft?.route ?? route })
          }
        />
      ))}
      <Button
        className="self-start"
        disabledReason={error ?? (draft === null ? 'Nothing has changed' : undefined)}
        onClick={() => setIsReviewing(true)}
      >
        Review budget
      </Button>
      <p className="text-2xs text-muted">
        An empty field sets no limit. None of them slows the primary. Each worker process of the
        gateway gets an equal part: with fewer connections than workers, less is mirrored.
      </p>
      {isReviewing && draft !== null ? (
        <AnnotationReview
          route={draft.route}
          changes={{ [MIRROR_BUDGET_ANNOTATION]: budgetText(form) }}
          onClose={() => setIsReviewing(false)}
          onDone={() => {
            setIsReviewing(false)
            setDraft(null)
          }}
        />
      ) : null}
    </>
  )
}

/** A budget that nobody keeps is not offered; one that is written can still be removed. */
function NoBudget({ route, lack }: { route: HTTPRoute; lack: string }) {
  const [isReviewing, setIsReviewing] = useState(false)
  const isWritten = route.metadata.annotations?.[MIRROR_BUDGET_ANNOTATION] !== undefined
  const close = () => setIsReviewing(false)
  return (
    <>
      <p className="text-pretty">
        {lack} {isWritten ? 'It ignores the one this route has.' : ''} The percent or fraction of
        the RequestMirror filter sets how much is mirrored.
      </p>
      {isWritten ? (
        <Button className="self-start" onClick={() => setIsReviewing(true)}>
          Remove the budget
        </Button>
      ) : null}
      {isReviewing ? (
        <AnnotationReview
          route={route}
          changes={{ [MIRROR_BUDGET_ANNOTATION]: null }}
          onClose={close}
          onDone={close}
        />
      ) : null}
    </>
  )
}

interface BudgetPanelProps {
  route: HTTPRoute
  servers: readonly GatewayCapabilities[]
}

/** What the mirror may cost: caps and an end, kept on the route; and why copies were kept back. */
export function BudgetPanel({ route, servers }: BudgetPanelProps) {
  const ability = abilityOf(servers, 'budget')
  const lack = lackText(ability, 'budget')
  return (
    <Panel title="Mirror budget" bodyClassName="flex flex-col gap-3">
      {ability.of === 'none' ? (
        <NoBudget route={route} lack={lack} />
      ) : (
        <>
          {lack === '' ? null : <Notice tone="info">{lack}</Notice>}
          <BudgetFields route={route} />
        </>
      )}
    </Panel>
  )
}
