/**
 * Who is asking: request → this → the session it belongs to, or an answer that says how to get one. Of all paths only
 * `GET /api/health` is open. Mode `local`: one person, whose kubeconfig the dashboard acts with.
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DashboardError } from '@/lib/dashboard-api/errors'
import { API } from '@/lib/dashboard-api/paths'
import { LOGOUT_PATH, type Person, SESSION_HEADER, writePerson } from '@/lib/dashboard-api/session'
import { targetUrl } from '@/lib/shared/loopback-request'
import { shellQuote } from '@/lib/shared/shell-quote'
import { LOGIN_PATH, type LoginLinks } from './login-links'
import { OpenResponses } from './open-responses'
import type { RevokedSessions } from './revoked-sessions'
import { safeReturn } from './safe-return'
import {
  extended,
  isWorthExtending,
  SESSION_IDLE_MS,
  SESSION_LIFE_MS,
  type Session,
} from './session'
import {
  type CookieJar,
  clearedSession,
  newSessionId,
  openSession,
  sealSession,
} from './session-cookie'
import { answerSignedOut } from './signed-out-page'

export interface GuardOptions {
  readonly jar: CookieJar
  readonly links: LoginLinks
  readonly revoked: RevokedSessions
  /** Whom a link signs in. */
  readonly person: Person
  /** Epoch milliseconds. */
  now(): number
}

export interface Guard {
  /** The session of a request that may go on; null when the request has been answered here. */
  admit(request: IncomingMessage, response: ServerResponse): Promise<Session | null>
}

type Exchange = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
}

/** A guard for one dashboard. */
export function createGuard(options: GuardOptions): Guard {
  const { jar, revoked, now } = options
  const open = new OpenResponses()
  return {
    async admit(request, response) {
      const url = targetUrl(request.url ?? '/')
      if (url === null) return refuse(response, 400, 'bad-request', 'That is no path.')
      const exchange = { request, response, url }
      const found = await openSession(jar, request.headers.cookie, now())
      const session = found !== null && !revoked.has(found) ? found : null
      if (url.pathname === LOGIN_PATH) return signIn(options, exchange, session)
      if (session === null) return answerStranger(options, exchange)
      if (url.pathname === LOGOUT_PATH) return signOut(options, open, exchange, session)
      open.add(session, response, now())
      await extend(options, session, response)
      request.headers[SESSION_HEADER] = writePerson(session.person)
      return session
    },
  }
}

/** Whether a request is answered without a session. */
export function isOpen(request: IncomingMessage): boolean {
  const url = targetUrl(request.url ?? '/')
  return url?.pathname === API.health && (request.method === 'GET' || request.method === 'HEAD')
}

async function signIn(
  { jar, links, person, now }: GuardOptions,
  { request, response, url }: Exchange,
  session: Session | null,
): Promise<null> {
  const next = safeReturn(url.searchParams.get('next'))
  if (request.method !== 'GET')
    return refuse(response, 405, 'bad-request', 'A link is opened with GET.')
  // A bookmarked or reloaded link of somebody who is in already is no reason to keep them out.
  if (session !== null) return redirect(response, next, [])
  if (!links.spend(url.searchParams.get('secret') ?? '')) {
    const reason = 'This link was used before, or is not the newest. Each works once.'
    answerSignedOut(response, { reason, command: command(links) })
    return null
  }
  const at = now()
  const id = newSessionId(randomBytes)
  const made = extended({ id, person, startedAt: at, expiresAt: at + SESSION_IDLE_MS }, at)
  return redirect(response, next, (await sealSession(jar, made, at)) ?? [])
}

function signOut(
  { jar, revoked, now }: GuardOptions,
  open: OpenResponses,
  { request, response }: Exchange,
  session: Session,
): null {
  if (request.method !== 'POST')
    return refuse(response, 405, 'bad-request', 'Signing out is a POST.')
  revoked.add(session, session.startedAt + SESSION_LIFE_MS, now())
  open.cut(session, response)
  return redirect(response, '/', clearedSession(jar))
}

/** A person gets a page, a program an error. */
function answerStranger({ links }: GuardOptions, { request, response, url }: Exchange): null {
  const wantsPage = request.method === 'GET' && !url.pathname.startsWith('/api/')
  if (wantsPage && (request.headers.accept ?? '').includes('text/html')) {
    const reason = 'This browser has no session here, or its session has ended.'
    answerSignedOut(response, { reason, command: command(links) })
    return null
  }
  const sentence =
    'You are not signed in, or your session has ended. Open the page to sign in again.'
  return refuse(response, 401, 'not-signed-in', sentence)
}

const command = (links: LoginLinks) => `cat ${shellQuote(links.path)}`

async function extend({ jar, now }: GuardOptions, session: Session, response: ServerResponse) {
  const at = now()
  if (!isWorthExtending(session, at)) return
  const cookies = await sealSession(jar, extended(session, at), at)
  for (const cookie of cookies ?? []) response.appendHeader('set-cookie', cookie)
}

function redirect(response: ServerResponse, location: string, cookies: readonly string[]): null {
  response.writeHead(303, {
    location,
    'set-cookie': [...cookies],
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  })
  response.end()
  return null
}

function refuse(
  response: ServerResponse,
  status: number,
  code: DashboardError['code'],
  message: string,
): null {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify({ code, message } satisfies DashboardError))
  return null
}
