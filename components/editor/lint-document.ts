/** One document of the text → what the lints find in it, with places and with fixes as edits of the text. Pure. */
import { isMap, isSeq } from 'yaml'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import type { ManifestDocument } from '@/lib/manifest/parse-manifest'
import { toYaml } from '@/lib/manifest/to-yaml'
import type { JsonObject } from '@/lib/shared/json'
import type { Diagnostic, DiagnosticFix, TextRange } from '@/lib/validation/diagnostic'
import { isJsonObject } from '@/lib/validation/json-values'
import type { ClusterFacts } from '@/lib/validation/lints/cluster-facts'
import type { LintFix } from '@/lib/validation/lints/lint-finding'
import { lintHttpRoute } from '@/lib/validation/lints/lint-http-route'
import { splitByMethod } from '@/lib/validation/lints/lint-methods'
import { readRoute } from '@/lib/validation/lints/read-route'

/** Findings about one document. Nothing for a document that is no HTTPRoute. */
export function lintDocument(
  document: ManifestDocument,
  facts: ClusterFacts,
  { text, defaultNamespace }: { readonly text: string; readonly defaultNamespace: string },
): readonly Diagnostic[] {
  const route: HTTPRoute | null = readRoute(document.object, defaultNamespace)
  if (route === null) return []
  return lintHttpRoute(route, facts).map(({ fix: offered, ...finding }) => {
    const fix = offered === undefined ? null : toTextFix(offered, document, text)
    return {
      ...finding,
      documentIndex: document.index,
      range: document.rangeOf(finding.fieldPath),
      ...(fix === null ? {} : { fix }),
    }
  })
}

function toTextFix(fix: LintFix, document: ManifestDocument, text: string): DiagnosticFix | null {
  switch (fix.kind) {
    case 'create-backend':
      return fix
    case 'append-manifest': {
      const lead = text === '' || text.endsWith('\n') ? '' : '\n'
      const range = rangeAt(text, text.length, text.length)
      return { kind: 'edit', title: fix.title, range, text: `${lead}---\n${fix.manifest}` }
    }
    case 'set-value': {
      if (!document.has(fix.fieldPath)) return null
      const range = document.rangeOf(fix.fieldPath)
      return { kind: 'edit', title: fix.title, range, text: scalar(fix.value) }
    }
    case 'split-by-method':
      return splitFix(fix.title, fix.fieldPath, document, text)
  }
}

const PLAIN_NAME = /^(?!(?:true|false|null|yes|no|on|off|y|n)$)[a-z][a-z0-9.-]*$/

function scalar(value: string | number): string {
  return typeof value === 'number' || PLAIN_NAME.test(value) ? String(value) : JSON.stringify(value)
}

/** A rule rewritten as two. Offered only where rewriting loses nothing: in block style, without comments or anchors. */
function splitFix(
  title: string,
  fieldPath: string,
  { ast }: ManifestDocument,
  text: string,
): DiagnosticFix | null {
  const rules = ast.getIn(['spec', 'rules'], true)
  const index = Number(/\[(\d+)\]$/.exec(fieldPath)?.[1])
  const node = isSeq(rules) ? rules.items[index] : undefined
  if (!isMap(node) || !node.range) return null
  const [start, valueEnd] = node.range
  const source = text.slice(start, valueEnd).trimEnd()
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
  const rule: unknown = node.toJSON()
  const isPlain = /^ *- $/.test(indent) && !/(^|\s)#|[&*!][A-Za-z]/.test(source)
  if (!isPlain || !isJsonObject(rule as JsonObject)) return null
  const rewritten = splitByMethod(rule as JsonObject)
  if (rewritten === null) return null
  const inside = ' '.repeat(indent.length)
  const blocks = rewritten.map((item) => toYaml(item).trimEnd().replaceAll('\n', `\n${inside}`))
  return {
    kind: 'edit',
    title,
    range: rangeAt(text, start, start + source.length),
    text: blocks.join(`\n${indent}`),
  }
}

function rangeAt(text: string, start: number, end: number): TextRange {
  const [startLine, startColumn] = positionAt(text, start)
  const [endLine, endColumn] = positionAt(text, end)
  return { startLine, startColumn, endLine, endColumn }
}

function positionAt(text: string, offset: number): [line: number, column: number] {
  const before = text.slice(0, offset)
  return [before.split('\n').length, offset - before.lastIndexOf('\n')]
}
