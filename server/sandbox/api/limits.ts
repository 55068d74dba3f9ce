/** Every bound of the API server, and what happens at it. */

/** Largest request body; kube-apiserver's limit is the same. More answers 413. */
export const REQUEST_BODY_BYTES_MAX = 3 * 1024 * 1024

/** Deepest nesting of a request body; deeper answers 400, so that recursion cannot exhaust the stack. */
export const BODY_DEPTH_MAX = 200

/** Values of a request body, counted by its commas; more answer 400. The largest CustomResourceDefinitions have half as many. */
export const BODY_VALUES_MAX = 50_000

/** Field errors in one Status; further ones are left out. */
export const FIELD_ERRORS_MAX = 500

/** Largest stored object, etcd's default request limit. Larger answers 413. */
export const OBJECT_BYTES_MAX = 1_572_864

/** A client has this long to send its request, headers and body. Slower is disconnected. */
export const REQUEST_TIMEOUT_MS = 30_000

/** Bytes of a request's target and headers together; more answers 431 by Node's parser. */
export const HEADER_BYTES_MAX = 32 * 1024

/** Open connections; a further one is closed on accept. */
export const CONNECTIONS_MAX = 10_000

/** Events kept per resource for resuming watches; an older resourceVersion answers 410 Expired. */
export const HISTORY_EVENTS_MAX = 4_096

/** Bytes of JSON those events may hold per resource; the oldest go first. */
export const HISTORY_BYTES_MAX = 16 * 1024 * 1024

/** Unsent bytes of one watch, beside what existed when it began; a slower reader is disconnected and has to resume. */
export const WATCH_BUFFER_BYTES_MAX = 4 * 1024 * 1024

/** Watches at a time over the whole server; more answer 429. */
export const WATCHES_MAX = 10_000

/** How often an idle watch that asked for bookmarks gets one. */
export const BOOKMARK_INTERVAL_MS = 60_000

/** A watch without timeoutSeconds ends after this, as kube-apiserver's ends after 30 to 60 minutes. */
export const WATCH_TIMEOUT_MS = 45 * 60_000

/** How long a watch that has ended waits for its client to read the rest; then the connection is closed. */
export const WATCH_DRAIN_MS = 30_000

/** How long a read waits for a resourceVersion that is not there yet before it answers 504. */
export const FUTURE_VERSION_WAIT_MS = 3_000

/** Writes that wait for a disk flush; more answer 429. */
export const PENDING_WRITES_MAX = 10_000

/** Objects of all kinds; more answer 507, which keeps the index within memory. */
export const OBJECTS_MAX = 200_000

/** Items one page of a list may have; a larger limit is taken as this. */
export const LIST_LIMIT_MAX = 100_000

/** Longest field manager name, as the API server's. */
export const FIELD_MANAGER_BYTES_MAX = 128

/** Characters of all warnings of one response. Beyond it each is cut, and further ones are left out. */
export const WARNING_CHARACTERS_MAX = 4096

/** Characters of one warning in a response that has too many of them. */
export const WARNING_CUT_CHARACTERS = 256

/** The longest Authorization header that is read as a service account's token. */
export const TOKEN_BYTES_MAX = 8192

/** Tokens of a token file; more refuse the start. */
export const TOKENS_MAX = 1_000

/** Fields set twice that are named of one body; further ones are not looked for. */
export const DUPLICATES_MAX = 100

/** Tries to find a free name for generateName before 409. */
export const GENERATE_NAME_TRIES = 8

/** Longest label or field selector; longer answers 400. */
export const SELECTOR_LENGTH_MAX = 16 * 1024

/** Lines of a Pod log in one answer without `tailLines`; the newest are kept. */
export const LOG_LINES_MAX = 100_000

/** Unsent bytes of one followed log; a slower reader is disconnected. */
export const LOG_BUFFER_BYTES_MAX = 4 * 1024 * 1024

/** Port forwards and proxied requests at a time; more answer 429. */
export const PORT_FORWARDS_MAX = 256

/** How long a proxied request waits for its Pod to take the connection before it answers 503. */
export const PROXY_CONNECT_TIMEOUT_MS = 30_000

/** Streams of one SPDY connection; a further one is refused. A forwarded connection takes two. */
export const SPDY_STREAMS_MAX = 512

/** Connections of one port forward whose second stream has not come yet; a further stream is refused. */
export const FORWARD_PAIRS_MAX = 64

/** Longest SPDY frame; a longer one ends the connection. */
export const SPDY_FRAME_BYTES_MAX = 1024 * 1024

/** Uncompressed headers of one SPDY stream; more end the connection. */
export const SPDY_HEADERS_BYTES_MAX = 64 * 1024

/** Longest WebSocket message from a client; a longer one ends the connection. */
export const WEBSOCKET_MESSAGE_BYTES_MAX = 1024 * 1024

/** Ports of one forward over WebSocket channels; more answer 400. */
export const FORWARD_PORTS_MAX = 32

/** Series of apiserver_request_total; requests beyond are counted without their resource. */
export const METRIC_SERIES_MAX = 5_000

/** Free bytes the disk must keep; with less, writes answer 507 while reads go on. */
export const FREE_DISK_BYTES_MIN = 4 * 1024 * 1024

/** Levels of nesting in an object or a patch. Deeper ones could exhaust the stack of a recursive merge. */
export const NESTING_DEPTH_MAX = 200
