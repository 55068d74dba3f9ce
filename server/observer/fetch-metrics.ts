import { request } from 'node:http'

export type FetchResult =
  | { readonly ok: true; readonly text: string }
  /** `message` is the end of a sentence: `the connection was refused`. */
  | { readonly ok: false; readonly message: string }

export interface FetchBounds {
  readonly bytesMax: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Beside `accept`. */
  readonly headers?: Readonly<Record<string, string>>
}

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
export function fetchMetrics(url: string, bounds: FetchBounds): Promise<FetchResult> {
  return new Promise((resolve) => {
    const outgoing = request(url, {
      agent: false,
      headers: { accept: 'text/plain', ...bounds.headers },
    })
    // By hand, because in Node 20 AbortSignal.any() grows with every scrape on a signal that lives as long as the plane.
    const leave = () => outgoing.destroy()
    const timer = setTimeout(() => {
      fail('it did not answer in time')
      leave()
    }, bounds.timeoutMs)
    const end = (result: FetchResult) => {
      clearTimeout(timer)
      bounds.signal.removeEventListener('abort', leave)
      resolve(result)
    }
    const fail = (message: string) => end({ ok: false, message })
    bounds.signal.addEventListener('abort', leave, { once: true })
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      fail(REASONS[error.code ?? ''] ?? error.message)
    })
    outgoing.on('close', () => fail('its answer was cut off'))
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
      response.on('end', () => end({ ok: true, text: Buffer.concat(chunks).toString('utf8') }))
    })
    outgoing.end()
  })
}
