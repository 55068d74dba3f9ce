/** What was foretold → this → the requests and answers as a person reads them, with what was changed on the way. Pure. */

import { foretellLines, type ReadRequest } from '@/lib/routing/foretell'
import { answerLines, type ForwardParts } from '@/lib/routing/forward-request'
import { safeModifier, splitLines } from '@/lib/routing/header-edits'
import type { BackendEntry, HeaderModifier } from '@/lib/routing/route-table'
import { localName } from '@/lib/traffic/names'
import type { SimulatedOutcome } from './match-simulation'

/** Who a line comes from; `removed` is one the client sent and nobody gets. */
export type LineSource = 'client' | 'gateway' | 'filter' | 'removed'

export interface ShownLine {
  readonly name: string
  readonly value: string
  readonly source: LineSource
}

export interface ShownRequest {
  readonly key: string
  /** Who gets it: several backends where they are sent the same. */
  readonly label: string
  readonly requestLine: string
  readonly isTargetRewritten: boolean
  readonly host: string
  readonly isHostRewritten: boolean
  readonly lines: readonly ShownLine[]
}

/** What each backend and each mirror is sent, those that are sent the same together. */
export function shownRequests(
  outcome: SimulatedOutcome,
  request: ReadRequest,
): readonly ShownRequest[] {
  const { route, rule } = outcome.winner
  const shown = new Map<string, ShownRequest>()
  const add = (cluster: string, isMirror: boolean, protocol: string, parts: ForwardParts) => {
    const name = `${localName(cluster, route.key)}${isMirror ? ' (mirrored)' : ''}`
    const entry = outcome.backends.find((backend) => backend.request === parts)?.entry
    const modifiers = [rule.requestHeaders, entry?.requestHeaders]
    const made = showRequest(parts, request, protocol, modifiers)
    const key = JSON.stringify([isMirror, made])
    const known = shown.get(key)
    shown.set(key, { ...made, key, label: known === undefined ? name : `${known.label}, ${name}` })
  }
  for (const { entry, cluster, answeredWith, request: parts } of outcome.backends) {
    if (answeredWith === null) add(entry.cluster, false, cluster?.protocol ?? 'http1', parts)
  }
  for (const { policy, cluster, request: parts } of outcome.mirrors) {
    if (cluster?.endpoints.length) add(policy.cluster, true, cluster.protocol, parts)
  }
  return [...shown.values()]
}

function showRequest(
  parts: ForwardParts,
  request: ReadRequest,
  protocol: string,
  modifiers: readonly (HeaderModifier | undefined)[],
): Omit<ShownRequest, 'key' | 'label'> {
  const version = protocol === 'h2c' ? 'HTTP/2' : 'HTTP/1.1'
  const filtered = new Set(
    modifiers
      .map(safeModifier)
      .flatMap((modifier) => [...(modifier?.set ?? []), ...(modifier?.add ?? [])])
      .map(([name, value]) => lineKey(name, value)),
  )
  const sent = pairs(request.headers)
  const fromClient = new Set(sent.map(([name, value]) => lineKey(name, value)))
  const final = pairs(splitLines(parts.lines + parts.framing))
  const names = new Set(final.map(([name]) => name.toLowerCase()))
  const lines = final.map(([name, value]): ShownLine => {
    const key = lineKey(name, value)
    const source = filtered.has(key) ? 'filter' : fromClient.has(key) ? 'client' : 'gateway'
    return { name, value: fromWire(value), source }
  })
  const removed = sent
    .filter(([name]) => !names.has(name.toLowerCase()))
    .map(([name, value]): ShownLine => ({ name, value, source: 'removed' }))
  return {
    requestLine: `${parts.method} ${parts.target} ${version}`,
    isTargetRewritten: parts.target !== request.target,
    host: fromWire(parts.authority),
    isHostRewritten: parts.authority !== request.authority,
    lines: [...lines, ...removed],
  }
}

function lineKey(name: string, value: string): string {
  return `${name.toLowerCase()}: ${value}`
}

function pairs(headers: readonly string[]): readonly (readonly [string, string])[] {
  return headers.flatMap((name, index) => {
    return index % 2 === 0 ? [[name, headers[index + 1] ?? ''] as const] : []
  })
}

const DECODER = new TextDecoder()

/** Text of a header on the wire, whose characters are bytes of UTF-8. */
export function fromWire(text: string): string {
  return DECODER.decode(Uint8Array.from(text, (character) => character.charCodeAt(0)))
}

export interface AnswerChange {
  readonly edit: 'set' | 'add' | 'remove'
  readonly name: string
  readonly value: string
}

/** What is done to the headers of a backend's answer, in order: by its backendRef, by the rule, by CORS. */
export function answerChanges(
  { winner: { rule } }: SimulatedOutcome,
  backend: BackendEntry,
  request: ReadRequest,
): readonly AnswerChange[] {
  const modifiers = [backend.responseHeaders, rule.responseHeaders].map(safeModifier)
  const cors = answerLines('', undefined, rule.cors, request.header('origin'))
  return [
    ...modifiers.flatMap((modifier): AnswerChange[] => [
      ...(modifier?.remove ?? []).map((name) => ({ edit: 'remove' as const, name, value: '' })),
      ...(modifier?.set ?? []).map(([name, value]) => change('set', name, value)),
      ...(modifier?.add ?? []).map(([name, value]) => change('add', name, value)),
    ]),
    ...pairs(splitLines(cors)).map(([name, value]) => change('set', name, value)),
  ]
}

function change(edit: AnswerChange['edit'], name: string, value: string): AnswerChange {
  return { edit, name, value: fromWire(value) }
}

/** Header lines of an answer that the gateway makes itself, but for date and length. */
export function ownAnswerLines(
  { answer, winner }: SimulatedOutcome,
  request: ReadRequest,
): readonly ShownLine[] {
  const lines = foretellLines(answer?.lines ?? '', winner.rule, null, request)
  return pairs(splitLines(lines)).map(([name, value]) => {
    return { name, value: fromWire(value), source: 'gateway' as const }
  })
}
