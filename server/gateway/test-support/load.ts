import { Agent, request } from 'node:http'

export interface LoadResult {
  /** Answers by status; 0 counts requests that got none. */
  readonly statuses: ReadonlyMap<number, number>
}

/** Sends `count` requests over `connections` keep-alive connections, the next on each as soon as the last is answered. */
export async function sendMany(
  target: { readonly address: string; readonly port: number },
  count: number,
  connections: number,
  options: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const statuses = new Map<number, number>()
  let left = count
  const one = () =>
    new Promise<void>((resolve) => {
      const end = (status: number) => {
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        resolve()
      }
      const { address: host, port } = target
      const { method = 'GET', headers = {} } = options
      const outgoing = request({
        host,
        port,
        path: '/load',
        method,
        agent,
        headers: { ...headers },
      })
      outgoing.on('error', () => end(0))
      outgoing.on('response', (incoming) => {
        incoming.resume()
        incoming.on('end', () => end(incoming.statusCode ?? 0))
      })
      outgoing.end()
    })
  const worker = async () => {
    while (left-- > 0) await one()
  }
  await Promise.all(Array.from({ length: connections }, worker))
  agent.destroy()
  return { statuses }
}
