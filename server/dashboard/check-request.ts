import type { IncomingMessage } from 'node:http'
import type { DashboardError } from '@/lib/dashboard-api/errors'

export interface Refusal {
  readonly status: number
  readonly body: DashboardError
}

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS']

/**
 * Why a request must not reach the dashboard, or null. A foreign Host is how DNS rebinding arrives, and a
 * foreign Origin on a method that changes something is cross-site request forgery. A client that is no browser
 * sends no Origin and passes.
 */
export function checkRequest(
  request: Pick<IncomingMessage, 'headers' | 'method'>,
  allowedHosts: readonly string[],
): Refusal | null {
  const host = request.headers.host ?? ''
  if (!allowedHosts.includes(hostName(host))) {
    return refuse(
      421,
      `This dashboard does not answer for the host "${host}". Add its name to MIRRORBOARD_ALLOWED_HOSTS to allow it.`,
    )
  }
  if (SAFE_METHODS.includes(request.method ?? 'GET')) return null
  const origin = request.headers.origin
  const isForeign =
    request.headers['sec-fetch-site'] === 'cross-site' ||
    request.headers['sec-fetch-site'] === 'same-site' ||
    (origin !== undefined && originHost(origin) !== host)
  return isForeign
    ? refuse(403, 'A page of another site asked for this change, so it was refused.')
    : null
}

function refuse(status: number, message: string): Refusal {
  return { status, body: { code: 'forbidden-origin', message } }
}

/** The host without its port; IPv6 literals keep their brackets. */
function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase()
}

function originHost(origin: string): string | null {
  try {
    return new URL(origin).host
  } catch {
    return null
  }
}
