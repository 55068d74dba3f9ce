'use client'

/** Whether the dashboard still knows who this browser is: told by every answer of its API. */
import { useSyncExternalStore } from 'react'

let hasEnded = false
const listeners = new Set<() => void>()

/** Notes what an answer of the dashboard API said of the session. */
export function noteSession(isSignedIn: boolean): void {
  if (hasEnded === !isSignedIn) return
  hasEnded = !isSignedIn
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** True once an answer said that the session is over, until one says it is there again. */
export function useHasSessionEnded(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => hasEnded,
    () => false,
  )
}
