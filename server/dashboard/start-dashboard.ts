/** Serves the pages and the thin dashboard API by Next, behind the checks a browser-facing loopback server needs. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import next from 'next'
import { type Person, SESSION_HEADER } from '@/lib/dashboard-api/session'
import { checkReadOnly, checkRequest, type Refusal } from './check-request'
import { createDeferredHandler } from './deferred-handler'
import { createGuard, isOpen } from './identity/guard'
import { LoginLinks } from './identity/login-links'
import { RevokedSessions } from './identity/revoked-sessions'
import { cookieJar } from './identity/session-cookie'
import { keptSessionKeys } from './identity/session-keys'

export interface DashboardOptions {
  readonly directory: string
  readonly host: string
  readonly port: number
  /** Host names besides loopback that browsers may use to reach the dashboard. */
  readonly allowedHosts: readonly string[]
  /** Refuses every request that may change something. */
  readonly readOnly: boolean
  readonly development: boolean
  readonly identity: {
    /** Private to the owner: keys of sessions, the link that signs in, what was signed out. */
    readonly directory: string
    /** The installation and the cluster that sessions are for. */
    readonly audience: string
    /** Whom a link signs in. */
    readonly person: Person
  }
}

export interface Dashboard {
  readonly url: string
  /** A link that signs in once. */
  readonly loginUrl: string
  stop(): Promise<void>
}

/** Idle connections are cut at once on stop; a response under way gets this long to finish. */
const STOP_GRACE_MS = 3_000

/** Resolves once the port is bound and Next is ready. Rejects with the system's error, such as EADDRINUSE. */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const deferred = createDeferredHandler()
  const server = createServer(deferred.listener)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  const app = next({
    dev: options.development,
    dir: options.directory,
    hostname: options.host,
    port,
    httpServer: server,
  })
  await app.prepare()
  const handle = app.getRequestHandler()
  const allowedHosts = ['localhost', '127.0.0.1', '[::1]', ...options.allowedHosts]
  const url = `http://${options.host}:${port}`
  const { guard, links } = openIdentity(options.identity, url, port)
  deferred.open(async (request, response) => {
    delete request.headers[SESSION_HEADER]
    const refusal = checkRequest(request, allowedHosts)
    if (refusal !== null) answerRefusal(response, refusal)
    else if (isOpen(request) || (await guard.admit(request, response)) !== null) {
      const readOnly = options.readOnly ? checkReadOnly(request) : null
      if (readOnly === null) await handle(request, response)
      else answerRefusal(response, readOnly)
    }
  })
  return {
    url,
    loginUrl: links.url,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeIdleConnections()
      const cut = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS)
      await closed
      clearTimeout(cut)
      await app.close()
    },
  }
}

function answerRefusal(response: ServerResponse, { status, body }: Refusal): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

/** Throws the system's error when the directory can't be written. */
function openIdentity(
  { directory, audience, person }: DashboardOptions['identity'],
  url: string,
  port: number,
) {
  const now = () => Date.now()
  const links = new LoginLinks(directory, url)
  const jar = cookieJar({
    port,
    audience,
    isSecure: false,
    keys: keptSessionKeys(directory, now),
  })
  const revoked = new RevokedSessions(directory)
  return { links, guard: createGuard({ jar, links, revoked, person, now }) }
}
