/** One chunk of a chunked body (RFC 9112 7.1). */
export function frameChunk(bytes: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(bytes.length + 20)
  const start = framed.write(`${bytes.length.toString(16)}\r\n`, 'latin1')
  bytes.copy(framed, start)
  const end = start + bytes.length
  return framed.subarray(0, end + framed.write('\r\n', end, 'latin1'))
}
