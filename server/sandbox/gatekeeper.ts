/** Who may talk to the server: holders of a token, under our own name. */
import type { IncomingMessage } from 'node:http'
import type { ApiStatus } from './outcome'
import type { ServiceAccountTokens } from './service-account-tokens'
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

/** 401 unless the request carries the server's token or one of a service account. */
export function tokenRefusal(
  request: IncomingMessage,
  tokens: ServiceAccountTokens,
): ApiStatus | undefined {
  return tokens.userOf(request.headers.authorization) === undefined ? unauthorized() : undefined
}
