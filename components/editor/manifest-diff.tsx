'use client'

import type { editor } from 'monaco-editor/editor'
import { useEffect, useRef, useState } from 'react'
import { LoadingState } from '@/components/ui/empty-state'
import { EDITOR_FONT } from './editor-options'
import { countChangedLines } from './line-diff'

interface ManifestDiffProps {
  before: string
  after: string
  /** What the left side is; the live object unless told. */
  beforeIs?: string
  /** What the right side is: the server's answer, the text it gave no answer to, or another in words. */
  afterIs: 'result' | 'draft' | { words: string }
  label: string
}

const AFTER_WORDS: Record<'result' | 'draft', string> = {
  result: 'what the server would store, defaults included',
  draft: 'your draft as it is typed, so defaults look removed',
}

const OPTIONS: editor.IStandaloneDiffEditorConstructionOptions = {
  automaticLayout: true,
  readOnly: true,
  originalEditable: false,
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  fixedOverflowWidgets: true,
  renderOverviewRuler: false,
  renderSideBySide: true,
  useInlineViewWhenSpaceIsLimited: true,
  renderSideBySideInlineBreakpoint: 900,
  hideUnchangedRegions: { enabled: true, contextLineCount: 4, minimumLineCount: 4 },
  lineNumbersMinChars: 3,
  stickyScroll: { enabled: false },
}

/** Two texts side by side, or one above the other where there is little room; said in words for those who can't see it. */
export function ManifestDiff(props: ManifestDiffProps) {
  const { before, after, beforeIs = 'live', afterIs, label } = props
  const host = useRef<HTMLDivElement>(null)
  const [isReady, setIsReady] = useState(false)
  const { added, removed } = countChangedLines(before, after)

  useEffect(() => {
    let isGone = false
    const disposables: { dispose(): void }[] = []
    import('./monaco').then(
      ({ monaco }) => {
        if (isGone || host.current === null) return
        const original = monaco.editor.createModel(before, 'yaml')
        const modified = monaco.editor.createModel(after, 'yaml')
        const diff = monaco.editor.createDiffEditor(host.current, {
          ...OPTIONS,
          ...EDITOR_FONT,
        })
        diff.getOriginalEditor().updateOptions({ ariaLabel: `${label}: before` })
        diff.getModifiedEditor().updateOptions({ ariaLabel: `${label}: after` })
        diff.setModel({ original, modified })
        disposables.push(diff, original, modified)
        setIsReady(true)
      },
      () => undefined,
    )
    return () => {
      isGone = true
      for (const disposable of disposables) disposable.dispose()
    }
  }, [before, after, label])

  return (
    <figure aria-label={label} className="flex min-h-64 flex-1 flex-col gap-1">
      <figcaption className="text-xs text-muted">
        Left, or red: {beforeIs}. Right, or green:{' '}
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
