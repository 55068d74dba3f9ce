import { STATUS_CODES } from 'node:http'

/** A response the gateway makes itself. */
export interface FixedResponse {
  readonly status: number
  readonly reason: string
  readonly lines: string
  readonly body: Buffer
}

const NO_BODY = Buffer.alloc(0)

/** A small text that names the status, for people reading it with curl; redirects and 204 have no body. */
export function fixedResponse(status: number, dateLine: string, moreLines = ''): FixedResponse {
  const reason = STATUS_CODES[status] ?? ''
  if (status === 204 || status === 304) {
    return { status, reason, lines: `${dateLine}${moreLines}`, body: NO_BODY }
  }
  const body = status < 400 ? NO_BODY : Buffer.from(`${status} ${reason}\n`)
  const type = status < 400 ? '' : 'Content-Type: text/plain; charset=utf-8\r\n'
  const lines = `${dateLine}${moreLines}${type}Content-Length: ${body.length}\r\n`
  return { status, reason, lines, body }
}
