/** Who may talk to the server: holders of the token, under our own name. */
import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { ApiStatus } from './outcome'
import { unauthorized } from './status-error'

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

/**
 * 401 unless the request carries the token, as a bearer or as the password of Basic authentication. kubectl and
 * everything on client-go send a kubeconfig's bearer token over TLS only, but the user and password in a server
 * URL always; without Basic they could not come in over plain HTTP.
 */
export function tokenRefusal(request: IncomingMessage, token: string): ApiStatus | undefined {
  const [scheme = '', credentials = ''] = (request.headers.authorization ?? '').split(' ')
  const given = scheme.toLowerCase() === 'basic' ? passwordOf(credentials) : credentials
  return isSameText(given, token) ? undefined : unauthorized()
}

function passwordOf(credentials: string): string {
  const text = Buffer.from(credentials, 'base64').toString('utf8')
  return text.slice(text.indexOf(':') + 1)
}

/** Compares in a time that says nothing about where the texts differ. */
function isSameText(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}
