'use client'

import type { editor } from 'monaco-editor/editor'
import type { JSONSchema } from 'monaco-yaml'
import { type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react'
import { EmptyState, LoadingState } from '@/components/ui/empty-state'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import type { Diagnostic, TextRange } from '@/lib/validation/diagnostic'
import { changedPart } from './changed-part'
import { createEchoes } from './echoes'
import { EDITOR_FONT, HTTP_ROUTE_SUFFIX } from './editor-options'
import { type LanguageServices, offerServices } from './language-providers'
import { toMarkers } from './markers'

export interface ManifestEditorHandle {
  /** Puts the cursor there, scrolls to it, and focuses the editor. */
  reveal(range: TextRange): void
  position(): { line: number; column: number }
}

export interface ManifestEditorProps {
  /** Identifies the document: `default/http-mirror`. */
  path: string
  value: string
  label: string
  diagnostics: readonly Diagnostic[]
  /** The schema behind hover and the completion of fields, and what completes values from the cluster. */
  language: { schema: JSONSchema | undefined; complete: LanguageServices['complete'] }
  onFix: LanguageServices['fix']
  onChange: (value: string) => void
  onReview: () => void
  onNextProblem: (direction: 1 | -1) => void
  /** Field path the cursor is put on when the editor opens: `spec.rules[0].filters[1]`. */
  revealField?: string
  ref?: Ref<ManifestEditorHandle>
}

type MonacoModule = typeof import('./monaco')

interface MonacoParts {
  monaco: MonacoModule['monaco']
  setSchema: MonacoModule['setHttpRouteSchema']
}

interface Mounted extends MonacoParts {
  editor: editor.IStandaloneCodeEditor
  model: editor.ITextModel
}

const OPTIONS: editor.IStandaloneEditorConstructionOptions = {
  automaticLayout: true,
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  fixedOverflowWidgets: true,
  padding: { top: 10, bottom: 10 },
  tabSize: 2,
  renderLineHighlight: 'line',
  quickSuggestions: { other: true, strings: true, comments: false },
  // Between the stops of a snippet, Tab goes on to the next one rather than into a list that came up meanwhile.
  suggest: { snippetsPreventQuickSuggestions: true },
  overviewRulerLanes: 2,
  lineNumbersMinChars: 3,
  stickyScroll: { enabled: true, defaultModel: 'indentationModel' },
  wordWrap: 'off',
}

function mount(host: HTMLElement, parts: MonacoParts, props: ManifestEditorProps): Mounted {
  const { monaco } = parts
  const uri = monaco.Uri.parse(`file:///${props.path}${HTTP_ROUTE_SUFFIX}`)
  monaco.editor.getModel(uri)?.dispose()
  const model = monaco.editor.createModel(props.value, 'yaml', uri)
  const instance = monaco.editor.create(host, {
    ...OPTIONS,
    ...EDITOR_FONT,
    model,
    ariaLabel: props.label,
  })
  return { ...parts, editor: instance, model }
}

/** Replaces what differs as one edit: one undo takes back it alone, and cursor, folds and scroll position stay. */
function replaceText({ monaco, model }: Mounted, value: string): void {
  const former = model.getValue()
  if (former === value) return
  const { start, end, text } = changedPart(former, value)
  const range = monaco.Range.fromPositions(model.getPositionAt(start), model.getPositionAt(end))
  // Without a stop on both sides Monaco takes it for a part of what was typed before and of the edit that follows.
  model.pushStackElement()
  model.pushEditOperations([], [{ range, text }], () => null)
  model.pushStackElement()
}

function reveal({ editor: instance }: Mounted, { startLine, startColumn }: TextRange): void {
  instance.setPosition({ lineNumber: startLine, column: startColumn })
  instance.revealLineInCenterIfOutsideViewport(startLine)
  instance.focus()
}

/** A YAML editor with the cluster's schema behind hover and completion; markers come from the caller's diagnostics. */
export function ManifestEditor(props: ManifestEditorProps) {
  const { path, value, diagnostics, ref } = props
  const { schema } = props.language
  const host = useRef<HTMLDivElement>(null)
  const latest = useRef(props)
  const echoes = useRef(createEchoes())
  const [mounted, setMounted] = useState<Mounted | null>(null)
  const [hasFailed, setHasFailed] = useState(false)

  useEffect(() => {
    latest.current = props
  })

  // biome-ignore lint/correctness/useExhaustiveDependencies: another path is another document; everything else goes through `latest`.
  useEffect(() => {
    let isGone = false
    let current: Mounted | undefined
    import('./monaco').then(
      ({ monaco, setHttpRouteSchema }) => {
        if (isGone || host.current === null) return
        const parts = { monaco, setSchema: setHttpRouteSchema }
        const created = mount(host.current, parts, latest.current)
        const { KeyMod, KeyCode } = monaco
        created.model.onDidChangeContent(() => {
          const text = created.model.getValue()
          if (text === latest.current.value) return
          echoes.current.sent(text)
          latest.current.onChange(text)
        })
        offerServices(created.model, {
          complete: (text, offset) => latest.current.language.complete(text, offset),
          diagnostics: () => latest.current.diagnostics,
          fix: (fix) => latest.current.onFix(fix),
        })
        created.editor.addCommand(KeyMod.CtrlCmd | KeyCode.KeyS, () => latest.current.onReview())
        created.editor.addCommand(KeyCode.F8, () => latest.current.onNextProblem(1))
        created.editor.addCommand(KeyMod.Shift | KeyCode.F8, () => latest.current.onNextProblem(-1))
        current = created
        setMounted(created)
      },
      () => setHasFailed(true),
    )
    return () => {
      isGone = true
      current?.editor.dispose()
      current?.model.dispose()
      setMounted(null)
    }
  }, [path])

  useEffect(() => {
    if (mounted && !echoes.current.isEcho(value)) replaceText(mounted, value)
  }, [mounted, value])

  useEffect(() => {
    if (!mounted) return
    mounted.monaco.editor.setModelMarkers(mounted.model, 'mirrorboard', toMarkers(diagnostics))
  }, [mounted, diagnostics])

  const { revealField } = props
  useEffect(() => {
    if (!mounted || revealField === undefined) return
    const [document] = parseManifest(mounted.model.getValue()).documents
    if (document === undefined) return
    reveal(mounted, document.rangeOf(revealField))
  }, [mounted, revealField])

  useEffect(() => {
    mounted?.setSchema(schema)
  }, [mounted, schema])

  useImperativeHandle(
    ref,
    () => ({
      reveal: (range) => {
        if (mounted) reveal(mounted, range)
      },
      position: () => {
        const at = mounted?.editor.getPosition()
        return { line: at?.lineNumber ?? 1, column: at?.column ?? 1 }
      },
    }),
    [mounted],
  )

  return (
    <div className="relative h-full min-h-0 flex-1 bg-panel">
      <div ref={host} className="absolute inset-0" data-ready={mounted !== null} />
      {mounted !== null ? null : hasFailed ? (
        <EmptyState tone="bad" title="The editor could not be loaded">
          The dashboard does not answer, or was updated since this page was opened. Reload the page:
          unsaved changes are kept.
        </EmptyState>
      ) : (
        <LoadingState label="Loading editor" />
      )}
    </div>
  )
}
