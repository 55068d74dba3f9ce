/** One request, sent once on a connection of its own → this → its answer, bounded in bytes and time. */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import type { ProbeAnswer, ProbeBody, ProbeRequestChecked } from '@/lib/dashboard-api/probe'
import { authorityOf } from '@/lib/gateway-api/listener-address'
import { failureReason } from './failure-reason'
import type { TrafficLimits } from './limits'

export interface CheckedProbe {
  readonly request: ProbeRequestChecked
  readonly connectHost: string
  readonly connectPort: number
}

type Answered = Extract<ProbeAnswer, { readonly outcome: 'answered' }>
type Bounds = Pick<TrafficLimits, 'probeTimeoutMs' | 'probeBodyBytesMax'>

/** Resolves with what came back, or with why nothing did; never rejects. `monotonic` counts milliseconds. */
export async function sendProbe(
  probe: CheckedProbe,
  limits: Bounds,
  monotonic: () => number,
  signal: AbortSignal,
): Promise<ProbeAnswer> {
  const sentTo = authorityOf({ host: probe.connectHost, port: probe.connectPort })
  const timeout = AbortSignal.timeout(limits.probeTimeoutMs)
  try {
    const answer = await exchange(probe, limits, monotonic, AbortSignal.any([signal, timeout]))
    return { sentTo, ...answer }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const reason = timeout.aborted
      ? `no answer within ${limits.probeTimeoutMs / 1000} s`
      : failureReason(code)
    return { sentTo, outcome: 'failed', message: `${sentTo} did not answer: ${reason}.` }
  }
}

async function exchange(
  { request, connectHost, connectPort }: CheckedProbe,
  limits: Bounds,
  monotonic: () => number,
  signal: AbortSignal,
): Promise<Omit<Answered, 'sentTo'>> {
  const startedAt = monotonic()
  const isSecure = request.scheme === 'https'
  const options: RequestOptions = {
    host: connectHost,
    port: connectPort,
    method: request.method,
    path: request.path,
    headers: headersOf(request),
    setHost: false,
    agent: false,
    signal,
  }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    // The Gateway is known by its address, and its certificate is for its clients to judge.
    const outgoing = isSecure
      ? httpsRequest({ ...options, rejectUnauthorized: false, servername: serverName(request) })
      : httpRequest(options)
    outgoing.on('response', resolve)
    outgoing.on('error', reject)
    // A server that changes the protocol on its own accord leaves a socket nobody reads.
    outgoing.on('upgrade', (_, socket) => {
      socket.destroy()
      reject(new Error('The protocol was changed.'))
    })
    outgoing.end()
  })
  const latencyMs = monotonic() - startedAt
  const { statusCode: status = 0, statusMessage: reason = '', rawHeaders } = response
  const body = await readBody(response, limits.probeBodyBytesMax)
  return { outcome: 'answered', status, reason, headers: toPairs(rawHeaders), body, latencyMs }
}

/** Methods whose requests have a body by nature: without one they say so. */
const BODY_METHODS: readonly string[] = ['POST', 'PUT', 'PATCH']

function headersOf({ method, host, headers }: ProbeRequestChecked): string[] {
  const lines = ['Host', host, ...headers.flatMap(({ name, value }) => [name, value])]
  return BODY_METHODS.includes(method) ? [...lines, 'Content-Length', '0'] : lines
}

/** The name a handshake asks for; an address is none (RFC 6066, 3). */
function serverName({ host }: ProbeRequestChecked): string {
  const name = host.replace(/:\d+$/, '')
  return isIP(name.replace(/^\[|\]$/g, '')) === 0 ? name : ''
}

function toPairs(rawHeaders: readonly string[]): readonly (readonly [string, string])[] {
  return rawHeaders.flatMap((name, index) => {
    return index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : []
  })
}

async function readBody(response: IncomingMessage, bytesMax: number): Promise<ProbeBody> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response) {
    if (!(chunk instanceof Buffer)) continue
    chunks.push(chunk.subarray(0, bytesMax - bytes))
    bytes += chunk.length
    // Leaving the loop closes the connection.
    if (bytes > bytesMax) break
  }
  const read = Buffer.concat(chunks)
  const isCut = bytes > bytesMax
  return { text: textOf(read, isCut), bytes: read.length, isCut }
}

/** Null for what is no text; the last character of a body that was cut may be broken. */
function textOf(bytes: Buffer, isCut: boolean): string | null {
  if (bytes.includes(0)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut })
  } catch {
    return null
  }
}
