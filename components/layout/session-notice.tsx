'use client'

import { useHasSessionEnded } from '@/components/data/session'
import { Notice } from '@/components/ui/notice'

/** Above every page whose session is over: what it shows is old, and what was typed is still there. */
export function SessionNotice() {
  if (!useHasSessionEnded()) return null
  return (
    <Notice tone="bad" title="Your session has ended" className="rounded-none">
      This page is no longer updated; what you typed is still here.{' '}
      <a className="underline" href="/" target="_blank" rel="noreferrer">
        Sign in again
      </a>{' '}
      in another tab; this page then continues by itself.
    </Notice>
  )
}
