import type { IncomingMessage } from 'node:http'
import { READ_ONLY_REASON } from '@/lib/dashboard-api/access'
import type { DashboardError, DashboardErrorCode } from '@/lib/dashboard-api/errors'
import { API } from '@/lib/dashboard-api/paths'

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

/**
 * Why a request must not reach a read-only dashboard, or null. Every method that may change something is refused; what the
 * manifests API is asked for stands in its body, so it looks for itself: a dry run stores nothing.
 */
export function checkReadOnly(request: Pick<IncomingMessage, 'method' | 'url'>): Refusal | null {
  if (SAFE_METHODS.includes(request.method ?? 'GET')) return null
  const [path] = (request.url ?? '').split('?')
  if (request.method === 'POST' && path === API.manifests) return null
  return refuse(403, READ_ONLY_REASON, 'read-only')
}

function refuse(
  status: number,
  message: string,
  code: DashboardErrorCode = 'forbidden-origin',
): Refusal {
  return { status, body: { code, message } }
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
