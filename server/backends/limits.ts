/** Bounds of the Pod runtime; each says what happens at it. */

/** Pods running at once, four sockets' worth of address space each. Above: `CreateContainerError`. */
export const PODS_MAX = 250

/** Addresses tried for one Pod before giving up with `CreateContainerError`. */
export const ADDRESS_ATTEMPTS_MAX = 64

/** Open connections per server. Above: a new connection is closed at once. */
export const CONNECTIONS_MAX = 4_096

/** Lines kept per container. Above: the oldest is dropped. */
export const LOG_LINES_MAX = 5_000

/** Characters kept of one log line. Above: the line is cut. */
export const LOG_LINE_CHARACTERS_MAX = 2_048

/** Followers of one container's log. Above: the new one is refused, and its client's stream ends. */
export const LOG_FOLLOWERS_MAX = 64

/** Containers of stopped Pods whose log is still readable. Above: the longest stopped is forgotten. */
export const STOPPED_LOGS_MAX = 32

/** Longest `?delay=`. Above: the response comes after this time. */
export const DELAY_MS_MAX = 300_000

/** Requests of `/retry/…` whose attempts are counted. Above: the one longest without an attempt begins anew. */
export const SIMULATED_RETRIES_MAX = 10_000

/** One line of the TCP echo. Above: the connection is closed. */
export const TCP_LINE_BYTES_MAX = 65_536

/** Payload of one WebSocket frame. Above: the connection is closed with code 1009. */
export const WEBSOCKET_FRAME_BYTES_MAX = 1_048_576

/** Canonical header names remembered. Above: a name is worked out anew each time. */
export const HEADER_NAMES_MAX = 1_024

/** How long idle connections of a stopping Pod are kept for requests that may be on their way. Then they are closed. */
export const IDLE_LINGER_MS = 500

/** Longest wait for requests in flight when a Pod stops, whatever grace it asks for. */
export const GRACE_SECONDS_MAX = 60
