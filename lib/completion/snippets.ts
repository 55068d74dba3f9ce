/** Snippets for mirroring and splitting, where they fit, with stops that begin with what the cluster has. */

import { valueAt } from '@/lib/manifest/edit/field-edit'
import { allowsSeveralMirrors, capabilitiesOf } from '@/lib/validation/several-mirrors'
import type { CompletionContext } from './completion-context'
import { SnippetStops } from './snippet-stops'
import { chooseTargets, type Target } from './snippet-targets'
import { gatewaysFrom } from './suggest-parents'
import type { Suggestion } from './suggestion'
import { blockText, itemLines, itemText, scalarText } from './write'

interface Variant {
  readonly label: string
  readonly detail: string
  readonly share: 'none' | 'all' | 'percent' | 'fraction'
  readonly isSplit: boolean
}

const MIRRORS: readonly Variant[] = [
  { label: 'mirror', detail: 'mirrors every request', share: 'all', isSplit: false },
  {
    label: 'mirror-percent',
    detail: 'mirrors a percentage',
    share: 'percent',
    isSplit: false,
  },
  {
    label: 'mirror-fraction',
    detail: 'mirrors a fraction, down to one in millions',
    share: 'fraction',
    isSplit: false,
  },
]
const SPLIT: Variant = {
  label: 'split',
  detail: 'two weighted backends',
  share: 'none',
  isSplit: true,
}
const SPLIT_AND_MIRROR: Variant = {
  label: 'split-mirror',
  detail: 'two weighted backends, and every request mirrored',
  share: 'all',
  isSplit: true,
}
const VARIANTS = [...MIRRORS, SPLIT, SPLIT_AND_MIRROR]

/** Snippets for the field path, with `[]` for an index, that the cursor is at. Nothing inside brackets and quotes. */
export function suggestSnippets(context: CompletionContext, pattern: string): Suggestion[] {
  const { layout, position } = context.cursor
  if (layout.isFlow || layout.isQuoted) return []
  if (position === 'key') return pattern === 'spec.rules[]' ? partsOfRule(context) : []
  switch (pattern) {
    case '':
      return layout.column === 0 ? VARIANTS.map((variant) => wholeRoute(context, variant)) : []
    case 'spec.rules':
    case 'spec.rules[]':
      return VARIANTS.flatMap((variant) =>
        item(context, `rule-${variant.label}`, variant, (snippet) => ruleLines(snippet, variant)),
      )
    case 'spec.rules[].filters':
    case 'spec.rules[].filters[]':
      return takesAnotherMirror(context)
        ? MIRRORS.flatMap((variant) =>
            item(context, variant.label, variant, (snippet) => mirrorLines(snippet, variant)),
          )
        : []
    default:
      return []
  }
}

/** What the lines of one snippet are made from. */
interface Snippet {
  readonly context: CompletionContext
  readonly stops: SnippetStops
  readonly targets: ReturnType<typeof chooseTargets>
}

function begin(context: CompletionContext): Snippet {
  return { context, stops: new SnippetStops(), targets: chooseTargets(context) }
}

function item(
  context: CompletionContext,
  label: string,
  { detail }: Variant,
  lines: (snippet: Snippet) => readonly string[],
): Suggestion[] {
  const insertText = itemText(lines(begin(context)), context.cursor)
  return insertText === null ? [] : [suggestion(label, detail, insertText)]
}

function suggestion(label: string, detail: string, insertText: string): Suggestion {
  return { kind: 'snippet', label, detail, insertText, isSnippet: true }
}

/** A second mirror in a rule is offered only where admission would take it. */
function takesAnotherMirror({ cursor, facts, rule, route }: CompletionContext): boolean {
  const filters = valueAt(rule, ['filters'])
  const hasMirror =
    Array.isArray(filters) &&
    filters.some((filter) => valueAt(filter, ['type']) === 'RequestMirror')
  const { gateways, gatewayClasses } = facts
  if (!hasMirror || gateways === null || gatewayClasses === null) return true
  // In a filter that is being rewritten the first mirror may be this very one.
  return (
    valueAt(rule, ['filters', cursor.path.at(-1) ?? '', 'type']) === 'RequestMirror' ||
    allowsSeveralMirrors(route, capabilitiesOf(gateways, gatewayClasses))
  )
}

function mirrorLines({ stops, targets }: Snippet, { share }: Variant): string[] {
  const lines = [
    'type: RequestMirror',
    'requestMirror:',
    '  backendRef:',
    ...referenceLines(stops, targets.mirror).map((line) => `    ${line}`),
  ]
  if (share === 'percent') return [...lines, `  percent: ${stops.fill('10')}`]
  if (share !== 'fraction') return lines
  return [
    ...lines,
    '  fraction:',
    `    numerator: ${stops.fill('5')}`,
    `    denominator: ${stops.fill('1000')}`,
  ]
}

function referenceLines(stops: SnippetStops, { names, ports }: Target): string[] {
  return [`name: ${stops.choose(names)}`, `port: ${stops.choose(ports)}`]
}

function filterLines(snippet: Snippet, variant: Variant): string[] {
  const { layout } = snippet.context.cursor
  return ['filters:', ...itemLines([mirrorLines(snippet, variant)], layout)]
}

function backendLines({ context, stops, targets }: Snippet, { isSplit }: Variant): string[] {
  const weighted = (target: Target, weight: string) => [
    ...referenceLines(stops, target),
    `weight: ${stops.fill(weight)}`,
  ]
  const items = isSplit
    ? [weighted(targets.primary, '90'), weighted(targets.second, '10')]
    : [referenceLines(stops, targets.primary)]
  return ['backendRefs:', ...itemLines(items, context.cursor.layout)]
}

function ruleLines(snippet: Snippet, variant: Variant): string[] {
  const { context, stops } = snippet
  const match = ['path:', '  type: PathPrefix', `  value: ${stops.fill('/')}`]
  return [
    'matches:',
    ...itemLines([match], context.cursor.layout),
    ...(variant.share === 'none' ? [] : filterLines(snippet, variant)),
    ...backendLines(snippet, variant),
  ]
}

/** Fields a rule does not have yet. */
function partsOfRule(context: CompletionContext): Suggestion[] {
  const { cursor, rule } = context
  return VARIANTS.flatMap((variant) => {
    const { label, detail, share, isSplit } = variant
    const hasMirror = share !== 'none'
    if ((hasMirror && 'filters' in rule) || (isSplit && 'backendRefs' in rule)) return []
    const snippet = begin(context)
    const lines = [
      ...(hasMirror ? filterLines(snippet, variant) : []),
      ...(isSplit ? backendLines(snippet, variant) : []),
    ]
    const field = hasMirror ? 'filters' : 'backendRefs'
    const insertText = blockText(lines, cursor.layout.column)
    return [suggestion(`${field}-${label}`, detail, insertText)]
  })
}

function wholeRoute(context: CompletionContext, variant: Variant): Suggestion {
  const { cursor, namespace } = context
  const snippet = begin(context)
  const { stops } = snippet
  const gateways = gatewaysFrom(context, namespace)
  const [gateway] = gateways
  const own = gateways.filter(({ metadata }) => metadata.namespace === namespace)
  const isElsewhere = own.length === 0 && gateway !== undefined
  const names = (isElsewhere ? [gateway] : own).map(({ metadata }) => metadata.name)
  const name = stops.fill(variant.share === 'none' ? 'http-split' : 'http-mirror')
  const parent = [
    `name: ${stops.choose(names.length === 0 ? ['eg'] : names)}`,
    ...(isElsewhere ? [`namespace: ${gateway.metadata.namespace ?? ''}`] : []),
  ]
  const [listener] = gateway?.spec.listeners ?? []
  const host = (listener?.hostname ?? 'www.example.com').replace(/^\*/, 'www')
  const spec = [
    'parentRefs:',
    ...itemLines([parent], cursor.layout),
    'hostnames:',
    ...itemLines([[stops.fill(scalarText(host, cursor))]], cursor.layout),
    'rules:',
    ...itemLines([ruleLines(snippet, variant)], cursor.layout),
  ]
  const lines = [
    'apiVersion: gateway.networking.k8s.io/v1',
    'kind: HTTPRoute',
    'metadata:',
    `  name: ${name}`,
    'spec:',
    ...spec.map((line) => `  ${line}`),
  ]
  return suggestion(`route-${variant.label}`, variant.detail, blockText(lines, 0))
}
