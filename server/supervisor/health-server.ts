/** Answers the health of every plane on a loopback port, for the dashboard's GET /api/health. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HealthResponse, PlaneHealth } from '@/lib/dashboard-api/live'

export interface HealthServer {
  readonly url: string
  stop(): void
}

/** Resolves once bound. `read` gives the planes' present state. */
export async function startHealthServer(
  read: () => Readonly<Record<string, PlaneHealth>>,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    // Only this machine's processes know the port; a page that guesses it brings a name of its own.
    if (request.headers.host !== `127.0.0.1:${request.socket.localPort}`) {
      response.writeHead(421).end()
      return
    }
    const body = JSON.stringify(summarise(read()))
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(body)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** `ok` only when every plane is. */
export function summarise(planes: Readonly<Record<string, PlaneHealth>>): HealthResponse {
  const states = Object.values(planes).map((plane) => plane.status)
  if (states.includes('failed')) return { status: 'degraded', planes }
  return { status: states.includes('starting') ? 'starting' : 'ok', planes }
}
