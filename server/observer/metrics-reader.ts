/** Where metrics text comes from: one reader for all of it, whichever way it is reached. */
import { createHash } from 'node:crypto'
import { fetchMetrics } from './fetch-metrics'
import { OBSERVER_LIMITS } from './limits'

export interface ReadBounds {
  readonly bytesMax: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export interface MetricsText {
  /** Names the process the text is from; its counters are followed under this name. */
  readonly id: string
  readonly text: string
}

/**
 * Returns the text of every process that counts, or a sentence that says why one of them has none: a sum without it
 * would look like a reset. Never rejects.
 */
export type ReadMetrics = (bounds: ReadBounds) => Promise<readonly MetricsText[] | string>

/**
 * Returns a reader of metrics URLs, all at once. A URL is named by its digest: the URL itself may hold a secret, and
 * the name is written to disk; another URL is another source. Throws when one is not an http:// URL, or there are too
 * many.
 */
export function readUrls(urls: readonly string[], nameOf: NameOf = digest): ReadMetrics {
  assertUrls(urls)
  return async (bounds) => {
    const results = await Promise.all(urls.map((url) => fetchMetrics(url, bounds)))
    const texts: MetricsText[] = []
    for (const [index, result] of results.entries()) {
      if (!result.ok) return `${shownUrl(urls[index] ?? '')} could not be read: ${result.message}.`
      texts.push({ id: nameOf(urls[index] ?? '', index), text: result.text })
    }
    return texts
  }
}

type NameOf = (url: string, index: number) => string

function digest(url: string): string {
  return createHash('sha256').update(url).digest('hex').slice(0, 12)
}

function assertUrls(urls: readonly string[]): void {
  const { sourcesMax } = OBSERVER_LIMITS
  if (urls.length === 0 || urls.length > sourcesMax) {
    throw new Error(`The observer takes 1 to ${sourcesMax} metrics URLs, not ${urls.length}.`)
  }
  for (const url of urls) {
    if (!URL.canParse(url) || new URL(url).protocol !== 'http:') {
      throw new Error('A metrics URL is an http:// URL.')
    }
  }
}

/** Returns a URL without credentials and query, which may be secret. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}
