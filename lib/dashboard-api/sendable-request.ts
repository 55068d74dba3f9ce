/** What a request sent on a person's behalf may say: checked by the form that asks for it and by the plane that sends it. */
import { HTTP_FIELD_VALUE, HTTP_TOKEN } from '@/lib/shared/http-syntax'

/** The parts of a request that are looked at. */
export interface SendableRequest {
  readonly method: string
  readonly host: string
  readonly path: string
  readonly headers: readonly { readonly name: string; readonly value: string }[]
}

export interface RequestProblem {
  readonly field: keyof SendableRequest
  /** A sentence that says what to do. */
  readonly message: string
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
const HOST = /^[A-Za-z0-9._\-[\]:]+$/
const PATH = /^[\x21-\x7e]+$/

/** Returns the first thing wrong with a request, or null when it can be sent. */
export function requestProblem(request: SendableRequest): RequestProblem | null {
  const { method, host, path, headers } = request
  if (method === 'CONNECT') {
    return {
      field: 'method',
      message: 'CONNECT opens a tunnel and cannot be sent as traffic.',
    }
  }
  if (!HOST.test(host)) return { field: 'host', message: `"${host}" is not a host name.` }
  if (!PATH.test(path)) {
    const message = 'The path takes visible ASCII characters; percent-encode the others.'
    return { field: 'path', message }
  }
  const message = headers.map(headerProblem).find((problem) => problem !== null)
  return message ? { field: 'headers', message } : null
}

function headerProblem({ name, value }: SendableRequest['headers'][number]): string | null {
  if (!HTTP_TOKEN.test(name)) return `"${name}" is not a header name.`
  const lower = name.toLowerCase()
  if (lower === 'host') return 'The header Host comes from the host field; leave it out.'
  if (OWN_HEADERS.includes(lower)) {
    return `The header ${name} belongs to the connection, which the sender manages; leave it out.`
  }
  if (HTTP_FIELD_VALUE.test(value)) return null
  return `The value of header ${name} has characters HTTP does not allow.`
}
