import { pathBeside } from '@/components/language/problems'
import type { Diagnostic } from '@/lib/validation/diagnostic'

/** Monaco's MarkerSeverity, by value: importing Monaco here would pull it into the page's first chunk. */
const SEVERITY = { error: 8, warning: 4, info: 2 } as const

export interface Marker {
  readonly severity: 8 | 4 | 2
  readonly message: string
  readonly code: string
  readonly source: string
  readonly startLineNumber: number
  readonly startColumn: number
  readonly endLineNumber: number
  readonly endColumn: number
}

/** Diagnostics as Monaco draws them. An empty range gets one column, or nothing would be underlined. */
export function toMarkers(diagnostics: readonly Diagnostic[]): Marker[] {
  return diagnostics.map((diagnostic) => {
    const { severity, message, code, range } = diagnostic
    const path = pathBeside(diagnostic)
    const isEmpty = range.startLine === range.endLine && range.startColumn === range.endColumn
    return {
      severity: SEVERITY[severity],
      message: path === '' ? message : `${path}: ${message}`,
      code,
      source: 'mirrorboard',
      startLineNumber: range.startLine,
      startColumn: range.startColumn,
      endLineNumber: range.endLine,
      endColumn: isEmpty ? range.endColumn + 1 : range.endColumn,
    }
  })
}
