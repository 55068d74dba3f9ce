/** Bounds of field management. */

/** Entries with operation Update kept in managedFields; older ones are merged into `ancient-changes`. */
export const UPDATE_MANAGERS_MAX = 10

/** Entries of a managedFields list that a client sends; a longer one is not read, as a broken one is not. */
export const MANAGERS_MAX = 1_000

/** Bytes of all annotations together; kubectl's last-applied annotation is dropped rather than exceed it. */
export const ANNOTATIONS_BYTES_MAX = 256 * 1024
