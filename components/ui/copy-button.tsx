'use client'

import { Copy } from 'lucide-react'
import { Button } from './button'
import { showToast } from './toast-store'

async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    showToast({ tone: 'ok', title: `${what} copied`, description: '' })
  } catch {
    showToast({
      tone: 'bad',
      title: 'The browser refused to copy',
      description: 'Select the text and copy it by hand.',
    })
  }
}

interface CopyButtonProps {
  text: string
  /** What is copied, as the message after it begins. */
  what: string
  /** On the button, where `Copy` alone would not say enough. */
  label?: string
}

export function CopyButton({ text, what, label }: CopyButtonProps) {
  return (
    <Button
      size="sm"
      variant="secondary"
      aria-label={label ?? `Copy ${what}`}
      icon={<Copy size={13} aria-hidden />}
      onClick={() => {
        void copy(text, what)
      }}
    >
      {label ?? 'Copy'}
    </Button>
  )
}
