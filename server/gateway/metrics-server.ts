import { createServer, type Server } from 'node:http'
import { isLoopbackHost } from '@/lib/shared/loopback-request'

/** Scrapers connected at once; further ones are closed on accept. */
const CONNECTIONS_MAX = 64

/** Serves `GET /metrics`. Bound to loopback, it answers for loopback names only. */
export class MetricsServer {
  private readonly server: Server
  private isLoopback = true

  constructor(render: () => Promise<string>) {
    this.server = createServer((request, response) => {
      if (this.isLoopback && !isLoopbackHost(request.headers.host)) {
        response.writeHead(421).end()
        return
      }
      const path = request.url?.split('?', 1)[0]
      if (path !== '/metrics' || (request.method !== 'GET' && request.method !== 'HEAD')) {
        response.writeHead(path === '/metrics' ? 405 : 404).end()
        return
      }
      render().then(
        (text) => {
          response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' })
          response.end(text)
        },
        () => response.writeHead(500).end(),
      )
    })
    this.server.maxConnections = CONNECTIONS_MAX
  }

  /** Resolves with the URL; rejects when the port can't be had. */
  listen(host: string, port: number): Promise<string> {
    this.isLoopback = isLoopbackHost(host) || host === '::1'
    return new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(port, host, () => {
        const address = this.server.address()
        const bound = typeof address === 'object' && address !== null ? address.port : port
        resolve(`http://${host}:${bound}/metrics`)
      })
    })
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve())
      this.server.closeAllConnections()
    })
  }
}
