/** Body of POST /runs → this → a run that may be made, or why not. */
import { BlockList, isIP } from 'node:net'
import { z } from 'zod'
import { requestProblem } from '@/lib/dashboard-api/sendable-request'
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
  const problem = requestProblem(request)
  if (problem !== null) return problem.message
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
