import type { IncomingMessage, ServerResponse } from 'node:http'

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

export interface DeferredHandler {
  /** Give this to the server before it listens: a request without a listener is never answered. */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void
  /** Hands over the requests that have waited, and all to come. */
  open(handler: Handler): void
}

/** Requests held while the pages get ready; more are told to come back. */
export const WAITING_REQUESTS_MAX = 256

/** Holds requests until there is something to handle them. */
export function createDeferredHandler(): DeferredHandler {
  let waiting: (() => void)[] = []
  let handle: Handler | undefined
  return {
    listener: (request, response) => {
      if (handle) void handle(request, response)
      else if (waiting.length < WAITING_REQUESTS_MAX) {
        waiting.push(() => void handle?.(request, response))
      } else {
        response.writeHead(503, { 'retry-after': '1' }).end('Mirrorboard is starting.\n')
      }
    },
    open: (handler) => {
      handle = handler
      const held = waiting
      waiting = []
      for (const run of held) run()
    },
  }
}
