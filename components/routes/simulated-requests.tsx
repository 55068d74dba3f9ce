'use client'

import { type ReactNode, useState } from 'react'
import { cn } from '@/components/ui/class-names'
import { SelectField } from '@/components/ui/field'
import type { ReadRequest } from '@/lib/routing/foretell'
import type { SimulatedOutcome } from '@/lib/simulation/match-simulation'
import {
  type AnswerChange,
  answerChanges,
  type LineSource,
  ownAnswerLines,
  type ShownLine,
  type ShownRequest,
  shownRequests,
} from '@/lib/simulation/simulation-requests'

const SOURCES: Readonly<Record<LineSource, { readonly text: string; readonly look: string }>> = {
  client: { text: '', look: '' },
  gateway: { text: 'by the gateway', look: 'text-muted' },
  filter: { text: 'by a filter', look: 'text-accent' },
  removed: { text: 'removed', look: 'text-bad line-through' },
}

function Line({ children, note, look }: { children: ReactNode; note: string; look?: string }) {
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-2">
      <span className={cn('min-w-0 font-mono text-2xs break-all', look)}>{children}</span>
      {note === '' ? null : <span className="ml-auto text-2xs text-muted">{note}</span>}
    </li>
  )
}

function HeaderLines({ lines }: { lines: readonly ShownLine[] }) {
  return lines.map(({ name, value, source }) => (
    <Line
      key={`${source} ${name}: ${value}`}
      note={SOURCES[source].text}
      look={SOURCES[source].look}
    >
      {name}: {value}
    </Line>
  ))
}

function RequestLines({ request }: { request: ShownRequest }) {
  return (
    <ul aria-label={`What goes to ${request.label}`} className="rounded-md bg-sunken px-2 py-1.5">
      <Line
        note={request.isTargetRewritten ? 'rewritten' : ''}
        {...(request.isTargetRewritten && { look: 'text-accent' })}
      >
        {request.requestLine}
      </Line>
      <Line
        note={request.isHostRewritten ? 'rewritten' : ''}
        {...(request.isHostRewritten && { look: 'text-accent' })}
      >
        Host: {request.host}
      </Line>
      <HeaderLines lines={request.lines} />
    </ul>
  )
}

const EDITS: Readonly<Record<AnswerChange['edit'], string>> = {
  set: 'set',
  add: 'added',
  remove: 'removed',
}

function AnswerChanges({ changes }: { changes: readonly AnswerChange[] }) {
  if (changes.length === 0) {
    return <p className="text-xs text-muted">The answer’s headers reach the client unchanged.</p>
  }
  return (
    <ul aria-label="Changes to the answer" className="rounded-md bg-sunken px-2 py-1.5">
      {changes.map(({ edit, name, value }) => (
        <Line
          key={`${edit} ${name}: ${value}`}
          note={EDITS[edit]}
          look={edit === 'remove' ? SOURCES.removed.look : SOURCES.filter.look}
        >
          {edit === 'remove' ? name : `${name}: ${value}`}
        </Line>
      ))}
    </ul>
  )
}

function Heading({ children }: { children: ReactNode }) {
  return <h4 className="text-xs font-medium">{children}</h4>
}

/** The request after filters, as each backend and mirror gets it, and what is done to the answer; or the gateway's own. */
export function SimulatedRequests({
  outcome,
  request,
}: {
  outcome: SimulatedOutcome
  request: ReadRequest
}) {
  const [chosen, setChosen] = useState('')
  const { answer, backends } = outcome
  if (answer !== null) {
    const lines = ownAnswerLines(outcome, request)
    return (
      <div className="flex flex-col gap-1">
        <Heading>The gateway answers itself</Heading>
        <ul aria-label="What the client gets" className="rounded-md bg-sunken px-2 py-1.5">
          <Line note="">HTTP/1.1 {answer.status}</Line>
          <HeaderLines lines={lines} />
        </ul>
        <p className="text-xs text-muted">Nothing is forwarded or mirrored.</p>
      </div>
    )
  }
  const shown = shownRequests(outcome, request)
  const current = shown.find(({ key }) => key === chosen) ?? shown[0]
  const answering = backends.filter(({ answeredWith }) => answeredWith === null)
  const [backend] = answering
  return (
    <>
      {current === undefined ? null : (
        <div className="flex flex-col gap-1">
          {shown.length === 1 ? (
            <Heading>What goes to {current.label}</Heading>
          ) : (
            <SelectField
              label="What is sent to"
              value={current.key}
              options={shown.map(({ key, label }) => ({ value: key, label }))}
              onChange={setChosen}
            />
          )}
          <RequestLines request={current} />
        </div>
      )}
      {backend === undefined ? null : (
        <div className="flex flex-col gap-1">
          <Heading>Changes to the answer</Heading>
          <AnswerChanges changes={answerChanges(outcome, backend.entry, request)} />
          {answering.some(({ entry }) => entry.responseHeaders !== undefined) ? (
            <p className="text-2xs text-muted">
              Of {backend.entry.cluster}; other backendRefs may have filters of their own.
            </p>
          ) : null}
        </div>
      )}
    </>
  )
}
