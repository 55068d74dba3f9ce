/** One document of the text → what the lints find in it, with places and with fixes as edits of the text. Pure. */
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { renderScalar } from '@/lib/manifest/edit/render-value'
import type { ManifestDocument } from '@/lib/manifest/parse-manifest'
import type { Diagnostic, DiagnosticFix, TextRange } from '@/lib/validation/diagnostic'
import type { ClusterFacts } from '@/lib/validation/lints/cluster-facts'
import type { LintFix } from '@/lib/validation/lints/lint-finding'
import { lintGrpcRoute } from '@/lib/validation/lints/lint-grpc-route'
import { lintHttpRoute } from '@/lib/validation/lints/lint-http-route'
import { splitRuleOf } from '@/lib/validation/lints/lint-methods'
import { readRoute } from '@/lib/validation/lints/read-route'

/** Findings about one document. Nothing for a document that is no route. */
export function lintDocument(
  document: ManifestDocument,
  facts: ClusterFacts,
  { text, defaultNamespace }: { readonly text: string; readonly defaultNamespace: string },
): readonly Diagnostic[] {
  const route: HTTPRoute | null = readRoute(document.object, defaultNamespace)
  const findings =
    route === null
      ? lintGrpcRoute(document.object, defaultNamespace, facts)
      : lintHttpRoute(route, facts)
  const end = endOf(text)
  return findings.map(({ fix: offered, ...finding }) => {
    const fix = offered === undefined ? null : toTextFix(offered, document, { text, end })
    return {
      ...finding,
      documentIndex: document.index,
      range: document.rangeOf(finding.fieldPath),
      ...(fix === null ? {} : { fix }),
    }
  })
}

function toTextFix(
  fix: LintFix,
  document: ManifestDocument,
  { text, end }: { readonly text: string; readonly end: TextRange },
): DiagnosticFix | null {
  switch (fix.kind) {
    case 'create-backend':
      return fix
    case 'append-manifest': {
      const lead = text === '' || text.endsWith('\n') ? '' : '\n'
      return { kind: 'edit', title: fix.title, range: end, text: `${lead}---\n${fix.manifest}` }
    }
    case 'set-value': {
      if (!document.has(fix.fieldPath)) return null
      const range = document.rangeOf(fix.fieldPath)
      return { kind: 'edit', title: fix.title, range, text: renderScalar(fix.value, 'plain', true) }
    }
    case 'split-by-method':
      return splitFix(fix, document)
  }
}

/** Offered only where the rule is written out: a change to what an alias repeats would change other places. */
function splitFix(
  { title, fieldPath }: Extract<LintFix, { kind: 'split-by-method' }>,
  document: ManifestDocument,
): DiagnosticFix | null {
  const hasAlias = /[&*!][A-Za-z]/.test(document.sourceOf(fieldPath))
  if (hasAlias || splitRuleOf(document.object, fieldPath) === null) return null
  return { kind: 'split-by-method', title, documentIndex: document.index, fieldPath }
}

/** The empty range behind the last character. */
function endOf(text: string): TextRange {
  const line = text.split('\n').length
  const column = text.length - text.lastIndexOf('\n')
  return { startLine: line, startColumn: column, endLine: line, endColumn: column }
}
