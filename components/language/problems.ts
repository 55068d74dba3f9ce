/** The problems list: order, counts and "the next one". Pure. */
import { plural } from '@/components/format/numbers'
import type { Diagnostic, DiagnosticFix, TextRange } from '@/lib/validation/diagnostic'

const RANK: Record<Diagnostic['severity'], number> = { error: 0, warning: 1, info: 2 }

/** Errors first, then by place in the text. */
export function sortProblems(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...diagnostics].sort(
    (left, right) =>
      RANK[left.severity] - RANK[right.severity] ||
      left.range.startLine - right.range.startLine ||
      left.range.startColumn - right.range.startColumn,
  )
}

/** The path to show beside a problem's message; empty where the message names it itself. */
export function pathBeside({ message, fieldPath }: Diagnostic): string {
  const isNamed = message.startsWith(fieldPath) || message.includes(`"${fieldPath}"`)
  return isNamed ? '' : fieldPath
}

/** What the button of a fix says. */
export function fixTitle(fix: DiagnosticFix): string {
  return fix.kind === 'create-backend' ? `Create ${fix.name}` : fix.title
}

/** Whether a line is one of a place's. */
export function isWithin({ startLine, endLine }: TextRange, line: number): boolean {
  return startLine <= line && line <= endLine
}

export interface ProblemCounts {
  readonly errors: number
  readonly warnings: number
  readonly notes: number
}

export function countProblems(diagnostics: readonly Diagnostic[]): ProblemCounts {
  const count = (severity: Diagnostic['severity']) =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).length
  return { errors: count('error'), warnings: count('warning'), notes: count('info') }
}

/** `2 errors, 1 warning`, as announced to screen readers. */
export function describeProblems({ errors, warnings, notes }: ProblemCounts): string {
  const parts = [
    ...(errors > 0 ? [plural(errors, 'error')] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
    ...(notes > 0 ? [plural(notes, 'note')] : []),
  ]
  return parts.length === 0 ? 'No problems found' : parts.join(', ')
}

interface Position {
  readonly line: number
  readonly column: number
}

/** The problem after (or before) a position in the text, going round at the end. */
export function adjacentProblem(
  diagnostics: readonly Diagnostic[],
  from: Position,
  direction: 1 | -1,
): Diagnostic | undefined {
  const byPlace = [...diagnostics].sort(
    ({ range: left }, { range: right }) =>
      left.startLine - right.startLine || left.startColumn - right.startColumn,
  )
  if (direction === -1) byPlace.reverse()
  const isBeyond = ({ range }: Diagnostic) => {
    const lines = (range.startLine - from.line) * direction
    return lines > 0 || (lines === 0 && (range.startColumn - from.column) * direction > 0)
  }
  return byPlace.find(isBeyond) ?? byPlace[0]
}
