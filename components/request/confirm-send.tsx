'use client'

import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Modal } from '@/components/ui/modal'

interface ConfirmSendProps {
  title: string
  /** What the button says. */
  action: string
  onClose: () => void
  onSend: () => void
  /** What sending may do. */
  children: ReactNode
}

/** Asks before requests are sent that may change data. */
export function ConfirmSend({ title, action, onClose, onSend, children }: ConfirmSendProps) {
  return (
    <Modal
      onClose={onClose}
      width="sm"
      title={title}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="danger" onClick={onSend}>
            {action}
          </Button>
        </>
      }
    >
      <p className="text-pretty">{children}</p>
    </Modal>
  )
}
