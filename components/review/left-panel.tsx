'use client'

import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { keyOfField, leftTitle, type NamedField, ownersText } from './left-fields'

interface LeftPanelProps {
  fields: readonly NamedField[]
  /** What leaves them out: `your draft`. */
  what: string
  /** Reviews again with the fields taken over and removed. */
  onRemove: (fields: readonly NamedField[]) => void
}

interface FieldItemProps {
  field: NamedField
  isChosen: boolean
  /** Absent for a single field: the button says it all. */
  onToggle: (() => void) | undefined
}

function FieldItem({ field, isChosen, onToggle }: FieldItemProps) {
  const { text, value, managers, isHeld } = field
  const words = (
    <span className="min-w-0 break-words">
      <span className="font-mono">
        {text}: {value}
      </span>
      , owned by <span className="font-medium">{ownersText(managers)}</span>
      {isHeld ? ' through a subresource; it can’t be taken over' : ''}
    </span>
  )
  return (
    <li className="min-h-6 text-xs">
      {onToggle === undefined ? (
        words
      ) : (
        <label className="flex items-start gap-1.5">
          <input
            type="checkbox"
            className="mt-0.5 size-3.5 shrink-0 accent-accent"
            checked={isChosen}
            disabled={isHeld}
            onChange={onToggle}
          />
          {words}
        </label>
      )}
    </li>
  )
}

/** The fields that an apply would let stay, by name and owner, and the way to remove them. */
export function LeftPanel({ fields, what, onRemove }: LeftPanelProps) {
  // What differs from what is meant at first.
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set())
  const isChosen = (field: NamedField) => field.isMeant !== toggled.has(keyOfField(field))
  const chosen =
    fields.length === 1 ? fields.filter(({ isHeld }) => !isHeld) : fields.filter(isChosen)
  const toggle = (key: string) =>
    setToggled(
      new Set(toggled.has(key) ? [...toggled].filter((one) => one !== key) : [...toggled, key]),
    )
  return (
    <Notice
      tone={fields.some(({ isMeant }) => isMeant) ? 'warn' : 'info'}
      title={leftTitle(fields.length, what)}
      action={
        <Button
          variant="primary"
          size="sm"
          disabledReason={
            chosen.length === 0 ? 'No field that can be removed is chosen' : undefined
          }
          onClick={() => onRemove(chosen)}
        >
          Take over and remove
        </Button>
      }
    >
      <p>
        Others own {fields.length === 1 ? 'it' : 'them'}, so an apply leaves{' '}
        {fields.length === 1 ? 'it' : 'them'} alone. Taking over shows first what would be stored.
      </p>
      <ul
        aria-label="Fields that would stay"
        className="mt-1 flex max-h-40 flex-col gap-0.5 overflow-y-auto"
      >
        {fields.map((field) => {
          const key = keyOfField(field)
          return (
            <FieldItem
              key={key}
              field={field}
              isChosen={isChosen(field)}
              onToggle={fields.length === 1 ? undefined : () => toggle(key)}
            />
          )
        })}
      </ul>
    </Notice>
  )
}
