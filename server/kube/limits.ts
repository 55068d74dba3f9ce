/** Bounds of every conversation with an API server. */

/** A request without an answer after this long fails as unreachable. Streams are bounded by their own timeouts. */
export const REQUEST_TIMEOUT_MS = 30_000
/** A larger answer is refused: 5,000 routes of 10 kB, and then some. */
export const RESPONSE_BYTES_MAX = 128 * 1024 * 1024
/** One watch line or log chunk held at once; a longer line ends the watch, which lists again. */
export const WATCH_LINE_BYTES_MAX = 8 * 1024 * 1024
/** Objects a page of a list asks for. */
export const LIST_PAGE_ITEMS = 500
/** The server ends a watch after this long; the informer resumes where it was. */
export const WATCH_TIMEOUT_SECONDS = 290
export const RETRY_DELAY_FIRST_MS = 250
export const RETRY_DELAY_MAX_MS = 15_000
/** Objects of one kind an informer holds; more are counted and left out, and the connection says so. */
export const INFORMER_OBJECTS_MAX = 50_000
