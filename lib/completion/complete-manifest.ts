import type { FieldPath } from '@/lib/manifest/edit/field-edit'
import type { ClusterFacts } from '@/lib/validation/lints/cluster-facts'
import { type CompletionContext, completionContext } from './completion-context'
import { type Cursor, findCursors } from './cursor'
import { SUGGESTIONS_MAX } from './limits'
import { suggestSnippets } from './snippets'
import {
  namespaceNames,
  suggestBackendItems,
  suggestBackendNamespaces,
  suggestPorts,
  suggestServices,
} from './suggest-backends'
import {
  suggestGateways,
  suggestHostnames,
  suggestListenerPorts,
  suggestListeners,
  suggestParentItems,
  suggestParentNamespaces,
} from './suggest-parents'
import type { Completion, Suggestion } from './suggestion'
import { scalarText } from './write'

export interface CompletionRequest {
  readonly text: string
  /** Of the cursor, in UTF-16 units. */
  readonly offset: number
  /** Where objects without metadata.namespace belong. */
  readonly defaultNamespace: string
}

type Source = (context: CompletionContext) => Suggestion[]

const BACKEND: Readonly<Record<string, Source>> = {
  name: suggestServices,
  port: suggestPorts,
  namespace: suggestBackendNamespaces,
}

/** Sources of values by field path, with `[]` for an index. */
const SOURCES: ReadonlyMap<string, Source> = new Map([
  ['metadata.namespace', suggestNamespaces],
  ['spec.parentRefs', suggestParentItems],
  ['spec.parentRefs[]', suggestParentItems],
  ['spec.parentRefs[].name', suggestGateways],
  ['spec.parentRefs[].namespace', suggestParentNamespaces],
  ['spec.parentRefs[].sectionName', suggestListeners],
  ['spec.parentRefs[].port', suggestListenerPorts],
  ['spec.hostnames', suggestHostnames],
  ['spec.hostnames[]', suggestHostnames],
  ['spec.rules[].backendRefs', suggestBackendItems],
  ['spec.rules[].backendRefs[]', suggestBackendItems],
  ...['backendRefs[]', 'filters[].requestMirror.backendRef'].flatMap((reference) =>
    Object.entries(BACKEND).map(
      ([field, source]) => [`spec.rules[].${reference}.${field}`, source] as const,
    ),
  ),
])

function suggestNamespaces(context: CompletionContext): Suggestion[] {
  const { cursor } = context
  return namespaceNames(context).map((label) => ({
    kind: 'namespace',
    label,
    detail: '',
    insertText: cursor.lead + scalarText(label, cursor),
    isSnippet: false,
  }))
}

/** `['spec', 'rules', 0, 'name']` → `spec.rules[].name`. */
function patternOf(path: FieldPath): string {
  return path
    .map((step, index) => (typeof step === 'number' ? '[]' : `${index === 0 ? '' : '.'}${step}`))
    .join('')
}

/**
 * What may stand at the cursor, from the cluster's objects and the mirroring snippets; null where neither has anything to say.
 * Takes unfinished text; at most SUGGESTIONS_MAX suggestions. Fields and fixed values are the schema's to complete.
 */
export function completeManifest(
  { text, offset, defaultNamespace }: CompletionRequest,
  facts: ClusterFacts,
): Completion | null {
  const cursors = findCursors(text, offset)
  const found = cursors.flatMap((cursor) => {
    const context = completionContext(cursor, facts, defaultNamespace)
    return context === null ? [] : suggestionsAt(context)
  })
  // All of them begin and end at the same place.
  const [cursor] = cursors
  return cursor === undefined || found.length === 0 ? null : limited(found, cursor)
}

function suggestionsAt(context: CompletionContext): Suggestion[] {
  const { path, position } = context.cursor
  const pattern = patternOf(path)
  const source = position === 'value' ? SOURCES.get(pattern) : undefined
  return [...(source?.(context) ?? []), ...suggestSnippets(context, pattern)]
}

function limited(found: readonly Suggestion[], { start, end, typed }: Cursor): Completion {
  const isIncomplete = found.length > SUGGESTIONS_MAX
  const wanted = typed.toLowerCase()
  const fitting = isIncomplete
    ? found.filter(({ label }) => label.toLowerCase().includes(wanted))
    : found
  return { start, end, suggestions: fitting.slice(0, SUGGESTIONS_MAX), isIncomplete }
}
