/** What a handler gives back, and how it is written to the socket. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { stringify as stringifyYaml } from 'yaml'
import type { JsonObject } from '@/lib/shared/json'
import { sortKeys } from '../api/api-object'
import { WARNING_CHARACTERS_MAX, WARNING_CUT_CHARACTERS } from '../api/limits'
import { objectJson } from '../api/object-json'
import type { ApiStatus } from '../api/outcome'
import { badRequest, statusObject } from '../api/status-error'
import { responseSink, type StreamSink } from './stream-sink'
import type { UpgradeRequest } from './upgrade'

export type Answer =
  | {
      readonly is: 'object'
      readonly code: number
      readonly object: JsonObject
      readonly warnings?: readonly string[]
      readonly headers?: Readonly<Record<string, string>>
      readonly contentType?: string
    }
  | {
      readonly is: 'text'
      readonly code: number
      readonly text: string
      readonly contentType?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  /** The handler writes the response itself: watches and logs. */
  | { readonly is: 'stream'; readonly start: (sink: StreamSink) => void }
  /** The handler reads the request's body and writes the whole response. */
  | { readonly is: 'forward'; readonly start: (response: ServerResponse) => void }
  /** The connection itself, for another protocol than HTTP. */
  | { readonly is: 'upgrade'; readonly start: (upgrade: UpgradeRequest) => void }

/** 200 with an object. */
export function ok(object: JsonObject, warnings: readonly string[] = []): Answer {
  return { is: 'object', code: 200, object, warnings }
}

/** 201 with an object. */
export function created(object: JsonObject, warnings: readonly string[] = []): Answer {
  return { is: 'object', code: 201, object, warnings }
}

/** The Status of a failure under its code; plain text for a path that is no API. */
export function failed(error: ApiStatus): Answer {
  if (error.isPlainText === true)
    return { is: 'text', code: error.code, text: `${error.message}\n` }
  const object = statusObject(error)
  const headers = error.code === 429 ? { 'Retry-After': '1' } : {}
  return { is: 'object', code: error.code, object, headers, warnings: error.warnings ?? [] }
}

/** Writes the whole answer. `format` is what the client accepts. */
export function writeAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  format: 'json' | 'yaml',
): void {
  if (answer.is === 'stream') {
    answer.start(responseSink(response))
    return
  }
  if (answer.is === 'forward') {
    answer.start(response)
    return
  }
  if (answer.is === 'upgrade') {
    writeAnswer(request, response, failed(badRequest('Upgrade request required')), format)
    return
  }
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value)
  response.setHeader('Cache-Control', response.getHeader('Cache-Control') ?? 'no-cache, private')
  if (answer.is === 'text') {
    const type = answer.contentType ?? 'text/plain; charset=utf-8'
    send(request, response, answer.code, type, answer.text)
    return
  }
  const warnings = warningHeaders(answer.warnings ?? [])
  if (warnings.length > 0) response.setHeader('Warning', warnings)
  if (format === 'yaml') {
    send(request, response, answer.code, 'application/yaml', toYaml(answer.object))
    return
  }
  const type = answer.contentType ?? 'application/json'
  send(request, response, answer.code, type, toJson(request, answer.object))
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  code: number,
  type: string,
  text: string,
): void {
  response.statusCode = code
  // As bytes: Node would write the head in the encoding of a text, and warnings are bytes already.
  const bytes = Buffer.from(text)
  response.setHeader('Content-Type', type)
  response.setHeader('Content-Length', bytes.length)
  response.end(request.method === 'HEAD' ? '' : bytes)
}

/** Compact, or indented for people at a terminal. */
function toJson(request: IncomingMessage, object: JsonObject): string {
  return isPerson(request) ? `${JSON.stringify(object, null, 2)}\n` : `${objectJson(object)}\n`
}

/** Whether somebody reads the answer with their own eyes. */
export function isPerson(request: IncomingMessage): boolean {
  return /^(curl|Wget|Mozilla)/.test(request.headers['user-agent'] ?? '')
}

/** YAML as sigs.k8s.io/yaml writes it: sorted keys, lists not indented, timestamps quoted. */
export function toYaml(object: JsonObject): string {
  return stringifyYaml(sortKeys(object), {
    indentSeq: false,
    schema: 'yaml-1.1',
    lineWidth: 0,
    aliasDuplicateObjects: false,
    // FieldsV1 documents are full of this key, and Go does not quote it.
  }).replace(/^(\s*(?:- )*)"\.":/gm, '$1.:')
}

/**
 * Warning headers of RFC 7234, each text once. As kube-apiserver has it, one with a line break is lost, and those of an answer
 * with too many are cut.
 */
export function warningHeaders(texts: readonly string[]): string[] {
  const sayable = [...new Set(texts)].filter((text) => text !== '' && !/\p{Cc}/u.test(text))
  const total = sayable.reduce((sum, text) => sum + text.length, 0)
  if (total <= WARNING_CHARACTERS_MAX) return sayable.map(warningHeader)
  const cut = sayable.map((text) => text.slice(0, WARNING_CUT_CHARACTERS))
  let before = 0
  return cut
    .filter((text) => {
      before += text.length
      return before - text.length < WARNING_CHARACTERS_MAX
    })
    .map(warningHeader)
}

/** Header values are bytes: UTF-8 here, of which Node wants every byte as a character. */
function warningHeader(text: string): string {
  const quoted = text.replace(/["\\]/g, '\\$&')
  return `299 - "${Buffer.from(quoted).toString('latin1')}"`
}
