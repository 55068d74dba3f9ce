/** Serves the pages and the thin dashboard API by Next, behind the checks a browser-facing loopback server needs. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import next from 'next'
import { checkReadOnly, checkRequest } from './check-request'
import { createDeferredHandler } from './deferred-handler'

export interface DashboardOptions {
  readonly directory: string
  readonly host: string
  readonly port: number
  /** Host names besides loopback that browsers may use to reach the dashboard. */
  readonly allowedHosts: readonly string[]
  /** Refuses every request that may change something. */
  readonly readOnly: boolean
  readonly development: boolean
}

export interface Dashboard {
  readonly url: string
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
  deferred.open((request, response) => {
    const refusal =
      checkRequest(request, allowedHosts) ?? (options.readOnly ? checkReadOnly(request) : null)
    if (refusal) {
      response.writeHead(refusal.status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(refusal.body))
      return
    }
    return handle(request, response)
  })
  return {
    url: `http://${options.host}:${port}`,
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
