'use client'

import { Modal } from '@/components/ui/modal'

const SHORTCUTS = [
  { keys: 'Ctrl+S or ⌘S', does: 'Review the changes: what they do to traffic, and the difference' },
  { keys: 'Ctrl+Enter or ⌘Enter', does: 'Apply, in the review' },
  { keys: 'Esc', does: 'Go back from the review to the editor' },
  { keys: 'F8', does: 'Go to the next problem' },
  { keys: 'Shift+F8', does: 'Go to the previous problem' },
  { keys: 'Ctrl+Space', does: 'Complete the field or value at the cursor' },
  { keys: 'Ctrl+.', does: 'Fix the problem at the cursor' },
  { keys: 'Ctrl+K Ctrl+I', does: 'Show the documentation of the field at the cursor' },
  { keys: 'Ctrl+M', does: 'Let Tab move the focus out of the editor, or indent again' },
  { keys: 'F1', does: 'All commands of the editor' },
] as const

export function ShortcutsDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Modal open={open} onClose={onClose} title="Keyboard shortcuts" width="sm">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2">
        {SHORTCUTS.map(({ keys, does }) => (
          <div key={keys} className="contents">
            <dt>
              <kbd className="rounded border border-line bg-sunken px-1.5 py-0.5 font-mono text-2xs">
                {keys}
              </kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}
