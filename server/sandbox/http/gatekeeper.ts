/** Under which name the server may be talked to. Who may talk to it: requester.ts. */
import type { IncomingMessage } from 'node:http'
import type { ApiStatus } from '../api/outcome'

const HOSTS = ['127.0.0.1', 'localhost', '[::1]']

/** Refuses a foreign Host: a web page that rebinds its name to the loopback address must not get in. */
export function hostRefusal(request: IncomingMessage, port: number): ApiStatus | undefined {
  const host = request.headers.host ?? ''
  if (HOSTS.some((name) => host === `${name}:${port}`)) return undefined
  return {
    code: 421,
    reason: 'MisdirectedRequest',
    message: `This server answers for 127.0.0.1:${port} and localhost:${port} only.`,
  }
}
