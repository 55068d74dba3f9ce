import { request } from 'node:http'

export type FetchResult =
  | { readonly ok: true; readonly text: string }
  /** `message` is the end of a sentence: `the connection was refused`. */
  | { readonly ok: false; readonly message: string }

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'its host name is not known',
  EHOSTUNREACH: 'its host cannot be reached',
  ETIMEDOUT: 'it did not answer in time',
}

/**
 * Reads a metrics URL. An answer that is not 200, is too long, too late or cut off is an error; never rejects.
 * A fresh connection each time: a scrape that shares one with the scrape before would fail with it.
 */
export function fetchMetrics(
  url: string,
  bounds: { readonly bytesMax: number; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<FetchResult> {
  return new Promise((resolve) => {
    const fail = (message: string) => resolve({ ok: false, message })
    const signal = AbortSignal.any([bounds.signal, AbortSignal.timeout(bounds.timeoutMs)])
    const outgoing = request(url, { signal, agent: false, headers: { accept: 'text/plain' } })
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const isLate = signal.aborted && !bounds.signal.aborted
      fail(isLate ? 'it did not answer in time' : (REASONS[error.code ?? ''] ?? error.message))
    })
    outgoing.on('response', (response) => {
      if (response.statusCode !== 200) {
        response.destroy()
        fail(`it answered ${response.statusCode}`)
        return
      }
      const chunks: Buffer[] = []
      let length = 0
      response.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length <= bounds.bytesMax) chunks.push(chunk)
        else {
          fail(`its answer is longer than ${bounds.bytesMax} bytes`)
          response.destroy()
        }
      })
      response.on('error', () => fail('its answer was cut off'))
      response.on('end', () => resolve({ ok: true, text: Buffer.concat(chunks).toString('utf8') }))
    })
    outgoing.end()
  })
}
