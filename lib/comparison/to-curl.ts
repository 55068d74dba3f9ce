/** A captured request → this → the command that sends it again, as far as redaction lets it. */

import type { CapturedBody, CapturedExchange } from '@/lib/comparison/exchange'
import { writeJson } from '@/lib/comparison/write-json'
import { isSafeMethod } from '@/lib/shared/safe-methods'
import { shellQuote } from '@/lib/shared/shell-quote'

const REDACTED = /\[redacted [0-9a-f]{12}\]/
/** Written by curl itself, or by the connection. */
const OWN_HEADERS = new Set(['host', 'content-length', 'connection', 'transfer-encoding'])

/** What of a request can be sent again. */
export interface ReplayableRequest {
  readonly method: string
  readonly host: string
  readonly path: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
  /** What redaction or capture took: these parts are not what was sent. */
  readonly missing: readonly string[]
  readonly isSafe: boolean
}

/** The request as it can be sent again; redacted headers are left out. */
export function toReplayable({ request }: CapturedExchange): ReplayableRequest {
  const { method, host, path } = request
  const kept = request.headers.filter(([name]) => !OWN_HEADERS.has(name))
  const redacted = kept.filter(([, value]) => REDACTED.test(value)).map(([name]) => name)
  const { text, problem } = bodyText(request.body)
  return {
    method,
    host,
    path,
    headers: kept.filter(([, value]) => !REDACTED.test(value)),
    body: text,
    missing: [
      ...redacted.map((name) => `header ${name}`),
      ...(REDACTED.test(path) || REDACTED.test(decode(path)) ? ['parts of the path or query'] : []),
      ...(problem === '' ? [] : [problem]),
    ],
    isSafe: isSafeMethod(method),
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function bodyText(body: CapturedBody): { readonly text: string; readonly problem: string } {
  const text = writeBody(body)
  if (text === null) return { text: '', problem: `the ${body.kind} body` }
  return { text, problem: REDACTED.test(text) ? 'parts of the body' : '' }
}

function writeBody(body: CapturedBody): string | null {
  switch (body.kind) {
    case 'none':
      return ''
    case 'json':
      return writeJson(body.value)
    case 'text':
      return body.text
    case 'form':
      return new URLSearchParams(body.fields.map(([name, value]) => [name, value])).toString()
    case 'grpc':
    case 'binary':
    case 'uncaptured':
      return null
  }
}

/** A command for a POSIX shell; `origin` is the Gateway's, such as `http://127.0.0.5:10080`. What is missing comes first, as a comment. */
export function toCurl(exchange: CapturedExchange, origin: string): string {
  const { method, host, path, headers, body, missing } = toReplayable(exchange)
  const lines = [
    // With -X HEAD, curl waits for a body that does not come.
    `curl ${method === 'HEAD' ? '--head' : `-X ${method}`} ${shellQuote(`${origin}${path}`)}`,
    `-H ${shellQuote(`Host: ${host}`)}`,
    ...headers.map(([name, value]) => `-H ${shellQuote(`${name}: ${value}`)}`),
    ...(body === '' ? [] : [`--data-raw ${shellQuote(body)}`]),
  ]
  const note = missing.length === 0 ? '' : `# Not as it was sent: ${missing.join(', ')}.\n`
  return `${note}${lines.join(' \\\n  ')}`
}
