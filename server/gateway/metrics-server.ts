import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isLoopbackHost } from '@/lib/shared/loopback-request'

/** Scrapers connected at once; further ones are closed on accept. */
const CONNECTIONS_MAX = 64

/** What is served, as text. */
export interface MetricsTexts {
  metrics(): Promise<string>
  /** Takes out captured exchanges: one JSON value a line. */
  exchanges(): Promise<string>
}

/** Serves `GET /metrics` and `GET /exchanges`. Bound to loopback, it answers for loopback names only. */
export class MetricsServer {
  private readonly server: Server
  private isLoopback = true

  constructor(texts: MetricsTexts) {
    this.server = createServer((request, response) => {
      if (this.isLoopback && !isLoopbackHost(request.headers.host)) {
        response.writeHead(421).end()
        return
      }
      answer(texts, request, response)
    })
    this.server.maxConnections = CONNECTIONS_MAX
  }

  /** Resolves with the URL of the metrics; rejects when the port can't be had. */
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

function answer(texts: MetricsTexts, request: IncomingMessage, response: ServerResponse): void {
  const path = request.url?.split('?', 1)[0]
  const { method } = request
  if (path === '/metrics' && (method === 'GET' || method === 'HEAD')) {
    send(texts.metrics(), 'text/plain; version=0.0.4; charset=utf-8', response)
  } else if (path === '/exchanges' && method === 'GET') {
    // What is handed over is gone, so only a GET may ask for it.
    send(texts.exchanges(), 'application/x-ndjson', response)
  } else {
    response.writeHead(path === '/metrics' || path === '/exchanges' ? 405 : 404).end()
  }
}

function send(text: Promise<string>, type: string, response: ServerResponse): void {
  text.then(
    (body) => response.writeHead(200, { 'Content-Type': type }).end(body),
    () => response.writeHead(500).end(),
  )
}
