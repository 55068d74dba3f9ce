import type { LiveConnection } from '@/lib/dashboard-api/live'

const BADNESS = { connected: 0, connecting: 1, disconnected: 2 } as const

/** One state for several watches: a page is connected only when all its kinds are. */
export function worstConnection(states: Iterable<LiveConnection>): LiveConnection {
  let worst: LiveConnection = { state: 'connected', message: '' }
  for (const state of states) {
    if (BADNESS[state.state] > BADNESS[worst.state]) worst = state
  }
  return worst
}

/** What a page is told when no more watches are given out. */
export const TOO_MANY_PAGES: LiveConnection = {
  state: 'disconnected',
  message: 'Too many pages are open at once; close some and reload this one.',
}
