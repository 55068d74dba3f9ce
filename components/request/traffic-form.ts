/** The traffic form: text fields ↔ the request of the dashboard API, with a sentence per wrong field. Pure. */
import { requestProblem } from '@/lib/dashboard-api/sendable-request'
import {
  TRAFFIC_DURATION_SECONDS_MAX,
  TRAFFIC_RATE_MAX,
  type TrafficRequest,
  trafficRequest,
} from '@/lib/dashboard-api/traffic'
import type { HTTPRoute } from '@/lib/gateway-api/types'

export interface TrafficForm {
  readonly gateway: string
  readonly listener: string
  readonly method: string
  readonly host: string
  readonly path: string
  /** One `Name: value` a line. */
  readonly headers: string
  readonly rate: string
  readonly duration: string
}

export type TrafficFormErrors = Partial<Record<keyof TrafficForm, string>>

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

export const EMPTY_FORM: TrafficForm = {
  gateway: '',
  listener: '',
  method: 'GET',
  host: 'www.example.com',
  path: '/',
  headers: '',
  rate: '10',
  duration: '30',
}

/** A concrete host that a hostname of the route covers: `*.example.com` → `www.example.com`. */
function concreteHost(hostname: string | undefined): string {
  return hostname === undefined ? EMPTY_FORM.host : hostname.replace(/^\*/, 'www')
}

/** A form filled so that its requests take the route's first rule. */
export function formForRoute(route: HTTPRoute): TrafficForm {
  const parent = route.spec.parentRefs?.[0]
  const match = route.spec.rules?.[0]?.matches?.[0]
  const isExact = ({ type = 'Exact' }: { type?: string }) => type === 'Exact'
  const headers = (match?.headers ?? []).filter(isExact)
  const query = (match?.queryParams ?? [])
    .filter(isExact)
    .map(({ name, value }) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&')
  const path = match?.path?.type === 'RegularExpression' ? '/' : (match?.path?.value ?? '/')
  const namespace = parent?.namespace ?? route.metadata.namespace ?? 'default'
  return {
    ...EMPTY_FORM,
    gateway: parent === undefined ? '' : `${namespace}/${parent.name}`,
    listener: parent?.sectionName ?? '',
    method: match?.method ?? 'GET',
    host: concreteHost(route.spec.hostnames?.[0]),
    path: query === '' ? path : `${path}?${query}`,
    headers: headers.map(({ name, value }) => `${name}: ${value}`).join('\n'),
  }
}

const MESSAGES: Record<keyof TrafficForm, string> = {
  gateway: 'Choose a Gateway.',
  listener: 'At most 253 characters.',
  method: 'One of the listed methods.',
  host: 'A host name is needed: the Gateway chooses the route by it.',
  path: 'Starts with / and has no spaces.',
  headers: 'One header per line, as Name: value; at most 32.',
  rate: `A number from 1 to ${TRAFFIC_RATE_MAX}.`,
  duration: `A number from 1 to ${TRAFFIC_DURATION_SECONDS_MAX}.`,
}

const FIELD_OF: Readonly<Record<string, keyof TrafficForm>> = {
  gateway: 'gateway',
  listener: 'listener',
  method: 'method',
  host: 'host',
  path: 'path',
  headers: 'headers',
  ratePerSecond: 'rate',
  durationSeconds: 'duration',
}

/** A name or address and perhaps a port: nothing that would begin a path, a header or a second word. */
const HOST = /^[^\s/?#@\\]+$/

function hostError(host: string): string | undefined {
  if (host === '' || HOST.test(host)) return undefined
  return 'A host name such as www.example.com, with no spaces, scheme or path.'
}

function headersError(headers: readonly { name: string }[] | undefined): string | undefined {
  if (headers === undefined) return MESSAGES.headers
  const hasHost = headers.some(({ name }) => name.toLowerCase() === 'host')
  return hasHost ? 'The host is given in the Host field, not as a header.' : undefined
}

const HEADER_LINE = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/

function parseHeaders(text: string): { name: string; value: string }[] | undefined {
  const headers: { name: string; value: string }[] = []
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    const [, name, value] = HEADER_LINE.exec(line.trim()) ?? []
    if (name === undefined || value === undefined) return undefined
    headers.push({ name, value })
  }
  return headers
}

export type ParsedTrafficForm =
  | { readonly ok: true; readonly request: TrafficRequest; readonly count: number }
  | { readonly ok: false; readonly errors: TrafficFormErrors }

/** The request, or what is wrong with each field. */
export function parseTrafficForm(form: TrafficForm): ParsedTrafficForm {
  const headers = parseHeaders(form.headers)
  const rate = form.rate.trim() === '' ? Number.NaN : Number(form.rate)
  const duration = form.duration.trim() === '' ? Number.NaN : Number(form.duration)
  const host = form.host.trim()
  const parsed = trafficRequest.safeParse({
    gateway: form.gateway,
    ...(form.listener === '' ? {} : { listener: form.listener }),
    method: form.method,
    host,
    path: form.path,
    headers: headers ?? [],
    ratePerSecond: rate,
    durationSeconds: duration,
  })
  const errors: TrafficFormErrors = {}
  if (!parsed.success) {
    for (const { path } of parsed.error.issues) {
      const field = FIELD_OF[String(path[0])]
      if (field !== undefined) errors[field] = MESSAGES[field]
    }
  }
  const wrongHost = hostError(host)
  if (wrongHost !== undefined) errors.host = wrongHost
  const wrongHeaders = headersError(headers)
  if (wrongHeaders !== undefined) errors.headers = wrongHeaders
  if (!parsed.success || wrongHost !== undefined || wrongHeaders !== undefined) {
    return { ok: false, errors }
  }
  const problem = requestProblem(parsed.data)
  if (problem !== null) return { ok: false, errors: { [problem.field]: problem.message } }
  return { ok: true, request: parsed.data, count: Math.round(rate * duration) }
}
