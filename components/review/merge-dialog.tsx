'use client'

import { useMemo, useState } from 'react'
import { plural } from '@/components/format/numbers'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/class-names'
import { Modal } from '@/components/ui/modal'
import { Notice } from '@/components/ui/notice'
import { pathText } from '@/lib/manifest/edit/field-edit'
import { changeText } from '@/lib/manifest/three-way/change-text'
import type { FieldChange } from '@/lib/manifest/three-way/field-changes'
import { type MergeTexts, mergeManifest } from '@/lib/manifest/three-way/merge-manifest'
import type { MergeChoice, MergeConflict } from '@/lib/manifest/three-way/merge-objects'
import { toYaml } from '@/lib/manifest/to-yaml'
import type { JsonValue } from '@/lib/shared/json'

/** A value of any size, as YAML; `removed` for none. */
function valueText(value: JsonValue | undefined): string {
  if (value === undefined) return 'removed'
  if (typeof value === 'object' && value !== null) return toYaml(value).trimEnd()
  return typeof value === 'string' ? value : JSON.stringify(value)
}

interface MergeDialogProps {
  texts: MergeTexts
  /** Who changed the live object. */
  manager: string
  onClose: () => void
  /** The draft with the other's changes in it. */
  onMerged: (text: string) => void
}

const SIDES: readonly MergeChoice[] = ['draft', 'live']

interface ConflictProps {
  conflict: MergeConflict
  manager: string
  choice: MergeChoice | undefined
  onChoose: (choice: MergeChoice) => void
}

function Conflict({ conflict, manager, choice, onChoose }: ConflictProps) {
  const path = pathText(conflict.path)
  return (
    <fieldset className="min-w-0">
      <legend className="font-mono text-xs break-all">
        {path}
        <span className="text-muted">
          {conflict.base === undefined ? ', was not there' : `, was ${valueText(conflict.base)}`}
        </span>
      </legend>
      <div className="mt-1 grid gap-2 sm:grid-cols-2">
        {SIDES.map((side) => (
          <label
            key={side}
            className={cn(
              'flex min-w-0 cursor-pointer items-start gap-2 rounded-md border px-2.5 py-1.5',
              choice === side ? 'border-accent bg-accent-soft' : 'border-line hover:bg-sunken',
            )}
          >
            <input
              type="radio"
              name={path}
              checked={choice === side}
              onChange={() => onChoose(side)}
              className="mt-1 accent-(--accent)"
            />
            <span className="min-w-0">
              <span className="block text-xs font-medium">
                {side === 'draft' ? 'Your draft' : manager}
              </span>
              <span className="block font-mono text-xs break-words whitespace-pre-wrap">
                {valueText(conflict[side])}
              </span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function Brought({ changes, manager }: { changes: readonly FieldChange[]; manager: string }) {
  if (changes.length === 0) return null
  return (
    <section aria-labelledby="brought">
      <h3 id="brought" className="text-xs font-semibold">
        {plural(changes.length, 'change')} of {manager} {changes.length === 1 ? 'comes' : 'come'}{' '}
        into your draft
      </h3>
      <ul className="mt-1 flex flex-col gap-0.5">
        {changes.map((change) => (
          <li key={pathText(change.path)} className="font-mono text-xs break-words">
            {changeText(change)}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What someone else changed meanwhile, brought into the draft; where both changed one field, the person chooses. */
export function MergeDialog({ texts, manager, onClose, onMerged }: MergeDialogProps) {
  const [choices, setChoices] = useState<readonly (MergeChoice | undefined)[]>([])
  const { base, live, draft } = texts
  const first = useMemo(() => mergeManifest({ base, live, draft }), [base, live, draft])
  const conflicts = first.ok ? first.conflicts : []
  const open = conflicts.filter((_, index) => choices[index] === undefined).length
  const merge = () => {
    const decided = conflicts.map((_, index) => choices[index] ?? 'draft')
    const merged = mergeManifest(texts, decided)
    if (merged.ok) onMerged(merged.text)
  }
  return (
    <Modal
      onClose={onClose}
      title="Merge into your draft"
      description="Only the lines concerned change; comments and order of your draft stay. Nothing is stored until you apply."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          {first.ok ? (
            <Button
              variant="primary"
              disabledReason={
                open === 0 ? undefined : `Choose a side for ${plural(open, 'conflict')} first`
              }
              onClick={merge}
            >
              Merge
            </Button>
          ) : null}
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {first.ok ? (
          <>
            {conflicts.length === 0 ? null : (
              <section aria-labelledby="conflicts" className="flex flex-col gap-3">
                <h3 id="conflicts" className="text-xs font-semibold">
                  {plural(conflicts.length, 'field')} you and {manager} both changed: choose
                </h3>
                {conflicts.map((conflict, index) => (
                  <Conflict
                    key={`${pathText(conflict.path)} ${valueText(conflict.live)}`}
                    conflict={conflict}
                    manager={manager}
                    choice={choices[index]}
                    onChoose={(choice) =>
                      setChoices(conflicts.map((_, at) => (at === index ? choice : choices[at])))
                    }
                  />
                ))}
              </section>
            )}
            <Brought changes={first.brought} manager={manager} />
          </>
        ) : (
          <Notice tone="bad" title="This can't be merged from here">
            {first.message}
          </Notice>
        )}
      </div>
    </Modal>
  )
}
