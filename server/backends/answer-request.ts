/** Request → answer of the echo server, the same for HTTP/1.1 and HTTP/2. */
import { parseGoDuration } from '@/lib/validation/go-duration'
import {
  type EchoBodyWriter,
  type EchoedRequest,
  groupHeaders,
  requestedHeaders,
} from './echo-response'
import { DELAY_MS_MAX } from './limits'

export interface EchoAnswer {
  readonly status: number
  /** Names and values in turn; Content-Length is left to the server. */
  readonly headers: readonly string[]
  readonly body: string
  /** How long to wait before answering; 0 answers at once. */
  readonly delayMs: number
}

export interface EchoHandler {
  readonly writeBody: EchoBodyWriter
  readonly log: (text: string) => void
}

const HEALTHY: EchoAnswer = {
  status: 200,
  headers: ['Content-Type', 'text/plain; charset=utf-8'],
  body: 'OK',
  delayMs: 0,
}

const JSON_HEADERS = ['Content-Type', 'application/json', 'X-Content-Type-Options', 'nosniff']

/** Answers `/health`, `/status/<code>`, a plain request to `/ws`, and echoes everything else. */
export function answerRequest(
  handler: EchoHandler,
  request: EchoedRequest,
  client: string,
): EchoAnswer {
  const { target } = request
  if (target === '/health') return HEALTHY
  if (target.startsWith('/status/')) return statusAnswer(target)
  if (target === '/ws') return { status: 400, headers: [], body: '', delayMs: 0 }
  handler.log(`Echoing back request made to ${target} to client (${client})`)
  const delay = target.includes('delay=') ? delayOf(target) : 0
  if (typeof delay === 'string') {
    const body = JSON.stringify({ message: `time: invalid duration ${JSON.stringify(delay)}` })
    return { status: 500, headers: JSON_HEADERS, body, delayMs: 0 }
  }
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

/** Milliseconds of the first non-empty `delay` parameter, or its text when it is not a Go duration. */
function delayOf(target: string): number | string {
  const query = target.indexOf('?')
  const text = query < 0 ? '' : (new URLSearchParams(target.slice(query)).get('delay') ?? '')
  if (text === '') return 0
  const delay = parseGoDuration(text)
  if (!delay.ok) return text
  return Math.min(Math.max(Number(delay.nanoseconds) / 1e6, 0), DELAY_MS_MAX)
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
