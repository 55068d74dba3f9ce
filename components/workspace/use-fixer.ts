/** A chosen fix → the text with it, now or as soon as the text as it stands has been checked. */
import { useEffect, useState } from 'react'
import { applyFix } from '@/components/language/apply-fix'
import { fixTitle } from '@/components/language/problems'
import type { CreateBackendFix, Diagnostic, DiagnosticFix } from '@/lib/validation/diagnostic'

interface FixerOptions {
  readonly text: string
  readonly diagnostics: readonly Diagnostic[]
  /** Whether the diagnostics are of a text that has changed since. */
  readonly isChecking: boolean
  readonly onChange: (text: string) => void
  readonly onBackend: (backend: CreateBackendFix) => void
}

/**
 * What a fix is done by. One that is chosen while a newer text is being checked waits for that check, and is then done where it
 * still applies: its place in the former text means nothing, and a choice that does nothing would be worse.
 */
export function useFixer(options: FixerOptions): (fix: DiagnosticFix) => void {
  const { text, diagnostics, isChecking, onChange, onBackend } = options
  const [waiting, setWaiting] = useState<DiagnosticFix | null>(null)
  useEffect(() => {
    if (waiting === null || isChecking) return
    setWaiting(null)
    const now = sameFix(diagnostics, waiting)
    if (now !== undefined && now.kind !== 'create-backend') onChange(applyFix(text, now))
  }, [waiting, isChecking, diagnostics, text, onChange])
  return (fix) => {
    if (fix.kind === 'create-backend') onBackend(fix)
    else if (isChecking) setWaiting(fix)
    else onChange(applyFix(text, fix))
  }
}

/** The fix of the same kind and words in newer diagnostics; undefined when nothing needs it any more. */
export function sameFix(
  diagnostics: readonly Diagnostic[],
  wanted: DiagnosticFix,
): DiagnosticFix | undefined {
  return diagnostics
    .flatMap(({ fix }) => (fix === undefined ? [] : [fix]))
    .find((fix) => fix.kind === wanted.kind && fixTitle(fix) === fixTitle(wanted))
}
