'use client'

import { useEffect, useEffectEvent } from 'react'

const DIALOGS = '[role="dialog"], [role="alertdialog"]'

/**
 * Gets every key that is pressed on the page and that nobody has handled, also while nothing has the focus: a button that is
 * gone leaves it nowhere. Dialogs have keys of their own.
 */
export function usePageKeys(onKey: (event: KeyboardEvent) => void): void {
  const onPageKey = useEffectEvent((event: KeyboardEvent) => {
    const isInDialog = event.target instanceof Element && event.target.closest(DIALOGS) !== null
    if (!event.defaultPrevented && !isInDialog) onKey(event)
  })
  useEffect(() => {
    window.addEventListener('keydown', onPageKey)
    return () => window.removeEventListener('keydown', onPageKey)
  }, [])
}
