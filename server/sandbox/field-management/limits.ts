/** Bounds of field management. */

/** Entries with operation Update kept in managedFields; older ones are merged into `ancient-changes`. */
export const updateManagersMax = 10

/** Bytes of all annotations together; kubectl's last-applied annotation is dropped rather than exceed it. */
export const annotationsBytesMax = 256 * 1024
