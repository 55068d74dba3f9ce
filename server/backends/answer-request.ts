/** Request → answer of the echo server, the same for HTTP/1.1 and HTTP/2. */
import { parseGoDuration } from '@/lib/validation/go-duration'
import {
  type EchoBodyWriter,
  type EchoedRequest,
  groupHeaders,
  requestedHeaders,
} from './echo-response'
import { DELAY_MS_MAX } from './limits'
import type { FailedAttempt, RetrySimulation } from './retry-simulation'

export interface EchoAnswer {
  readonly status: number
  /** Names and values in turn; Content-Length is left to the server. */
  readonly headers: readonly string[]
  readonly body: string
  /** How long to wait before answering; 0 answers at once. */
  readonly delayMs: number
  /** Whether the connection is reset in place of an answer. */
  readonly isReset?: boolean
}

export interface EchoHandler {
  readonly writeBody: EchoBodyWriter
  readonly log: (text: string) => void
  readonly retries: RetrySimulation
}

const HEALTHY: EchoAnswer = {
  status: 200,
  headers: ['Content-Type', 'text/plain; charset=utf-8'],
  body: 'OK',
  delayMs: 0,
}

const JSON_HEADERS = ['Content-Type', 'application/json', 'X-Content-Type-Options', 'nosniff']

/** Answers `/health`, `/status/<code>`, a plain request to `/ws`, fails attempts at `/retry/…`, and echoes everything else. */
export function answerRequest(
  handler: EchoHandler,
  request: EchoedRequest,
  client: string,
): EchoAnswer {
  const { target } = request
  if (target === '/health') return HEALTHY
  if (target.startsWith('/status/')) return statusAnswer(target)
  if (target === '/ws') return { status: 400, headers: [], body: '', delayMs: 0 }
  const failed = target.startsWith('/retry/') ? handler.retries.next(target) : null
  if (failed !== null) return failedAnswer(failed)
  handler.log(`Echoing back request made to ${target} to client (${client})`)
  const delay = target.includes('delay=') ? delayOf(delayText(target)) : 0
  if (typeof delay === 'string') return wrongDelay(delay)
  return {
    status: 200,
    headers: echoHeaders(request.rawHeaders),
    body: handler.writeBody(request),
    delayMs: delay,
  }
}

/** `/status/503` answers 503; anything but three digits of a final status answers 400. */
function statusAnswer(target: string): EchoAnswer {
  const code = Number(/^\/status\/(\d{3})$/.exec(target)?.[1] ?? 400)
  return { status: code >= 200 ? code : 400, headers: [], body: '', delayMs: 0 }
}

function failedAnswer(failed: FailedAttempt): EchoAnswer {
  if (failed.kind === 'bad-request') {
    return { status: 400, headers: [], body: failed.message, delayMs: 0 }
  }
  const delayMs = delayOf(failed.delayText)
  if (typeof delayMs === 'string') return wrongDelay(delayMs)
  if (failed.kind === 'reset') return { status: 0, headers: [], body: '', delayMs, isReset: true }
  return { status: failed.status, headers: [], body: '', delayMs }
}

function wrongDelay(text: string): EchoAnswer {
  const body = JSON.stringify({ message: `time: invalid duration ${JSON.stringify(text)}` })
  return { status: 500, headers: JSON_HEADERS, body, delayMs: 0 }
}

function delayText(target: string): string {
  const query = target.indexOf('?')
  return query < 0 ? '' : (new URLSearchParams(target.slice(query)).get('delay') ?? '')
}

/** Milliseconds of a Go duration, 0 for none; the text itself when it is no duration. */
function delayOf(text: string): number | string {
  if (text === '') return 0
  const delay = parseGoDuration(text)
  if (delay === undefined) return text
  return Math.min(Math.max(Number(delay) / 1e6, 0), DELAY_MS_MAX)
}

function echoHeaders(rawHeaders: readonly string[]): readonly string[] {
  const hasRequest = rawHeaders.some(
    (entry, index) => index % 2 === 0 && entry.toLowerCase() === 'x-echo-set-header',
  )
  if (!hasRequest) return JSON_HEADERS
  const asked = requestedHeaders(groupHeaders(rawHeaders).get('X-Echo-Set-Header') ?? [])
  // The server's own two headers win over asked ones.
  const own = new Set(['content-type', 'x-content-type-options'])
  return [...asked.filter(([name]) => !own.has(name.toLowerCase())).flat(), ...JSON_HEADERS]
}
