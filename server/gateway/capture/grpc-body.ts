/** The body of a gRPC message → this → its messages, and the trailers that gRPC-Web writes into it. */

const PREFIX_BYTES = 5
const MESSAGES_MAX = 1_000
/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md */
const TRAILERS_FLAG = 0x80

export interface GrpcBody {
  /** With their prefixes, one character a byte; what is left over at the end counts as one more. */
  readonly messages: readonly string[]
  /** Lines as HTTP/1.1 writes them; `''` where there are none. */
  readonly trailers: string
}

/** Reads length-prefixed messages; `type` is the Content-Type in lower case. */
export function readGrpcBody(content: Buffer, type: string): GrpcBody {
  const isWeb = type.startsWith('application/grpc-web')
  const isText = type.startsWith('application/grpc-web-text')
  const bytes = isText ? fromBase64(content.toString('latin1')) : content
  const messages: string[] = []
  let trailers = ''
  let at = 0
  while (at < bytes.length && messages.length < MESSAGES_MAX) {
    const isPrefixed = at + PREFIX_BYTES <= bytes.length
    const end = isPrefixed ? at + PREFIX_BYTES + bytes.readUInt32BE(at + 1) : bytes.length
    const isTrailers = isWeb && isPrefixed && ((bytes[at] ?? 0) & TRAILERS_FLAG) !== 0
    if (isTrailers)
      trailers += bytes.toString('latin1', at + PREFIX_BYTES, Math.min(end, bytes.length))
    else messages.push(bytes.toString('latin1', at, Math.min(end, bytes.length)))
    at = end
  }
  return { messages, trailers }
}

/** Each frame may be coded by itself, with padding of its own. */
function fromBase64(text: string): Buffer {
  const parts = text.match(/[A-Za-z0-9+/]+={0,2}/g) ?? []
  return Buffer.concat(parts.map((part) => Buffer.from(part, 'base64')))
}
