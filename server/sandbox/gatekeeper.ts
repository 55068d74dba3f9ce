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

/** 401 unless the request carries the token, compared in a time that says nothing about where they differ. */
export function tokenRefusal(request: IncomingMessage, token: string): ApiStatus | undefined {
  const given = Buffer.from(request.headers.authorization ?? '')
  const wanted = Buffer.from(`Bearer ${token}`)
  const isSame = given.length === wanted.length && timingSafeEqual(given, wanted)
  return isSame ? undefined : unauthorized()
}
