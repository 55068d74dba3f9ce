/** Body of POST /runs → this → a run that may be made, or why not. */
import { BlockList, isIP } from 'node:net'
import { z } from 'zod'
import { type TrafficRequestChecked, trafficRequest } from '@/lib/dashboard-api/traffic'

export interface TrafficTarget {
  /** What the page shows. */
  readonly url: string
  /** An IP address. */
  readonly connectHost: string
  readonly connectPort: number
}

export interface CheckedRun extends TrafficTarget {
  readonly request: TrafficRequestChecked
}

const runRequest = z.object({
  request: trafficRequest,
  url: z.string().max(4096).optional(),
  connectHost: z.string().max(64).optional(),
  connectPort: z.number().int().min(1).max(65_535).optional(),
})

export type ResolveTarget = (request: TrafficRequestChecked) => Promise<TrafficTarget | string>

export interface TargetRules {
  /** Where a request goes that names no address; returns a sentence when it does not know. */
  readonly resolveTarget?: ResolveTarget
  /** Addresses beyond loopback that may be sent to. */
  readonly isAllowedTarget?: (host: string, port: number) => boolean
}

/** Returns the run, or one sentence that names what is wrong. */
export async function checkTrafficRequest(
  body: unknown,
  rules: TargetRules,
): Promise<CheckedRun | string> {
  const parsed = runRequest.safeParse(body)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return `${issue?.path.join('.') || 'The body'}: ${issue?.message ?? 'not valid'}.`
  }
  const { request } = parsed.data
  const problem = problemOf(request)
  if (problem !== null) return problem
  const target = await targetOf(parsed.data, rules)
  if (typeof target === 'string') return target
  const { connectHost, connectPort } = target
  if (isLoopback(connectHost) || rules.isAllowedTarget?.(connectHost, connectPort) === true) {
    return { request, ...target }
  }
  return `Traffic is sent to loopback addresses only, not to ${connectHost}.`
}

async function targetOf(
  data: z.output<typeof runRequest>,
  { resolveTarget }: TargetRules,
): Promise<TrafficTarget | string> {
  const { request, connectHost, connectPort } = data
  if (connectHost !== undefined && connectPort !== undefined) {
    if (isIP(connectHost) === 0) return 'connectHost takes an IP address.'
    const url = data.url ?? `http://${request.host}${request.path}`
    return { url, connectHost, connectPort }
  }
  if (resolveTarget === undefined) return 'connectHost and connectPort say where to send to.'
  return resolveTarget(request)
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

function isLoopback(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && LOOPBACK.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** What the sender itself decides: framing, the connection, and headers of one hop (RFC 9110, 7.6.1). */
const OWN_HEADERS: readonly string[] = [
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const HOST = /^[A-Za-z0-9._\-[\]:]+$/
const PATH = /^[\x21-\x7e]+$/

function problemOf(request: TrafficRequestChecked): string | null {
  const { method, host, path, headers } = request
  if (method === 'CONNECT') return 'CONNECT opens a tunnel and cannot be sent as traffic.'
  if (!HOST.test(host)) return `"${host}" is not a host name.`
  if (!PATH.test(path)) return 'The path takes visible ASCII characters; percent-encode the others.'
  for (const { name, value } of headers) {
    if (!TOKEN.test(name)) return `"${name}" is not a header name.`
    const lower = name.toLowerCase()
    if (lower === 'host') return 'The header Host comes from the host field; leave it out.'
    if (OWN_HEADERS.includes(lower)) {
      return `The header ${name} belongs to the connection, which the generator manages; leave it out.`
    }
    if (!FIELD_VALUE.test(value))
      return `The value of header ${name} has characters HTTP does not allow.`
  }
  return null
}
