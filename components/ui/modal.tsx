'use client'

import { X } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { type KeyboardEvent, type ReactNode, useRef } from 'react'
import { Button } from './button'
import { cn } from './class-names'

const WIDTHS = { sm: 'max-w-md', md: 'max-w-2xl', lg: 'max-w-5xl', xl: 'max-w-[1400px]' } as const

interface ModalProps {
  /** True unless it is said otherwise: most are there only while they are open. */
  open?: boolean
  onClose: () => void
  title: string
  description?: ReactNode
  width?: keyof typeof WIDTHS
  /** Fills the window's height, for content that scrolls by itself. */
  tall?: boolean
  footer?: ReactNode
  onKeyDown?: (event: KeyboardEvent<HTMLDivElement>) => void
  children: ReactNode
}

let lastOpener: HTMLElement | null = null

/** What had the focus before the dialog; for a dialog that takes another's place, what opened the first one. */
function findOpener(): HTMLElement | null {
  const active = document.activeElement
  if (active instanceof HTMLElement && active !== document.body) lastOpener = active
  return lastOpener
}

/** Without a trigger of its own the dialog would leave the focus nowhere; a button that is gone leaves it to the page. */
function returnFocus(opener: HTMLElement | null): void {
  const target = opener?.isConnected ? opener : document.getElementById('content')
  target?.focus()
}

export function Modal(props: ModalProps) {
  const { open = true, onClose, title, description, width = 'md', tall, footer, children } = props
  const body = useRef<HTMLDivElement>(null)
  const opener = useRef<HTMLElement | null>(null)
  // A form is opened to be filled in: typing goes to its first field, not to the Close button.
  const focusFirstField = (event: Event) => {
    opener.current = findOpener()
    const field = body.current?.querySelector<HTMLElement>('input, select, textarea')
    if (!field) return
    event.preventDefault()
    field.focus()
  }
  return (
    <Dialog.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose()
      }}
    >
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/45" />
        <Dialog.Content
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          onKeyDown={props.onKeyDown}
          onOpenAutoFocus={focusFirstField}
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            returnFocus(opener.current)
          }}
          className={cn(
            'fixed top-1/2 left-1/2 z-50 flex max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 flex-col',
            'rounded-lg border border-line bg-panel shadow-[var(--shadow)]',
            WIDTHS[width],
            tall && 'h-[calc(100dvh-2rem)]',
          )}
        >
          <div className="flex items-start gap-3 border-b border-line px-4 py-3">
            <div className="min-w-0 flex-1">
              <Dialog.Title className="text-sm font-semibold">{title}</Dialog.Title>
              {description === undefined ? null : (
                <Dialog.Description className="mt-0.5 text-muted">{description}</Dialog.Description>
              )}
            </div>
            <Dialog.Close asChild>
              <Button
                variant="ghost"
                size="icon"
                aria-label="Close"
                icon={<X size={16} aria-hidden />}
              />
            </Dialog.Close>
          </div>
          <div
            ref={body}
            className={cn(
              'min-h-0 flex-1 px-4 py-3',
              tall ? 'flex flex-col overflow-y-auto' : 'overflow-y-auto',
            )}
          >
            {children}
          </div>
          {footer === undefined ? null : (
            <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-4 py-3">
              {footer}
            </div>
          )}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
