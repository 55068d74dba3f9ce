/** One captured exchange → this → its differences: status, headers, body. */
import type { DiffRules, DiffSink, FoundDifference } from '@/lib/comparison/diff-json'
import { isTooDeep, JsonDiff } from '@/lib/comparison/diff-json'
import type {
  CapturedAnswer,
  CapturedBody,
  CapturedExchange,
  HeaderLine,
} from '@/lib/comparison/exchange'
import { type SentHeaders, sentHeaders, withoutEchoes } from '@/lib/comparison/gateway-echo'
import type { PatternNode, PatternTree } from '@/lib/comparison/path-pattern'
import {
  GRPC_STATUS_FIELDS,
  isGrpc,
  statusClass,
  statusLabels,
} from '@/lib/comparison/status-label'

type Answered = Extract<CapturedAnswer, { outcome: 'answered' }>

/**
 * Headers that say nothing of the answer: those of one connection (RFC 9110, section 7.6.1), and those that differ
 * between any two messages. `content-length` is left to the body.
 */
export const UNCOMPARED_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'date',
  'age',
  'content-length',
  'x-request-id',
  'x-envoy-upstream-service-time',
  'server-timing',
  'traceparent',
  'tracestate',
])

export interface PairOutcome {
  /** Why the bodies were not compared; '' when they were. */
  readonly bodyReason: string
  readonly isCutShort: boolean
}

/**
 * Compares both answers. Where the status classes differ, or one side failed, the status is the one difference: headers and
 * bodies of an error and of a result have nothing to do with each other.
 */
export function diffExchange(
  exchange: CapturedExchange,
  tree: PatternTree,
  rules: DiffRules,
  sink: DiffSink,
): PairOutcome {
  const { primary, mirror } = exchange
  const labels = statusLabels(exchange)
  diffStatus(...labels, tree, sink)
  if (primary.outcome !== 'answered' || mirror.outcome !== 'answered') {
    return { bodyReason: 'failed', isCutShort: false }
  }
  if (statusClass(labels[0]) !== statusClass(labels[1])) {
    return { bodyReason: 'status', isCutShort: false }
  }
  const json = new JsonDiff(tree, rules, sink)
  const echoes = new Echoes(exchange, tree, sink)
  diffFields(exchange, [primary, mirror], echoes, json)
  const bodyReason = diffBodies(primary.body, mirror.body, echoes, json)
  return { bodyReason, isCutShort: json.isCutShort }
}

/** Compares without what each side gives back of headers that only it was sent; those are differences of their own. */
class Echoes {
  readonly tree: PatternTree
  readonly sink: DiffSink
  private readonly primary: SentHeaders
  private readonly mirror: SentHeaders

  constructor({ sentApart }: CapturedExchange, tree: PatternTree, sink: DiffSink) {
    this.tree = tree
    this.sink = sink
    this.primary = sentHeaders(sentApart?.primary ?? [])
    this.mirror = sentHeaders(sentApart?.mirror ?? [])
  }

  compare(json: JsonDiff, node: PatternNode, primary: unknown, mirror: unknown): void {
    const { tree } = this
    const found = new Map<PatternNode, { primary?: unknown; mirror?: unknown }>()
    const hear = (side: 'primary' | 'mirror') => (at: PatternNode, value: unknown) =>
      found.set(at, { ...found.get(at), [side]: value })
    const at = { node, tree }
    const left = withoutEchoes(primary, this.primary, at, hear('primary'))
    const right = withoutEchoes(mirror, this.mirror, at, hear('mirror'))
    json.compare(node, left, right)
    for (const [place, values] of found) {
      this.sink.seen(place)
      this.sink.differ(fixed('echo', place, values.primary, values.mirror))
    }
  }
}

function diffStatus(primary: string, mirror: string, tree: PatternTree, sink: DiffSink): void {
  const from = tree.named(tree.root('status'), primary)
  sink.seen(from)
  if (primary === mirror) return
  const node = tree.named(from, mirror)
  sink.differ(fixed('status', node, primary, mirror))
}

function fixed(
  kind: FoundDifference['kind'],
  node: PatternNode,
  primary: unknown,
  mirror: unknown,
): FoundDifference {
  return { kind, node, primary, mirror, path: () => node.text }
}

/** Header fields and trailer fields; how a call ended is a trailer's, also where it came as a header. */
function diffFields(
  exchange: CapturedExchange,
  answers: readonly [Answered, Answered],
  echoes: Echoes,
  json: JsonDiff,
): void {
  const isCall = isGrpc(exchange)
  const isOfEnd = ([name]: HeaderLine) => isCall && GRPC_STATUS_FIELDS.has(name)
  const [primary, mirror] = statusLabels(exchange)
  // A status that differs is a difference by itself already.
  const isTold = ([name]: HeaderLine) => name === 'grpc-status' && primary !== mirror
  const headers = answers.map((answer) => answer.headers.filter((line) => !isOfEnd(line)))
  const trailers = answers.map(({ headers: lines, trailers: more = [] }) =>
    [...lines.filter(isOfEnd), ...more].filter((line) => !isTold(line)),
  )
  for (const [name, [left = [], right = []]] of [
    ['header', headers],
    ['trailer', trailers],
  ] as const) {
    // Most answers have none.
    if (name === 'trailer' && left.length + right.length === 0) continue
    echoes.compare(json, echoes.tree.root(name), headerValues(left), headerValues(right))
  }
}

/** By name, the values joined as RFC 9110, section 5.3, joins lines of one name. */
function headerValues(lines: readonly HeaderLine[]): Record<string, string> {
  const values: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [name, value] of lines) {
    if (UNCOMPARED_HEADERS.has(name)) continue
    const before = values[name]
    values[name] = before === undefined ? value : `${before}, ${value}`
  }
  return values
}

/** Returns why the bodies can't be compared, '' when they were. */
function diffBodies(
  primary: CapturedBody,
  mirror: CapturedBody,
  echoes: Echoes,
  json: JsonDiff,
): string {
  const { tree, sink } = echoes
  if (primary.kind === 'uncaptured') return primary.reason
  if (mirror.kind === 'uncaptured') return mirror.reason
  const root = tree.root('body')
  sink.seen(root)
  if (primary.kind !== mirror.kind) {
    sink.differ(fixed('body', root, primary.kind, mirror.kind))
    return ''
  }
  const values = [comparedValue(primary), comparedValue(mirror)] as const
  if (values.some((value) => isTooDeep(value))) return 'too_deep'
  echoes.compare(json, tree.root(primary.kind === 'json' ? '$' : primary.kind), ...values)
  return ''
}

/** A body as a JSON value: messages and bytes by their hashes, the fields of a form by name. */
export function comparedValue(body: CapturedBody): unknown {
  switch (body.kind) {
    case 'json':
      return body.value
    case 'text':
      return body.text
    case 'form':
      return formFields(body.fields)
    case 'grpc':
      return body.messages
    case 'binary':
      return body.hash
    case 'none':
    case 'uncaptured':
      return null
  }
}

function formFields(fields: readonly (readonly [string, string])[]): Record<string, string[]> {
  const byName: Record<string, string[]> = Object.create(null) as Record<string, string[]>
  for (const [name, value] of fields) {
    const values = byName[name] ?? []
    byName[name] = values
    values.push(value)
  }
  return byName
}
