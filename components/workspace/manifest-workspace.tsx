'use client'

import { CircleQuestionMark, GitCompare, Undo2 } from 'lucide-react'
import { Tabs } from 'radix-ui'
import { type ReactNode, useRef, useState } from 'react'
import { usePageKeys } from '@/components/data/use-page-keys'
import { useUnloadGuard } from '@/components/data/use-unload-guard'
import { ManifestEditor, type ManifestEditorHandle } from '@/components/editor/manifest-editor'
import { adjacentProblem, countProblems, describeProblems } from '@/components/language/problems'
import { useDiagnostics } from '@/components/language/use-diagnostics'
import { AccessNotice } from '@/components/layout/access-notice'
import { ManifestReview, type ReviewInput } from '@/components/review/manifest-review'
import { Button } from '@/components/ui/button'
import { Chip } from '@/components/ui/chip'
import { Tooltip } from '@/components/ui/tooltip'
import type { ManifestResponse, ManifestResult } from '@/lib/dashboard-api/manifests'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import type { CreateBackendFix, Diagnostic } from '@/lib/validation/diagnostic'
import { FormBeside, FormToggle } from './form/form-beside'
import { ProblemsPanel } from './problems-panel'
import { ShortcutsDialog } from './shortcuts-dialog'
import { useFixer } from './use-fixer'

export interface ManifestWorkspaceProps {
  /** Identifies the document: `default/http-mirror`. */
  path: string
  namespace: string
  text: string
  /** Whether the text differs from what the person would get without having typed. */
  isDirty: boolean
  /** Whether there is something to review even without an edit: a new object. */
  isNew?: boolean
  /** False when the browser could not keep the draft. */
  isKept: boolean
  base: ReviewInput['base']
  /** The object as it is; absent for a new one. */
  live?: KubernetesObject
  /** Field path the cursor is put on when the editor opens. */
  revealField?: string
  heading: ReactNode
  /** Buttons of the page, before Review. */
  actions?: ReactNode
  /** Between the heading and the editor: what the person must know of the live object. */
  notice?: ReactNode
  /** The Status tab; without it there is only the problems list. */
  status?: ReactNode
  /** The dialog that makes a backend the text names and the cluster lacks. */
  backendDialog: (backend: CreateBackendFix, onClose: () => void) => ReactNode
  onChange: (text: string) => void
  onDiscard: () => void
  onApplied: (response: ManifestResponse) => void
  onRebase: (live: ManifestResult['live']) => void
  /** Brings someone else's changes into the draft; absent where there is nothing to merge with. */
  onMerge?: () => void
  /** The person wants the live version instead of the draft. */
  onLoadLive: (live: ManifestResult['live']) => void
}

type BottomTab = 'problems' | 'status'

interface ToolbarProps
  extends Pick<ManifestWorkspaceProps, 'heading' | 'actions' | 'isDirty' | 'isKept'> {
  onReview: () => void
  onDiscard: () => void
  onHelp: () => void
  canReview: boolean
}

function Toolbar(props: ToolbarProps) {
  const { heading, actions, isDirty, isKept, canReview, onReview, onDiscard } = props
  return (
    <div className="flex min-h-12 shrink-0 flex-wrap items-center gap-2 border-b border-line bg-panel px-3 py-2 md:px-4">
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-2 max-sm:basis-full">
        {heading}
        {isDirty ? (
          <Chip
            tone="warn"
            title={
              isKept ? 'Kept in this tab, also over a reload' : 'Too large to keep over a reload'
            }
          >
            {isKept ? 'Unsaved changes' : 'Unsaved changes, not kept'}
          </Chip>
        ) : null}
      </div>
      <Tooltip content="Keyboard shortcuts">
        <Button
          variant="ghost"
          size="icon"
          aria-label="Keyboard shortcuts"
          icon={<CircleQuestionMark size={15} aria-hidden />}
          onClick={props.onHelp}
        />
      </Tooltip>
      {actions}
      <FormToggle />
      {isDirty ? (
        <Button icon={<Undo2 size={14} aria-hidden />} onClick={onDiscard}>
          Discard
        </Button>
      ) : null}
      <Button
        variant="primary"
        icon={<GitCompare size={14} aria-hidden />}
        disabledReason={canReview ? undefined : 'There are no changes to review'}
        onClick={onReview}
      >
        Review
      </Button>
    </div>
  )
}

const TAB_CLASS =
  'inline-flex h-8 items-center gap-2 border-b-2 border-transparent px-1 text-xs font-semibold text-muted data-[state=active]:border-accent data-[state=active]:text-fg'

interface BottomPanelProps {
  tab: BottomTab
  onTab: (tab: BottomTab) => void
  diagnostics: readonly Diagnostic[]
  isChecking: boolean
  status: ReactNode
  children: ReactNode
}

function BottomPanel({ tab, onTab, diagnostics, isChecking, status, children }: BottomPanelProps) {
  const counts = countProblems(diagnostics)
  return (
    <Tabs.Root
      value={tab}
      onValueChange={(value) => onTab(value === 'status' ? 'status' : 'problems')}
      className="flex max-h-60 min-h-32 shrink-0 flex-col border-t border-line bg-bg"
    >
      <div className="flex items-center border-b border-line px-4">
        <Tabs.List aria-label="Below the editor" className="flex items-center gap-4">
          <Tabs.Trigger value="problems" className={TAB_CLASS}>
            Problems
            {diagnostics.length === 0 ? null : (
              <Chip tone={counts.errors > 0 ? 'bad' : 'warn'}>{diagnostics.length}</Chip>
            )}
          </Tabs.Trigger>
          {status === undefined ? null : (
            <Tabs.Trigger value="status" className={TAB_CLASS}>
              Status
            </Tabs.Trigger>
          )}
        </Tabs.List>
        <p role="status" aria-label="Validation" className="ml-auto truncate text-2xs text-muted">
          {isChecking ? 'Checking…' : describeProblems(counts)}
        </p>
      </div>
      <Tabs.Content
        value="problems"
        tabIndex={-1}
        className="min-h-0 flex-1 overflow-y-auto px-2 py-1.5"
      >
        {children}
      </Tabs.Content>
      {status === undefined ? null : (
        <Tabs.Content
          value="status"
          tabIndex={-1}
          className="min-h-0 flex-1 overflow-y-auto px-4 py-2"
        >
          {status}
        </Tabs.Content>
      )}
    </Tabs.Root>
  )
}

/** The review of the text; every way on from it that is not an apply closes it. */
function WorkspaceReview(props: ManifestWorkspaceProps & { onClose: () => void }) {
  const { onClose, onMerge, onLoadLive } = props
  return (
    <ManifestReview
      input={{ manifest: props.text, base: props.base }}
      onClose={onClose}
      onApplied={props.onApplied}
      onMerge={
        onMerge &&
        (() => {
          onClose()
          onMerge()
        })
      }
      onLoadLive={(live) => {
        onClose()
        onLoadLive(live)
      }}
      onRebase={props.onRebase}
    />
  )
}

type OpenDialog = 'review' | 'help' | CreateBackendFix | null

interface DialogsProps extends ManifestWorkspaceProps {
  dialog: OpenDialog
  onClose: () => void
}

function WorkspaceDialogs({ dialog, ...props }: DialogsProps) {
  return (
    <>
      {dialog === 'review' ? <WorkspaceReview {...props} /> : null}
      <ShortcutsDialog open={dialog === 'help'} onClose={props.onClose} />
      {dialog !== null && typeof dialog === 'object'
        ? props.backendDialog(dialog, props.onClose)
        : null}
    </>
  )
}

/** The editor has its own commands for the same keys, and marks what it has handled. */
function onShortcut(
  event: KeyboardEvent,
  review: () => void,
  nextProblem: (direction: 1 | -1) => void,
): void {
  if (event.key === 'F8') {
    event.preventDefault()
    nextProblem(event.shiftKey ? -1 : 1)
  } else if (event.key === 's' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault()
    review()
  }
}

/** Editor, problems, review and apply of one manifest. */
export function ManifestWorkspace(props: ManifestWorkspaceProps) {
  const { path, namespace, text, isDirty } = props
  const editor = useRef<ManifestEditorHandle>(null)
  const [tab, setTab] = useState<BottomTab>('problems')
  const [dialog, setDialog] = useState<OpenDialog>(null)
  const { diagnostics, isChecking, failure, language } = useDiagnostics(text, namespace, props.live)
  useUnloadGuard(isDirty)

  const canReview = isDirty || props.isNew === true
  const settled = useRef(Promise.resolve())
  const review = () => {
    // What was typed into the form last may be on its way into the text.
    if (canReview) void settled.current.finally(() => setDialog('review'))
  }
  const nextProblem = (direction: 1 | -1) => {
    const from = editor.current?.position() ?? { line: 1, column: 1 }
    const next = adjacentProblem(diagnostics, from, direction)
    if (next) editor.current?.reveal(next.range)
  }
  const { onChange } = props
  const fix = useFixer({ text, diagnostics, isChecking, onChange, onBackend: setDialog })

  usePageKeys((event) => onShortcut(event, review, nextProblem))

  return (
    <div className="flex h-full min-h-0 flex-col">
      <Toolbar
        {...props}
        canReview={canReview}
        onReview={review}
        onHelp={() => setDialog('help')}
      />
      <AccessNotice
        namespace={namespace}
        name={props.isNew ? '' : path.slice(path.indexOf('/') + 1)}
      />
      {props.notice}
      <FormBeside
        text={text}
        namespace={namespace}
        diagnostics={diagnostics}
        isChecking={isChecking}
        onChange={props.onChange}
        settled={settled}
      >
        <ManifestEditor
          ref={editor}
          path={path}
          value={text}
          label="HTTPRoute manifest"
          diagnostics={diagnostics}
          language={language}
          onFix={fix}
          {...(props.revealField && { revealField: props.revealField })}
          onChange={(next) => {
            // Whoever types wants to know what is wrong, not what the last version's status was.
            setTab('problems')
            props.onChange(next)
          }}
          onReview={review}
          onNextProblem={nextProblem}
        />
      </FormBeside>
      <BottomPanel
        tab={tab}
        onTab={setTab}
        diagnostics={diagnostics}
        isChecking={isChecking}
        status={props.status}
      >
        <ProblemsPanel
          diagnostics={diagnostics}
          failure={failure}
          onReveal={({ range }) => editor.current?.reveal(range)}
          onFix={fix}
        />
      </BottomPanel>
      <WorkspaceDialogs
        {...props}
        dialog={dialog}
        onClose={() => setDialog(null)}
        onApplied={(response) => {
          setDialog(null)
          setTab('status')
          props.onApplied(response)
        }}
      />
    </div>
  )
}
