'use client'

import { type ReactNode, useMemo } from 'react'
import { useLiveList } from '@/components/data/use-live'
import { useRouteSeries } from '@/components/data/use-live-series'
import { formatFraction, formatRate, plural } from '@/components/format/numbers'
import { useDiagnostics } from '@/components/language/use-diagnostics'
import { Chip } from '@/components/ui/chip'
import { Panel } from '@/components/ui/panel'
import { StatusIcon } from '@/components/ui/status-icon'
import type { ManifestResult } from '@/lib/dashboard-api/manifests'
import { namespacedName } from '@/lib/gateway-api/references'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import type { Diagnostic } from '@/lib/validation/diagnostic'
import { readRoute } from '@/lib/validation/lints/read-route'
import { servedListeners } from './served-listeners'
import { type RuleChange, type TrafficChange, trafficChange } from './traffic-change'
import {
  copiedMethodsText,
  hostsText,
  rateSource,
  trafficFindings,
  trafficSentences,
} from './traffic-change-text'

/** Rates are the mean of so long a time. */
const WINDOW_SECONDS = 60
/** Rules with a table of their own; the sentences above name the others. */
const RULES_MAX = 4
const SENTENCES_MAX = 6

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="contents">
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  )
}

function Hosts({ hostnames }: Pick<TrafficChange, 'hostnames'>) {
  const { kept, added, removed } = hostnames
  return (
    <>
      {kept.length === 0 ? null : hostsText(kept)}
      {added.map((host) => (
        <span key={host}>
          {' '}
          {host} <Chip tone="ok">new</Chip>
        </span>
      ))}
      {removed.map((host) => (
        <span key={host}>
          {' '}
          {host} <Chip tone="warn">gone</Chip>
        </span>
      ))}
    </>
  )
}

function share(value: number | null): string {
  return value === null ? '–' : formatFraction(value)
}

function RuleTable({ rule }: { rule: RuleChange }) {
  return (
    <table className="w-full text-2xs">
      <caption className="pb-0.5 text-left font-medium">Rule {rule.index}</caption>
      <thead>
        <tr className="text-muted">
          <th scope="col" className="text-left font-normal">
            Requests to
          </th>
          <th scope="col" className="w-14 text-right font-normal">
            Before
          </th>
          <th scope="col" className="w-14 text-right font-normal">
            After
          </th>
          <th scope="col" className="w-20 text-right font-normal">
            ≈ requests/s
          </th>
        </tr>
      </thead>
      <tbody>
        {rule.targets.map(({ kind, target, before, after }) => (
          <tr key={`${kind} ${target}`}>
            <th scope="row" className="text-left font-normal break-all">
              {kind === 'copy' ? <span className="text-mirror">mirrored to </span> : null}
              {target}
            </th>
            <td className="text-right tabular-nums">{share(before)}</td>
            <td className={before === after ? 'text-right' : 'text-right font-semibold'}>
              {share(after)}
            </td>
            <td className="text-right tabular-nums">
              {formatRate(rule.rate === null ? null : rule.rate * (after ?? 0))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Findings({ diagnostics }: { diagnostics: readonly Diagnostic[] }) {
  const findings = trafficFindings(diagnostics)
  if (findings.length === 0) return null
  return (
    <ul aria-label="Findings that touch traffic" className="flex flex-col gap-1">
      {findings.map(({ severity, message, fieldPath, range }) => (
        <li key={`${message}${range.startLine}`} className="flex items-start gap-1.5 text-xs">
          <StatusIcon
            status={severity === 'error' ? 'bad' : 'warn'}
            label={severity === 'error' ? 'Error:' : 'Warning:'}
            className="mt-0.5 size-3.5"
          />
          <span className="min-w-0 break-words">
            {message} <span className="font-mono text-2xs text-muted">{fieldPath}</span>
          </span>
        </li>
      ))}
    </ul>
  )
}

function useListeners(route: HTTPRoute) {
  const { objects: gateways } = useLiveList('gateways')
  const { objects: gatewayClasses } = useLiveList('gatewayclasses')
  const { objects: namespaces } = useLiveList('namespaces')
  return useMemo(
    () => servedListeners(route, { gateways, gatewayClasses, namespaces }),
    [route, gateways, gatewayClasses, namespaces],
  )
}

interface CardProps {
  before: HTTPRoute | null
  after: HTTPRoute
  diagnostics: readonly Diagnostic[]
}

function Card({ before, after, diagnostics }: CardProps) {
  const { namespace = '', name } = after.metadata
  const { series, connection } = useRouteSeries({
    route: namespacedName(namespace, name),
    rangeSeconds: WINDOW_SECONDS,
    rule: null,
    endMs: null,
  })
  const change = trafficChange(before, after, series)
  const sentences = trafficSentences(change)
  const listeners = useListeners(after)
  const { rules, unchangedRules } = change
  const isTouched = sentences.length > 0
  return (
    <Panel title="What happens to traffic" bodyClassName="flex flex-col gap-2.5">
      <ul aria-label="Changes of traffic" className="flex flex-col gap-1">
        {isTouched ? null : <li>Routing does not change.</li>}
        {sentences.slice(0, SENTENCES_MAX).map((sentence) => (
          <li key={sentence} className="text-pretty break-words">
            {sentence}
          </li>
        ))}
        {sentences.length > SENTENCES_MAX ? (
          <li className="text-xs text-muted">
            and {plural(sentences.length - SENTENCES_MAX, 'more change')}
          </li>
        ) : null}
      </ul>
      <Findings diagnostics={diagnostics} />
      {rules
        .filter(({ targets }) => targets.length > 0)
        .slice(0, RULES_MAX)
        .map((rule) => (
          <RuleTable key={`${rule.index} ${rule.after === undefined}`} rule={rule} />
        ))}
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5 text-xs">
        <Row name="Hosts">
          <Hosts hostnames={change.hostnames} />
        </Row>
        <Row name="Listeners">
          {listeners.length === 0
            ? 'none: the route takes no request'
            : listeners
                .map(({ gateway, listener, port }) => `${gateway}/${listener} :${port}`)
                .join(', ')}
        </Row>
        <Row name="Mirrored methods">{copiedMethodsText(change)}</Row>
        {rules.length === 0 || unchangedRules === 0 ? null : (
          <Row name="Other rules">{plural(unchangedRules, 'rule')} unchanged</Row>
        )}
      </dl>
      {isTouched ? (
        <p className="text-2xs text-muted">{rateSource(before, series, connection)}</p>
      ) : null}
    </Panel>
  )
}

interface TrafficCardProps {
  result: ManifestResult
  /** All that was reviewed, as it would be stored, and where the result stands in it. */
  answers: { readonly text: string; readonly documentIndex: number }
}

/** What an apply of an HTTPRoute means for the requests it takes; nothing for another kind. */
export function TrafficCard({ result, answers }: TrafficCardProps) {
  const { live, result: answer, namespace } = result
  const before = useMemo(() => readRoute(live, namespace), [live, namespace])
  const after = useMemo(() => readRoute(answer, namespace), [answer, namespace])
  return after === null ? null : (
    <CheckedCard before={before} after={after} live={live} answers={answers} />
  )
}

interface CheckedCardProps
  extends Omit<CardProps, 'diagnostics'>,
    Pick<TrafficCardProps, 'answers'> {
  live: ManifestResult['live']
}

/** What is found is of the object that would be stored: a manifest may be a part of it, and leave to others what they own. */
function CheckedCard({ answers, live, ...card }: CheckedCardProps) {
  const namespace = card.after.metadata.namespace ?? ''
  const { diagnostics } = useDiagnostics(answers.text, namespace, live ?? undefined)
  const own = diagnostics.filter(({ documentIndex }) => documentIndex === answers.documentIndex)
  return <Card {...card} diagnostics={own} />
}
