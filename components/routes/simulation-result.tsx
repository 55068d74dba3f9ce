'use client'

import Link from 'next/link'
import { formatClock } from '@/components/format/numbers'
import { Chip } from '@/components/ui/chip'
import { cn } from '@/components/ui/class-names'
import { CopyButton } from '@/components/ui/copy-button'
import { Notice } from '@/components/ui/notice'
import { page } from '@/lib/dashboard-api/paths'
import type { Gateway } from '@/lib/gateway-api/types'
import type {
  SimulatedOutcome,
  SimulatedRequest,
  Simulation,
} from '@/lib/simulation/match-simulation'
import { simulatedCurl } from '@/lib/simulation/simulated-curl'
import { SendForReal } from './send-for-real'
import { SimulatedRequests } from './simulated-requests'
import {
  type DestinationRow,
  destinationRows,
  fieldOf,
  lostRows,
  resultSentence,
  stepsTo,
} from './simulation-text'

/** A request and what becomes of it, by the routes there are and with the draft in force. */
export interface Simulated {
  readonly described: SimulatedRequest
  readonly live: Simulation
  /** Null without a draft. */
  readonly draft: Simulation | null
  readonly gateway: Gateway | undefined
  /** Whether Mirrorboard's own gateway serves it. */
  readonly isOwn: boolean
  /** Epoch milliseconds. */
  readonly at: number
}

interface EditorLinkProps {
  route: { readonly namespace: string; readonly name: string }
  field: string
  children: string
}

/** To the lines of the manifest that something is about. */
function EditorLink({ route, field, children }: EditorLinkProps) {
  const query = `?explain=1&field=${encodeURIComponent(field)}`
  return (
    <Link
      href={`${page.route(route.namespace, route.name)}${query}`}
      className="text-accent underline underline-offset-2"
    >
      {children}
    </Link>
  )
}

function Destination({ row }: { row: DestinationRow }) {
  return (
    <tr className="border-t border-line align-top">
      <th scope="row" className="py-1 pr-2 text-left font-normal">
        <span className="font-mono text-xs break-all">{row.name}</span>
        {row.notes.map((note) => (
          <span
            key={note}
            className={cn('block text-2xs', row.isTrouble ? 'text-bad' : 'text-muted')}
          >
            {note}
          </span>
        ))}
      </th>
      <td className="py-1 pr-2">
        <Chip tone={row.isMirror ? 'mirror' : 'accent'}>
          {row.isMirror ? 'mirrored' : 'answers'}
        </Chip>
      </td>
      <td className="py-1 text-right text-xs tabular-nums">{row.share}</td>
    </tr>
  )
}

function Destinations({ outcome, at }: { outcome: SimulatedOutcome; at: number }) {
  const rows = destinationRows(outcome, at)
  return (
    <table className="w-full" aria-label="Where it goes">
      <thead>
        <tr className="text-2xs text-muted">
          <th scope="col" className="pr-2 text-left font-medium">
            Where it goes
          </th>
          <th scope="col" className="pr-2 text-left font-medium">
            As
          </th>
          <th scope="col" className="text-right font-medium">
            How often
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Destination key={row.key} row={row} />
        ))}
      </tbody>
    </table>
  )
}

function Lost({ simulation }: { simulation: Simulation }) {
  if (simulation.refused !== null || simulation.explanation.lost.length === 0) return null
  const { lostMore } = simulation.explanation
  return (
    <details open={simulation.outcome === null}>
      <summary className="cursor-pointer text-xs font-medium">Why not the others</summary>
      <ul aria-label="Rules that don’t take it" className="mt-3 flex flex-col gap-2.5 text-xs">
        {lostRows(simulation).map(({ key, candidate, field, route, why }) => (
          <li key={key} className="break-words">
            <EditorLink route={route} field={field}>
              {candidate}
            </EditorLink>
            <span className="block">{why}</span>
          </li>
        ))}
      </ul>
      {lostMore > 0 ? <p className="text-xs text-muted">And {lostMore} more.</p> : null}
    </details>
  )
}

function basis({ draft, at }: Simulated): string {
  const clock = formatClock(at)
  return draft === null
    ? `By the routes at ${clock}.`
    : `As if your draft were applied at ${clock}.`
}

/** Who takes the request, what becomes of it, and why no other rule does. */
export function SimulationResult({
  simulated,
  simulateLive,
}: {
  simulated: Simulated
  /** The same request by the routes as they are when it is called. */
  simulateLive: () => Simulation
}) {
  const { described, gateway, at } = simulated
  const simulation = simulated.draft ?? simulated.live
  const outcome = simulation.refused === null ? simulation.outcome : null
  const curl = simulatedCurl(gateway, described)
  return (
    <div className="flex flex-col gap-3">
      <Notice tone={outcome === null ? 'warn' : 'ok'} title={resultSentence(simulation, described)}>
        {outcome === null ? null : (
          <p className="text-xs">
            {stepsTo(outcome.winner)}{' '}
            <EditorLink route={outcome.winner.route} field={fieldOf(outcome.winner)}>
              Show it in the manifest
            </EditorLink>
          </p>
        )}
        <p className="text-2xs text-muted">{basis(simulated)}</p>
      </Notice>
      {outcome === null || simulation.refused !== null ? null : (
        <>
          {outcome.answer === null ? <Destinations outcome={outcome} at={at} /> : null}
          <SimulatedRequests outcome={outcome} request={simulation.request} />
          {simulated.isOwn ? null : (
            <p className="text-2xs text-pretty text-muted">
              Predicted for Mirrorboard’s gateway. Another implementation serves this Gateway: it
              takes the same rule, but adds headers of its own and may answer faults differently.
            </p>
          )}
        </>
      )}
      <Lost simulation={simulation} />
      <SendForReal
        key={at}
        described={described}
        simulateLive={simulateLive}
        draft={simulated.draft}
        isOwn={simulated.isOwn}
      />
      <div className="flex items-start gap-2">
        <code className="min-w-0 flex-1 rounded-md bg-sunken px-2 py-1 font-mono text-2xs break-all">
          {curl}
        </code>
        <CopyButton text={curl} what="curl command" />
      </div>
    </div>
  )
}
