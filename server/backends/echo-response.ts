/**
 * What the echo server says of a request: the JSON of gateway-api's conformance image `echo-basic`,
 * as Go's encoder prints it (sorted header names, one-space indent, HTML characters escaped).
 * On the path of every request of a load test, so it is built as one string.
 */
import { HTTP_FIELD_VALUE, HTTP_TOKEN } from '@/lib/shared/http-syntax'
import { HEADER_NAMES_MAX } from './limits'

/** Who answers; from the container's environment. */
export interface EchoContext {
  readonly namespace: string
  readonly ingress: string
  readonly service: string
  readonly pod: string
}

export interface EchoedRequest {
  /** Request target as received, with its query. */
  readonly target: string
  readonly host: string
  readonly method: string
  readonly proto: 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2.0'
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[]
}

export type EchoBodyWriter = (request: EchoedRequest) => string

const canonicalNames = new Map<string, string>()

/** A header name as Go's textproto prints it: `x-request-id` → `X-Request-Id`; a name that is no token stays. */
export function canonicalHeaderName(name: string): string {
  const known = canonicalNames.get(name)
  if (known !== undefined) return known
  const canonical = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)
    ? name.toLowerCase().replace(/(^|-)[a-z]/g, (match) => match.toUpperCase())
    : name
  if (canonicalNames.size < HEADER_NAMES_MAX) canonicalNames.set(name, canonical)
  return canonical
}

/** Go keeps these out of Request.Header. */
const NOT_ECHOED = new Set(['Host', 'Transfer-Encoding', 'Trailer'])

/** Values by canonical name, names in order of first appearance. */
export function groupHeaders(rawHeaders: readonly string[]): Map<string, string[]> {
  const grouped = new Map<string, string[]>()
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const rawName = rawHeaders[index] ?? ''
    if (rawName.startsWith(':')) continue
    const name = canonicalHeaderName(rawName)
    if (NOT_ECHOED.has(name)) continue
    const value = rawHeaders[index + 1] ?? ''
    const values = grouped.get(name)
    if (values === undefined) grouped.set(name, [value])
    else values.push(value)
  }
  return grouped
}

/** A function that prints requests for one context; the context's part is built once. */
export function createEchoBodyWriter(context: EchoContext): EchoBodyWriter {
  const tail =
    ` "namespace": ${quote(context.namespace)},\n "ingress": ${quote(context.ingress)},\n` +
    ` "service": ${quote(context.service)},\n "pod": ${quote(context.pod)}\n}`
  return (request) =>
    `{\n "path": ${quote(request.target)},\n "host": ${quote(request.host)},\n` +
    ` "method": ${quote(request.method)},\n "proto": "${request.proto}",\n` +
    ` "headers": ${printHeaders(request.rawHeaders)},\n${tail}`
}

function printHeaders(rawHeaders: readonly string[]): string {
  const grouped = groupHeaders(rawHeaders)
  if (grouped.size === 0) return '{}'
  const lines: string[] = []
  for (const name of [...grouped.keys()].sort()) {
    const values = (grouped.get(name) ?? []).map(quote).join(',\n   ')
    lines.push(`  ${quote(name)}: [\n   ${values}\n  ]`)
  }
  return `{\n${lines.join(',\n')}\n }`
}

const HTML_CHARACTERS = /[<>&\u2028\u2029]/
const HTML_ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
}

function quote(text: string): string {
  const json = JSON.stringify(text)
  if (!HTML_CHARACTERS.test(json)) return json
  return json.replace(/[<>&\u2028\u2029]/g, (character) => HTML_ESCAPES[character] ?? character)
}

/** Setting these would break the message's framing. */
const FRAMING = new Set(['connection', 'content-length', 'transfer-encoding', 'upgrade'])

/** Headers that `X-Echo-Set-Header: name:value, name:value` asks for; what HTTP does not allow is left out. */
export function requestedHeaders(values: readonly string[]): [name: string, value: string][] {
  return values
    .flatMap((list) => list.split(','))
    .map((pair): [string, string] => {
      const text = pair.trim()
      const colon = text.indexOf(':')
      return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1).trim()]
    })
    .filter(
      ([name, value]) =>
        HTTP_TOKEN.test(name) && HTTP_FIELD_VALUE.test(value) && !FRAMING.has(name.toLowerCase()),
    )
}
