/** Changes that arrive within this time of one another are translated together. */
export const COALESCE_MS = 5
/** A change waits at most this long for others, however many arrive. */
export const COALESCE_LONGEST_MS = 250
/** Status writes under way at a time; further ones wait. */
export const STATUS_WRITES_MAX = 8
/** How long statuses are written while a change waits: traffic comes first, the rest is written after it. */
export const STATUS_WRITES_MS_MAX = 100
/** First and longest wait before a failed publish or status write is tried again. */
export const RETRY_FIRST_MS = 200
export const RETRY_LONGEST_MS = 15_000
/** Secrets watched at a time; certificates beyond them stay unresolved, and the log says so. */
export const SECRETS_MAX = 256
/** How long a translation waits for a Secret it has just learned of, so that a Gateway is not first refused, then accepted. */
export const SECRET_WAIT_MS = 2_000
