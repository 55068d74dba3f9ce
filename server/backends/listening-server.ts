/** What both protocols of an echo container share: a socket that listens and can be stopped. */
import type { Server } from 'node:net'

export interface ListeningServer {
  readonly port: number
  /** Stops accepting and resolves when every connection is gone, at the latest after `graceMs`. */
  stop(graceMs: number): Promise<void>
}

/** Resolves with the port listened on; rejects with the system's error, such as EADDRINUSE. */
export function listen(server: Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: address, port, exclusive: true }, () => {
      server.off('error', reject)
      const bound = server.address()
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port)
    })
  })
}
