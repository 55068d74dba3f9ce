/** A request and its response on the way to a backend and back, whatever protocol that speaks. */
import type { RequestHead } from '../http/request-head'
import type { ResponseSink } from '../http/response-parser'
import type { Endpoint } from './endpoint'

/**
 * Why a response did not become whole. `refused` is a request that the backend is certain not to have looked at
 * (RFC 9113 8.7): it may be sent again, whatever its method.
 */
export type UpstreamFailure = 'connect_failed' | 'refused' | 'reset' | 'bad_response'

/** Whoever uses an upstream for one request and its response. Body bytes are valid during the call only. */
export interface UpstreamHandler extends ResponseSink {
  /** What was read is handed over: a good moment to write out what was held back. */
  onReadDone(): void
  /** More of the request may be written. */
  onDrain(): void
  onFailed(failure: UpstreamFailure): void
  /** The other end of the tunnel has closed its direction. */
  onTunnelEnd(): void
}

/** A request's head, and how its body and response are to be dealt with. */
export interface UpstreamRequest {
  /** An HTTP/1.1 head with its empty line, whatever the upstream speaks. */
  readonly head: string
  readonly isHead: boolean
  /** The body's length is not known: it is framed as the upstream's protocol does that. */
  readonly isChunked: boolean
  /** The client takes trailers (`TE: trailers`), which HTTP/1.1 backends are not told. */
  readonly wantsTrailers: boolean
  readonly wantsTunnel: boolean
  readonly decodeChunks: boolean
}

/** One request on its way to a backend: a connection of its own, or a stream of a shared one. */
export interface Upstream {
  readonly endpoint: Endpoint
  /** True once its connection has carried a response: a failure may then just mean that it had gone stale. */
  readonly wasUsed: boolean
  /** True once a byte of the current response has arrived. */
  readonly hasAnswered: boolean
  /** Bytes accepted but not yet taken by the kernel, or by the other side's window. */
  readonly buffered: number
  /** The trailer section of a response that has ended: lines separated by LF. */
  readonly trailers: string
  /** Starts a request. The head is held back until the body's first bytes or `flush`. */
  begin(handler: UpstreamHandler, request: UpstreamRequest): void
  /** Body bytes, which must stay unchanged. Returns false when the caller should wait for `onDrain`. */
  write(bytes: Buffer): boolean
  flush(): void
  /** The request is written whole; `trailers` are lines ended by CRLF. */
  finishRequest(trailers: string): void
  /** Ends the tunnel's direction towards the backend. */
  endTunnel(): void
  pause(): void
  resume(): void
  /** Gives the request up; its handler hears no more. */
  abandon(): void
}

/** A request with this head as it is sent to its backend: `text` is its HTTP/1.1 form. */
export function upstreamRequest(
  head: RequestHead,
  text: string,
  decodeChunks: boolean,
  wantsTunnel = head.upgrade !== '',
): UpstreamRequest {
  return {
    head: text,
    isHead: head.method === 'HEAD',
    isChunked: head.contentLength === -2,
    wantsTrailers: head.wantsTrailers,
    wantsTunnel,
    decodeChunks,
  }
}

/** The same for a copy: nobody reads its answer, and no request to change protocols is copied. */
export function copyRequest(head: RequestHead, text: string): UpstreamRequest {
  return upstreamRequest(head, text, false, false)
}
