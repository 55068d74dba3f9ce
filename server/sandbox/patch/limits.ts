/** Bounds of the patch functions. Beyond each the patch is refused with a Status, nothing is changed. */

/** Operations in one JSON patch; kube-apiserver refuses more with 413. */
export const JSON_PATCH_OPERATIONS_MAX = 10_000

/**
 * Bytes of JSON that the `copy` operations of one JSON patch may add up to, as kube-apiserver's
 * `--json-patch-max-copy-bytes`. Without it a short patch doubles a document fifty times.
 */
export const JSON_PATCH_COPIED_BYTES_MAX = 3 * 1024 * 1024

/**
 * List items that the operations of one JSON patch may shift in total. Inserting ten thousand times at the
 * front of a list of a million would keep the process busy for seconds.
 */
export const JSON_PATCH_MOVED_ITEMS_MAX = 20_000_000
