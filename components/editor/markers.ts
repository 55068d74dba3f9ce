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
  return diagnostics.map(({ severity, message, code, range, fieldPath }) => {
    const isEmpty = range.startLine === range.endLine && range.startColumn === range.endColumn
    return {
      severity: SEVERITY[severity],
      message:
        fieldPath === '' || message.startsWith(fieldPath) ? message : `${fieldPath}: ${message}`,
      code,
      source: 'mirrorboard',
      startLineNumber: range.startLine,
      startColumn: range.startColumn,
      endLineNumber: range.endLine,
      endColumn: isEmpty ? range.endColumn + 1 : range.endColumn,
    }
  })
}
