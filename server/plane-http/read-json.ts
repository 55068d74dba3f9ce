import type { IncomingMessage } from 'node:http'
import { type PlaneAnswer, refuse } from './plane-answer'

/**
 * The JSON value of a request's body, or the refusal to answer with. What is over `bytesMax` is read and thrown away, so
 * that the client gets to read the refusal.
 */
export async function readJson(
  message: IncomingMessage,
  bytesMax: number,
): Promise<
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly refusal: PlaneAnswer }
> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of message) {
    if (!(chunk instanceof Buffer)) continue
    length += chunk.length
    if (length <= bytesMax) chunks.push(chunk)
  }
  if (length > bytesMax) {
    const sentence = `A request takes at most ${bytesMax} bytes.`
    return { ok: false, refusal: refuse(413, 'too-large', sentence) }
  }
  try {
    return { ok: true, value: JSON.parse(Buffer.concat(chunks).toString('utf8')) }
  } catch {
    return { ok: false, refusal: refuse(400, 'bad-request', 'The body is not JSON.') }
  }
}
