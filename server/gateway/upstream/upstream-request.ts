import type { RequestHead } from '../http/request-head'
import type { UpstreamRequest } from './upstream'

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
