'use client'

import { useEffect } from 'react'

/** Asks before the tab is closed or reloaded while `isActive`. */
export function useUnloadGuard(isActive: boolean): void {
  useEffect(() => {
    if (!isActive) return
    const guard = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', guard)
    return () => window.removeEventListener('beforeunload', guard)
  }, [isActive])
}
