'use client'

import type { editor } from 'monaco-editor/editor'
import { useEffect, useRef, useState } from 'react'
import { LoadingState } from '@/components/ui/empty-state'
import { EDITOR_FONT } from './editor-options'
import { countChangedLines } from './line-diff'

/** What stands beside a line of the later text. */
export interface LineNote {
  readonly line: number
  readonly text: string
}

interface ManifestDiffProps {
  before: string
  after: string
  /** What the left side is; the live object unless told. */
  beforeIs?: string
  /** What the right side is: the server's answer, the text it gave no answer to, or another in words. */
  afterIs: 'result' | 'draft' | { words: string }
  label: string
  /** Stand behind lines of the right side; a new list makes the picture anew. */
  notes?: readonly LineNote[]
}

const NO_NOTES: readonly LineNote[] = []

const AFTER_WORDS: Record<'result' | 'draft', string> = {
  result: 'after apply, defaults included',
  draft: 'your draft as typed, so defaults look removed',
}

const OPTIONS = {
  automaticLayout: true,
  readOnly: true,
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  fixedOverflowWidgets: true,
  lineNumbersMinChars: 3,
  stickyScroll: { enabled: false },
} satisfies editor.IEditorOptions

const DIFF_OPTIONS: editor.IStandaloneDiffEditorConstructionOptions = {
  ...OPTIONS,
  originalEditable: false,
  renderOverviewRuler: false,
  renderSideBySide: true,
  useInlineViewWhenSpaceIsLimited: true,
  renderSideBySideInlineBreakpoint: 900,
  hideUnchangedRegions: { enabled: true, contextLineCount: 4, minimumLineCount: 4 },
}

function toDecoration({ line, text }: LineNote): editor.IModelDeltaDecoration {
  return {
    range: {
      startLineNumber: line,
      startColumn: 1,
      endLineNumber: line,
      endColumn: Number.MAX_SAFE_INTEGER,
    },
    options: { after: { content: `  ← ${text}`, inlineClassName: 'text-muted' } },
  }
}

type Monaco = MonacoModule['monaco']
type MonacoModule = typeof import('./monaco')
interface Shown extends Pick<ManifestDiffProps, 'before' | 'after' | 'label'> {
  readonly notes: readonly LineNote[]
}

/** Two texts beside one another; what it returns is to be disposed of. */
function showBoth(monaco: Monaco, host: HTMLElement, { before, after, label, notes }: Shown) {
  const original = monaco.editor.createModel(before, 'yaml')
  const modified = monaco.editor.createModel(after, 'yaml')
  const diff = monaco.editor.createDiffEditor(host, { ...DIFF_OPTIONS, ...EDITOR_FONT })
  diff.getOriginalEditor().updateOptions({ ariaLabel: `${label}: before` })
  diff.getModifiedEditor().updateOptions({ ariaLabel: `${label}: after` })
  diff.setModel({ original, modified })
  diff.getModifiedEditor().createDecorationsCollection(notes.map(toDecoration))
  return [diff, original, modified]
}

/** A text that is all new or all gone: beside nothing, the diff editor would show an empty line that nobody wrote. */
function showOne(monaco: Monaco, host: HTMLElement, { before, after, label, notes }: Shown) {
  const isNew = before === ''
  const model = monaco.editor.createModel(isNew ? after : before, 'yaml')
  const one = monaco.editor.create(host, {
    ...OPTIONS,
    ...EDITOR_FONT,
    model,
    ariaLabel: `${label}: ${isNew ? 'after' : 'before'}`,
  })
  one.createDecorationsCollection([
    {
      range: model.getFullModelRange(),
      options: { isWholeLine: true, className: isNew ? 'line-insert' : 'line-delete' },
    },
    ...notes.map(toDecoration),
  ])
  return [one, model]
}

/** Two texts side by side, or one above the other where there is little room; said in words for those who can't see it. */
export function ManifestDiff(props: ManifestDiffProps) {
  const { before, after, beforeIs = 'live now', afterIs, label, notes = NO_NOTES } = props
  const host = useRef<HTMLDivElement>(null)
  const [isReady, setIsReady] = useState(false)
  const { added, removed } = countChangedLines(before, after)

  useEffect(() => {
    let isGone = false
    const disposables: { dispose(): void }[] = []
    import('./monaco').then(
      ({ monaco }) => {
        if (isGone || host.current === null) return
        const show = before === '' || after === '' ? showOne : showBoth
        disposables.push(...show(monaco, host.current, { before, after, label, notes }))
        setIsReady(true)
      },
      () => undefined,
    )
    return () => {
      isGone = true
      for (const disposable of disposables) disposable.dispose()
    }
  }, [before, after, label, notes])

  return (
    <figure aria-label={label} className="flex min-h-64 flex-1 flex-col gap-1">
      <figcaption className="text-xs text-muted">
        Left (red): {beforeIs}. Right (green):{' '}
        {typeof afterIs === 'string' ? AFTER_WORDS[afterIs] : afterIs.words}.{' '}
        <span className="text-ok">{added} added</span>,{' '}
        <span className="text-bad">{removed} removed</span> lines.
      </figcaption>
      <div className="relative min-h-0 flex-1 overflow-hidden rounded-md border border-line">
        <div ref={host} className="absolute inset-0" data-ready={isReady} />
        {isReady ? null : <LoadingState label="Loading diff" />}
      </div>
    </figure>
  )
}
