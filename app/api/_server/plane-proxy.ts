/** Dashboard request → this → a plane's own HTTP, passed through with its status. */
import { PLANE_SECRET_SETTING, planeHeaders } from '@/server/plane-http/plane-secret'
import { type AskedPlane, PLANES } from '@/server/planes'
import { DashboardFailure } from './respond'

interface PlaneRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly body?: unknown
  /** Ends the plane's answer with the browser's request. */
  readonly signal: AbortSignal
}

/** The plane's answer, streamed. Throws a DashboardFailure when the plane is not there. */
export async function askPlane(
  plane: AskedPlane,
  path: string,
  { method = 'GET', body, signal }: PlaneRequest,
): Promise<Response> {
  const { urlSetting = '', title } = PLANES[plane]
  const base = process.env[urlSetting]
  if (!base) throw unreachable(`The ${title} is not configured: set ${urlSetting} to its URL.`)
  const upstream = await fetch(`${base}${path}`, {
    method,
    signal,
    cache: 'no-store',
    headers: planeHeaders(process.env[PLANE_SECRET_SETTING], base),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw unreachable(`The ${title} does not answer. It is started again by itself; wait a moment.`)
  })
  const type = upstream.headers.get('content-type') ?? 'application/json'
  return new Response(upstream.body && endedBy(upstream.body, signal), {
    status: upstream.status,
    headers: {
      'content-type': type,
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    },
  })
}

function unreachable(message: string): DashboardFailure {
  return new DashboardFailure(503, { code: 'observer-unreachable', message })
}

/** The same bytes; when either side goes away the stream ends, and the other side with it. */
function endedBy(body: ReadableStream<Uint8Array>, signal: AbortSignal) {
  const reader = body.getReader()
  const leave = () => void reader.cancel().catch(() => {})
  return new ReadableStream<Uint8Array>({
    start: () => signal.addEventListener('abort', leave, { once: true }),
    async pull(controller) {
      // A plane that stops in the middle ends the stream; the browser connects again.
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }))
      if (value !== undefined) controller.enqueue(value)
      if (!done) return
      signal.removeEventListener('abort', leave)
      controller.close()
    },
    cancel: leave,
  })
}
