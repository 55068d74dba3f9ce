import type { LiveConnection } from '@/lib/dashboard-api/live'

/** A kind that may not be read says nothing of the connection: it is told apart, as a denial. */
const BADNESS = { connected: 0, denied: 0, connecting: 1, disconnected: 2 } as const

/** One state for several watches: a page is connected only when all kinds are that it may read. */
export function worstConnection(states: Iterable<LiveConnection>): LiveConnection {
  let worst: LiveConnection = { state: 'connected', message: '' }
  for (const state of states) {
    if (BADNESS[state.state] > BADNESS[worst.state]) worst = state
  }
  return worst
}

/**
 * What a page is to hear of its right to read a kind when the state of its watch changes: the right that is missing, '' when
 * none is, null when nothing is new. Of a watch that only begins nothing is known.
 */
export function denialAfter(
  before: LiveConnection | undefined,
  now: LiveConnection,
): string | null {
  if (now.state === 'denied') return now.message
  const isNew = before === undefined || before.state === 'connecting' || before.state === 'denied'
  return isNew && now.state !== 'connecting' ? '' : null
}

/** What a page is told when no more watches are given out. */
export const TOO_MANY_PAGES: LiveConnection = {
  state: 'disconnected',
  message: 'Too many pages are open at once; close some and reload this one.',
}
