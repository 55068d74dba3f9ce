/** What an exchange may ask of its client; the clients implement it. */
import type { BodyFraming } from '../http/response-parser'

/** What a connection says of its client, the same for every request on it. */
export interface ClientOrigin {
  readonly address: string
  readonly scheme: 'http' | 'https'
  /** The name asked for in the TLS handshake, lower case; `''` when none was, null without TLS. */
  readonly serverName: string | null
}

/** The client's end of an exchange, whichever parser read the request: the exchange's only view of it. */
export interface ClientSide {
  /** True when chunked responses must be handed over without their framing. */
  readonly decodesChunks: boolean
  readonly origin: ClientOrigin
  /** An interim response (1xx) with its end-to-end lines. */
  interim(status: number, reason: string, lines: string): void
  /** Starts the response; it may be held back until body bytes, `flush` or `end`. */
  respond(status: number, reason: string, lines: string, framing: BodyFraming): void
  /** Body bytes, valid during the call only. Returns false when the caller should wait for `onClientDrain`. */
  body(bytes: Buffer): boolean
  flush(): void
  /** Ends the response. `trailers` are lines separated by LF, for a body whose framing is the client side's. */
  end(trailers: string): void
  /** Closes the connection at once: the response cannot be completed. */
  cut(): void
  pauseRequest(): void
  resumeRequest(): void
  /** Further bytes in both directions belong to the tunnel; the client's go on coming as `onRequestBody`. */
  startTunnel(): void
  /** Ends the tunnel's direction towards the client. */
  endTunnel(): void
  /** Request and response are both complete; unless it was cut, the connection is free for the next exchange. */
  exchangeOver(): void
}
