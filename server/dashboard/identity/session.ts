/** Who is at the other end, for how long: what a sign-in makes, a cookie carries, and every request is answered as. */

import type { Person } from '@/lib/dashboard-api/session'

export interface Session {
  /** Names it in what is revoked; new with every sign-in, so that nobody can choose another's. */
  readonly id: string
  readonly person: Person
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly expiresAt: number
}

/** A session that is not used for this long ends. */
export const SESSION_IDLE_MS = 12 * 3_600_000
/** However much it is used, a session ends after this long. */
export const SESSION_LIFE_MS = 7 * 24 * 3_600_000

/** The session with its idle time begun again, within its life. */
export function extended(session: Session, now: number): Session {
  const end = session.startedAt + SESSION_LIFE_MS
  return { ...session, expiresAt: Math.min(end, now + SESSION_IDLE_MS) }
}

/** Whether it is time to hand out a cookie with a later end: half of the idle time is over, and there is some to gain. */
export function isWorthExtending(session: Session, now: number): boolean {
  const isHalfOver = session.expiresAt - now < SESSION_IDLE_MS / 2
  return isHalfOver && extended(session, now).expiresAt > session.expiresAt
}
