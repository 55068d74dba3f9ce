import type { CapturedBody, CapturedExchange } from '@/lib/comparison/exchange'

/** The exchange with its bodies left out for a reason: statuses, headers, sizes and times are still told. */
export function withoutBodies(exchange: CapturedExchange, reason: string): CapturedExchange {
  const { request, primary, mirror } = exchange
  return {
    ...exchange,
    request: withoutBody(request, reason),
    primary: 'body' in primary ? withoutBody(primary, reason) : primary,
    mirror: 'body' in mirror ? withoutBody(mirror, reason) : mirror,
  }
}

function withoutBody<M extends { readonly body: CapturedBody }>(message: M, reason: string): M {
  const { body } = message
  if (body.kind === 'none' || body.kind === 'uncaptured') return message
  return { ...message, body: { kind: 'uncaptured', reason, bytes: body.bytes } }
}
