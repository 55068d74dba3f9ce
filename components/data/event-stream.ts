/**
 * A server-sent event stream that a page can leave open: closed while the tab is hidden (a browser allows six
 * connections to one host), opened again with a fresh snapshot, retried with back-off after a refusal, and opened anew when
 * it falls silent: a connection whose other end is gone looks the same as one on which nothing happens.
 */
import { HEARTBEAT } from '@/lib/dashboard-api/heartbeat'
import { once } from '@/lib/shared/once'

export type StreamState = 'connecting' | 'connected' | 'disconnected'

interface StreamSource {
  onopen: ((event: Event) => void) | null
  onerror: ((event: Event) => void) | null
  readonly readyState: number
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void
  close(): void
}

export interface StreamEnvironment {
  createSource(url: string): StreamSource
  setTimer(callback: () => void, ms: number): () => void
  isHidden(): boolean
  onVisibilityChange(callback: () => void): () => void
}

export interface StreamOptions {
  url: string
  /** Event name → what to do with its JSON data. */
  events: Readonly<Record<string, (data: unknown) => void>>
  onState: (state: StreamState) => void
}

/** Retries start at the first value and double up to the second, in milliseconds. */
export const RETRY_MS = { first: 500, max: 10_000 } as const
const SOURCE_CLOSED = 2

/** The browser as a stream's environment. */
export const browserEnvironment: StreamEnvironment = {
  createSource: (url) => new EventSource(url),
  setTimer: (callback, ms) => {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
  isHidden: () => document.hidden,
  onVisibilityChange: (callback) => {
    document.addEventListener('visibilitychange', callback)
    return () => document.removeEventListener('visibilitychange', callback)
  },
}

/** Opens the stream now, or as soon as the tab is visible. Returns the function that ends it. */
export function openEventStream(
  options: StreamOptions,
  environment: StreamEnvironment = browserEnvironment,
): () => void {
  let source: StreamSource | undefined
  let cancelRetry: (() => void) | undefined
  let cancelSilence: (() => void) | undefined
  let retryMs: number = RETRY_MS.first

  const stop = () => {
    cancelSilence?.()
    cancelSilence = undefined
    cancelRetry?.()
    cancelRetry = undefined
    source?.close()
    source = undefined
  }

  const scheduleRetry = () => {
    stop()
    options.onState('disconnected')
    cancelRetry = environment.setTimer(start, retryMs)
    retryMs = Math.min(retryMs * 2, RETRY_MS.max)
  }

  const hear = () => {
    cancelSilence?.()
    cancelSilence = environment.setTimer(scheduleRetry, HEARTBEAT.silenceMsMax)
  }

  function start(): void {
    stop()
    if (environment.isHidden()) return
    options.onState('connecting')
    const opened = environment.createSource(options.url)
    source = opened
    hear()
    opened.onopen = () => {
      retryMs = RETRY_MS.first
      options.onState('connected')
    }
    opened.onerror = () => {
      if (opened !== source) return
      // The browser retries a dropped connection by itself, but gives up on a refused one.
      if (opened.readyState === SOURCE_CLOSED) scheduleRetry()
      else options.onState('connecting')
    }
    const listen = (name: string, handle: (data: unknown) => void) =>
      opened.addEventListener(name, (event) => {
        if (opened !== source) return
        hear()
        handle(JSON.parse(event.data))
      })
    listen(HEARTBEAT.event, () => undefined)
    for (const [name, handle] of Object.entries(options.events)) listen(name, handle)
  }

  const stopListening = environment.onVisibilityChange(() => {
    if (environment.isHidden()) stop()
    else if (source === undefined) start()
  })
  start()
  return once(() => {
    stopListening()
    stop()
  })
}
