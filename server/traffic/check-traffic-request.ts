/** Body of POST /runs or /probes → this → what may be sent, or why not. */
import { BlockList, isIP } from 'node:net'
import { z } from 'zod'
import { probeRequest } from '@/lib/dashboard-api/probe'
import { requestProblem } from '@/lib/dashboard-api/sendable-request'
import { type TrafficRequestChecked, trafficRequest } from '@/lib/dashboard-api/traffic'
import { isSafeMethod } from '@/lib/shared/safe-methods'
import type { CheckedProbe } from './send-probe'

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
const probe = z.object({
  request: probeRequest,
  connectHost: z.string().max(64),
  connectPort: z.number().int().min(1).max(65_535),
})

export type ResolveTarget = (request: TrafficRequestChecked) => Promise<TrafficTarget | string>

export interface TargetRules {
  /** Where a request goes that names no address; returns a sentence when it does not know. */
  readonly resolveTarget?: ResolveTarget
  /** Which addresses may be sent to; without it those of loopback. */
  readonly isAllowedTarget?: (host: string, port: number) => boolean | Promise<boolean>
}

/** Returns the run, or one sentence that names what is wrong. */
export async function checkTrafficRequest(
  body: unknown,
  rules: TargetRules,
): Promise<CheckedRun | string> {
  const parsed = runRequest.safeParse(body)
  if (!parsed.success) return wrongBody(parsed.error)
  const { request } = parsed.data
  const problem = requestProblem(request)
  if (problem !== null) return problem.message
  const target = await targetOf(parsed.data, rules)
  if (typeof target === 'string') return target
  return (await targetProblem(target, rules)) ?? { request, ...target }
}

/** Returns the single request, or one sentence that names what is wrong. */
export async function checkProbe(
  body: unknown,
  rules: TargetRules,
): Promise<CheckedProbe | string> {
  const parsed = probe.safeParse(body)
  if (!parsed.success) return wrongBody(parsed.error)
  const { request } = parsed.data
  const problem = requestProblem(request)
  if (problem !== null) return problem.message
  if (!isSafeMethod(request.method) && !request.isConfirmed) {
    return `${request.method} may change data, so it is sent with isConfirmed only.`
  }
  return (await targetProblem(parsed.data, rules)) ?? parsed.data
}

function wrongBody({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join('.') || 'The body'}: ${issue?.message ?? 'not valid'}.`
}

/** Why nothing may be sent to an address; null when it may. */
async function targetProblem(
  { connectHost, connectPort }: Pick<TrafficTarget, 'connectHost' | 'connectPort'>,
  rules: TargetRules,
): Promise<string | null> {
  if (isIP(connectHost) === 0) return 'connectHost takes an IP address.'
  if (rules.isAllowedTarget === undefined) {
    if (isLoopback(connectHost)) return null
    return `Traffic is sent to loopback addresses only, not to ${connectHost}.`
  }
  if (await rules.isAllowedTarget(connectHost, connectPort)) return null
  return `Traffic is sent to the addresses of Gateways only, and ${connectHost}:${connectPort} is not one.`
}

async function targetOf(
  data: z.output<typeof runRequest>,
  { resolveTarget }: TargetRules,
): Promise<TrafficTarget | string> {
  const { request, connectHost, connectPort } = data
  if (connectHost !== undefined && connectPort !== undefined) {
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
