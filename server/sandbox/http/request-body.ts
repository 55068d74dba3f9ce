/** The bytes a client sends → its body, unpacked, within the limit. */
import type { IncomingMessage } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { REQUEST_BODY_BYTES_MAX } from '../api/limits'
import { failure, type Outcome, success } from '../api/outcome'
import { badRequest, tooLarge, unsupportedMediaType } from '../api/status-error'

/** The whole body. 413 beyond the limit; the rest is not read. */
export async function readBody(request: IncomingMessage): Promise<Outcome<Buffer>> {
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > REQUEST_BODY_BYTES_MAX) return failure(tooLarge(REQUEST_BODY_BYTES_MAX))
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of request) {
      const bytes = chunk as Buffer
      length += bytes.length
      if (length > REQUEST_BODY_BYTES_MAX) return failure(tooLarge(REQUEST_BODY_BYTES_MAX))
      chunks.push(bytes)
    }
  } catch {
    return failure(badRequest('unexpected EOF'))
  }
  return decompress(Buffer.concat(chunks, length), request.headers['content-encoding'])
}

function decompress(body: Buffer, encoding: string | undefined): Outcome<Buffer> {
  if (encoding === undefined || encoding === 'identity') return success(body)
  if (encoding !== 'gzip') return failure(unsupportedMediaType(['gzip']))
  try {
    return success(gunzipSync(body, { maxOutputLength: REQUEST_BODY_BYTES_MAX }))
  } catch {
    return failure(badRequest('the body is not valid gzip, or too large'))
  }
}
