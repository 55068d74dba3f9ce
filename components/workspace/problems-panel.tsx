'use client'

import { Plus, Wrench } from 'lucide-react'
import { fixTitle, pathBeside, sortProblems } from '@/components/language/problems'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { type Status, StatusIcon } from '@/components/ui/status-icon'
import type { Diagnostic, DiagnosticFix } from '@/lib/validation/diagnostic'

interface ProblemsPanelProps {
  diagnostics: readonly Diagnostic[]
  failure: string
  onReveal: (diagnostic: Diagnostic) => void
  onFix: (fix: DiagnosticFix) => void
}

const STATUS: Record<Diagnostic['severity'], Status> = {
  error: 'bad',
  warning: 'warn',
  info: 'info',
}
const SPOKEN: Record<Diagnostic['severity'], string> = {
  error: 'Error',
  warning: 'Warning',
  info: 'Note',
}

/** Rendering thousands of rows would freeze the page that should help; the first ones are what a person fixes first. */
export const PROBLEMS_SHOWN_MAX = 100

interface ProblemRowProps extends Pick<ProblemsPanelProps, 'onReveal' | 'onFix'> {
  diagnostic: Diagnostic
}

function FixButton({ fix, onFix }: { fix: DiagnosticFix; onFix: (fix: DiagnosticFix) => void }) {
  const Icon = fix.kind === 'create-backend' ? Plus : Wrench
  return (
    <Button size="sm" icon={<Icon size={13} aria-hidden />} onClick={() => onFix(fix)}>
      {fixTitle(fix)}
    </Button>
  )
}

function ProblemRow({ diagnostic, onReveal, onFix }: ProblemRowProps) {
  const { severity, message, range, specUrl, fix } = diagnostic
  const path = pathBeside(diagnostic)
  return (
    <li className="flex items-start justify-end gap-2 rounded-md hover:bg-sunken max-sm:flex-wrap">
      <button
        type="button"
        onClick={() => onReveal(diagnostic)}
        className="flex min-w-0 flex-1 items-start gap-2.5 rounded-md px-2 py-1 text-left max-sm:basis-full"
      >
        <StatusIcon status={STATUS[severity]} label={`${SPOKEN[severity]}:`} className="mt-0.5" />
        <span className="min-w-0 flex-1 break-words">
          {message}
          {path === '' ? null : <span className="ml-2 font-mono text-2xs text-muted">{path}</span>}
        </span>
        <span className="shrink-0 font-mono text-2xs leading-5 text-muted">
          {range.startLine}:{range.startColumn}
        </span>
      </button>
      {specUrl === undefined ? null : (
        <a
          href={specUrl}
          target="_blank"
          rel="noreferrer"
          className="shrink-0 py-1 text-xs text-accent hover:underline"
        >
          Specification
        </a>
      )}
      {fix === undefined ? null : <FixButton fix={fix} onFix={onFix} />}
    </li>
  )
}

/** Everything found in the text; each entry leads to its place. */
export function ProblemsPanel(props: ProblemsPanelProps) {
  const { diagnostics, failure } = props
  const sorted = sortProblems(diagnostics)
  const hidden = sorted.length - PROBLEMS_SHOWN_MAX
  return (
    <>
      {failure === '' ? null : (
        <Notice tone="warn" title="The editor can't check the text">
          {failure}. Review still asks the API server.
        </Notice>
      )}
      {sorted.length === 0 && failure === '' ? (
        <p className="px-2 py-1 text-muted">No problems found.</p>
      ) : null}
      <ul aria-label="Problems">
        {sorted.slice(0, PROBLEMS_SHOWN_MAX).map((diagnostic) => (
          <ProblemRow
            key={`${diagnostic.code} ${diagnostic.fieldPath} ${diagnostic.range.startLine}:${diagnostic.range.startColumn} ${diagnostic.message}`}
            diagnostic={diagnostic}
            onReveal={props.onReveal}
            onFix={props.onFix}
          />
        ))}
      </ul>
      {hidden > 0 ? <p className="px-2 text-muted">And {hidden} more.</p> : null}
    </>
  )
}
