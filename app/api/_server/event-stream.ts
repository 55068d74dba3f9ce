/** Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) from a Next handler. */
import { HEARTBEAT, HEARTBEAT_TEXT } from '@/lib/dashboard-api/heartbeat'
import { once } from '@/lib/shared/once'

export interface EventSink {
  send(event: string, data: unknown): void
  close(): void
}

/** Events a slow page may have waiting; one more ends its stream, and its browser connects again. */
const QUEUED_EVENTS_MAX = 1_000

/**
 * Answers with a stream that `start` feeds. The function `start` returns runs once when the stream ends,
 * whichever side ended it.
 */
export function eventStream(request: Request, start: (sink: EventSink) => () => void): Response {
  const encoder = new TextEncoder()
  let end = () => {}
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const write = (text: string) => {
          if ((controller.desiredSize ?? 0) <= 0) end()
          else controller.enqueue(encoder.encode(text))
        }
        const heartbeat = setInterval(() => write(HEARTBEAT_TEXT), HEARTBEAT.intervalMs)
        let isOver = false
        let stop = () => {}
        end = once(() => {
          isOver = true
          request.signal.removeEventListener('abort', end)
          clearInterval(heartbeat)
          stop()
          closeQuietly(controller)
        })
        request.signal.addEventListener('abort', end)
        stop = start({
          send: (event, data) => {
            if (!isOver) write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
          },
          close: end,
        })
        // What ended while it began could not be stopped yet.
        if (isOver) stop()
        else if (request.signal.aborted) end()
      },
      cancel: () => end(),
    },
    new CountQueuingStrategy({ highWaterMark: QUEUED_EVENTS_MAX }),
  )
  return new Response(stream, {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    },
  })
}

function closeQuietly(controller: ReadableStreamDefaultController<Uint8Array>): void {
  try {
    controller.close()
  } catch {
    // Closing a stream its reader has already cancelled throws; it is over either way.
  }
}
