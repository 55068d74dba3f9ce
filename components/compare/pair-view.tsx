'use client'

import type { ReactNode } from 'react'
import { kindText, placeText } from '@/components/findings/comparison-text'
import { leftOutText } from '@/components/findings/left-out-text'
import { formatClock, formatLatency, formatSize } from '@/components/format/numbers'
import { Chip } from '@/components/ui/chip'
import { cn } from '@/components/ui/class-names'
import { LoadingState } from '@/components/ui/empty-state'
import { Notice } from '@/components/ui/notice'
import { Panel } from '@/components/ui/panel'
import { ScrollRegion } from '@/components/ui/scroll-region'
import type { AssessedGroup } from '@/lib/comparison/assess-groups'
import type {
  CapturedAnswer,
  CapturedBody,
  CapturedExchange,
  HeaderLine,
} from '@/lib/comparison/exchange'
import { statusLabels } from '@/lib/comparison/status-label'
import type { DiffRow } from '@/lib/comparison/text-diff'
import type { ComparedPair } from '@/lib/dashboard-api/comparison'
import { MarkedText } from './marked-text'
import type { StateOf } from './pair-list'
import { bodyRows, headerRows } from './pair-rows'
import { usePair } from './pair-source'

const STATE_TEXT: Record<AssessedGroup['state'], string> = {
  difference: 'real difference',
  undecided: 'not yet distinguished from noise',
  spelling: 'same value, spelled differently',
  noise: 'noise',
  ignored: 'ignored',
}

function Side({ row, side }: { row: DiffRow; side: 'primary' | 'mirror' }) {
  const segments = side === 'primary' ? row.left : row.right
  return (
    <td
      className={cn(
        'w-1/2 px-2 py-px align-top font-mono break-all whitespace-pre-wrap',
        segments === null && 'bg-sunken',
      )}
    >
      {segments === null ? (
        <span className="sr-only">nothing</span>
      ) : (
        <MarkedText segments={segments} side={side} />
      )}
    </td>
  )
}

function SideHeadings({ first }: { first?: string }) {
  return (
    <thead className="text-left text-muted">
      <tr>
        {first === undefined ? null : (
          <th scope="col" className="px-2 py-1 font-medium">
            {first}
          </th>
        )}
        <th scope="col" className="px-2 py-1 font-medium">
          Primary
        </th>
        <th scope="col" className="px-2 py-1 font-medium">
          Mirror
        </th>
      </tr>
    </thead>
  )
}

interface FieldsProps {
  title: string
  primary: readonly HeaderLine[]
  mirror: readonly HeaderLine[]
}

function Fields({ title, primary, mirror }: FieldsProps) {
  const rows = headerRows(primary, mirror)
  if (rows.length === 0) return null
  return (
    <table className="w-full text-xs">
      <caption className="px-2 pt-2 pb-1 text-left font-semibold">{title}</caption>
      <SideHeadings first="Name" />
      <tbody>
        {rows.map(({ name, row, isEqual }) => (
          <tr key={name} className={cn('border-t border-line', isEqual && 'text-muted')}>
            <th
              scope="row"
              className="px-2 py-px text-left align-top font-mono font-normal sm:whitespace-nowrap"
            >
              {name}
            </th>
            <Side row={row} side="primary" />
            <Side row={row} side="mirror" />
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Lines drawn of a body; what follows is in the evidence file. */
const LINES_SHOWN_MAX = 2_000

const NO_ANSWER = { kind: 'text', text: 'no answer', bytes: 0 } as const

function headersOf(answer: CapturedAnswer): readonly HeaderLine[] {
  return answer.outcome === 'answered' ? answer.headers : []
}

function trailersOf(answer: CapturedAnswer): readonly HeaderLine[] {
  return answer.outcome === 'answered' ? (answer.trailers ?? []) : []
}

function bodyOf(answer: CapturedAnswer): CapturedBody {
  return answer.outcome === 'answered' ? answer.body : NO_ANSWER
}

function Bodies({ primary, mirror }: { primary: CapturedBody; mirror: CapturedBody }) {
  const rows = bodyRows(primary, mirror)
  return (
    <ScrollRegion label="Bodies side by side" className="max-h-[32rem] overflow-auto">
      <table className="w-full table-fixed text-xs">
        <caption className="px-2 pt-2 pb-1 text-left font-semibold">Bodies</caption>
        <SideHeadings />
        <tbody>
          {rows.slice(0, LINES_SHOWN_MAX).map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place in the text.
            <tr key={index}>
              <Side row={row} side="primary" />
              <Side row={row} side="mirror" />
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length <= LINES_SHOWN_MAX ? null : (
        <p className="px-2 text-2xs text-muted">
          And {rows.length - LINES_SHOWN_MAX} more lines, not shown.
        </p>
      )}
    </ScrollRegion>
  )
}

function answerText(answer: CapturedAnswer, label: string): string {
  if (answer.outcome === 'failed') {
    return `failed after ${formatLatency(answer.totalMs)}: ${answer.reason}`
  }
  const { status, body, firstByteMs, totalMs } = answer
  const call = label === String(status) ? '' : `, gRPC ${label}`
  const bytes = formatSize(body.kind === 'none' ? 0 : body.bytes)
  return `${status}${call}, ${bytes}, first byte after ${formatLatency(firstByteMs)}, last byte after ${formatLatency(totalMs)}`
}

function Answers({ exchange }: { exchange: CapturedExchange }) {
  const { primary, mirror } = exchange
  const [primaryLabel, mirrorLabel] = statusLabels(exchange)
  return (
    <dl className="grid gap-x-3 gap-y-0.5 px-2 text-xs sm:grid-cols-[auto_minmax(0,1fr)]">
      {[
        { name: 'Primary', answer: primary, label: primaryLabel },
        { name: 'Mirror', answer: mirror, label: mirrorLabel },
      ].map(({ name, answer, label }) => (
        <div key={name} className="contents">
          <dt className="font-medium">{name}</dt>
          <dd>
            <span className="font-mono">{answer.backend}</span>: {answerText(answer, label)}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Differences({ pair, stateOf }: { pair: ComparedPair; stateOf: StateOf }) {
  const { differences } = pair.summary
  const leftOut = leftOutText(pair.summary.leftOut ?? '')
  if (differences.length === 0) {
    return <p className="px-2 text-xs">{leftOut === '' ? 'Both answers are the same.' : leftOut}</p>
  }
  return (
    <>
      {leftOut === '' ? null : <p className="px-2 text-xs">{leftOut}</p>}
      <ul aria-label="Differences of this pair" className="flex flex-wrap gap-1 px-2">
        {differences.map((difference) => {
          const state = stateOf(difference)
          const group = difference as Pick<AssessedGroup, 'kind' | 'pattern'>
          return (
            <li key={`${difference.kind} ${difference.pattern}`} className="max-w-full min-w-0">
              <Chip
                tone={state === 'difference' ? 'bad' : state === 'undecided' ? 'warn' : 'neutral'}
              >
                {kindText(group.kind)} {placeText(group)}: {STATE_TEXT[state]}
              </Chip>
            </li>
          )
        })}
      </ul>
    </>
  )
}

interface PairViewProps {
  id: string
  stateOf: StateOf
  /** Copy, replay, links: what can be done with the pair here. */
  actions: (exchange: CapturedExchange) => ReactNode
}

/** One pair side by side: statuses and times, headers, bodies with the words that differ marked. */
export function PairView({ id, stateOf, actions }: PairViewProps) {
  const { data, error } = usePair(id)
  if (data === undefined) {
    return error === null ? (
      <LoadingState label="Loading pair" />
    ) : (
      <Notice tone="warn" title="This pair is no longer stored">
        {error.message} Choose another from the list.
      </Notice>
    )
  }
  const { exchange } = data
  const { request, primary, mirror } = exchange
  return (
    <Panel
      title={`${request.method} ${request.host}${request.path}`}
      bodyClassName="flex flex-col gap-2 px-1"
    >
      <p className="px-2 text-xs text-muted">
        Captured {formatClock(exchange.capturedAt)}, generation {exchange.generation}, rule{' '}
        {exchange.rule}, filter {exchange.filterIndex}, request id{' '}
        <span className="font-mono">{exchange.requestId}</span>
      </p>
      <div className="flex flex-wrap gap-2 px-2">{actions(exchange)}</div>
      <Answers exchange={exchange} />
      <Differences pair={data} stateOf={stateOf} />
      <Fields title="Headers" primary={headersOf(primary)} mirror={headersOf(mirror)} />
      <Fields title="Trailers" primary={trailersOf(primary)} mirror={trailersOf(mirror)} />
      {primary.outcome === 'answered' || mirror.outcome === 'answered' ? (
        <Bodies primary={bodyOf(primary)} mirror={bodyOf(mirror)} />
      ) : null}
    </Panel>
  )
}
