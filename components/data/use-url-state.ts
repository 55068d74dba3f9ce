'use client'

import { usePathname, useSearchParams } from 'next/navigation'
import { useSyncExternalStore } from 'react'
import { Listeners } from '@/lib/shared/listeners'

export interface UrlState {
  get(name: string): string
  /** Writes parameters without a navigation; an empty value leaves the URL. */
  set(changes: Readonly<Record<string, string>>): void
}

/** Told of every change of the address that is no navigation of Next's. */
const listeners = new Listeners<[]>()

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) window.addEventListener('popstate', tellAll)
  const leave = listeners.add(listener)
  return () => {
    leave()
    if (listeners.size === 0) window.removeEventListener('popstate', tellAll)
  }
}

function tellAll(): void {
  listeners.tell()
}

/**
 * The view's state in the URL: what is shown can be linked to. Next reports its own search parameters in a transition,
 * too late for a text field that shows what is typed, so the address is read directly.
 */
export function useUrlState(): UrlState {
  const searchParams = useSearchParams()
  const pathname = usePathname()
  const search = useSyncExternalStore(
    subscribe,
    () => window.location.search,
    () => searchParams.toString(),
  )
  const parameters = new URLSearchParams(search)
  return {
    get: (name) => parameters.get(name) ?? '',
    set: (changes) => {
      const next = new URLSearchParams(window.location.search)
      for (const [name, value] of Object.entries(changes)) {
        if (value === '') next.delete(name)
        else next.set(name, value)
      }
      const query = next.toString()
      window.history.replaceState(null, '', query === '' ? pathname : `${pathname}?${query}`)
      tellAll()
    },
  }
}
