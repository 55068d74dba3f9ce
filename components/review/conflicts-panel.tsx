'use client'

import { AlertDialog } from 'radix-ui'
import { useState } from 'react'
import { Button, buttonClass } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import type { FieldConflict } from '@/lib/dashboard-api/manifests'
import { explainConflicts, isOnlyOwnership } from './conflicts'

interface ConflictsPanelProps {
  conflicts: readonly FieldConflict[]
  /** Reviews again with ownership of the fields taken. */
  onForce: () => void
}

function ConfirmForce({ conflicts, onForce }: ConflictsPanelProps) {
  const [open, setOpen] = useState(false)
  return (
    <AlertDialog.Root open={open} onOpenChange={setOpen}>
      <AlertDialog.Trigger asChild>
        <Button variant="danger" size="sm">
          Force…
        </Button>
      </AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="fixed inset-0 z-60 bg-black/45" />
        <AlertDialog.Content className="fixed top-1/2 left-1/2 z-70 flex w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 flex-col gap-3 rounded-lg border border-line bg-panel p-4 shadow-[var(--shadow)]">
          <AlertDialog.Title className="text-sm font-semibold">
            Overwrite what others manage?
          </AlertDialog.Title>
          <AlertDialog.Description className="text-muted">
            {explainConflicts(conflicts)}
          </AlertDialog.Description>
          <ul className="list-disc pl-5">
            {conflicts.map(({ manager }) => (
              <li key={manager} className="font-mono text-xs">
                {manager}
              </li>
            ))}
          </ul>
          <div className="flex justify-end gap-2">
            <AlertDialog.Cancel className={buttonClass()}>Cancel</AlertDialog.Cancel>
            <AlertDialog.Action className={buttonClass({ variant: 'danger' })} onClick={onForce}>
              Force and review again
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}

/** Whose fields the draft would take, and the way to take them. */
export function ConflictsPanel({ conflicts, onForce }: ConflictsPanelProps) {
  const action = isOnlyOwnership(conflicts) ? (
    <Button variant="primary" size="sm" onClick={onForce}>
      Take over
    </Button>
  ) : (
    <ConfirmForce conflicts={conflicts} onForce={onForce} />
  )
  return (
    <Notice tone="warn" title="Another manager owns some of these fields" action={action}>
      <p>{explainConflicts(conflicts)}</p>
      <ul className="mt-1 flex flex-col gap-0.5">
        {conflicts.map(({ manager, fields }) => (
          <li key={manager} className="text-xs">
            <span className="font-medium">{manager}</span>:{' '}
            <span className="font-mono">{fields.join(', ')}</span>
          </li>
        ))}
      </ul>
    </Notice>
  )
}
