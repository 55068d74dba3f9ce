/** Largest answer read into memory. A larger one fails the call with code `too-large`. */
export const RESPONSE_BYTES_MAX = 64 * 1024 * 1024
/** Largest single watch event. A larger one ends the watch; the informer lists again. */
export const WATCH_LINE_CHARACTERS_MAX = 16 * 1024 * 1024
/** Objects asked for at a time; the server may answer with more when it ignores the limit. */
export const LIST_PAGE_SIZE = 500
/** Objects of one kind kept by a list or an informer. Over it the call fails and says so. */
export const LIST_OBJECTS_MAX = 100_000
/** A call that has no answer by then fails with code `timeout`. */
export const REQUEST_TIMEOUT_MS = 15_000
/** Idle connections kept per cluster; further ones are closed when their answer is read. */
export const IDLE_CONNECTIONS_MAX = 16
/** Connections open at a time per cluster; further calls wait for one. Every watch holds one. */
export const CONNECTIONS_MAX = 512
/** The server is asked to end a watch after this long. */
export const WATCH_SECONDS = 290
/** A watch that is not over this long after its time is given up, and resumed: nobody is at the other end any more. */
export const WATCH_OVERTIME_SECONDS = 30
/** Kept connections send a TCP probe after this long without traffic. */
export const KEEP_ALIVE_MS = 30_000
/** First and longest wait before a failed list or watch is tried again. */
export const RETRY_FIRST_MS = 250
export const RETRY_LONGEST_MS = 30_000
/** A watch that ends sooner than this counts as failed, so that a server closing at once is not hammered. */
export const WATCH_HEALTHY_MS = 1_000
/** Subscribers of one live cache. One more is refused. */
export const LIVE_SUBSCRIBERS_MAX = 256
/** A kind nobody subscribes to any more is watched this much longer, so that a page reload finds it warm. */
export const LIVE_LINGER_MS = 60_000
/** Schema nodes after inlining references; deeper parts of a larger schema are left open (`{}`). */
export const SCHEMA_NODES_MAX = 50_000
/** Discovery documents kept per cluster; the oldest goes. */
export const DISCOVERY_DOCUMENTS_MAX = 64
/** Discovery is asked again after this long: CRDs come and go. */
export const DISCOVERY_MAX_AGE_MS = 30_000
/** Attempts of an apply whose object moves between reading and writing; after them its outcome is `stale`. */
export const APPLY_ATTEMPTS_MAX = 3
