/** Bounds of the patch functions. Beyond each the patch is refused with a Status, nothing is changed. */

/** Operations in one JSON patch; kube-apiserver refuses more with 413. */
export const jsonPatchOperationsMax = 10_000

/**
 * Bytes of JSON that the `copy` operations of one JSON patch may add up to, as kube-apiserver's
 * `--json-patch-max-copy-bytes`. Without it a short patch doubles a document fifty times.
 */
export const jsonPatchCopiedBytesMax = 3 * 1024 * 1024

/**
 * List items that the operations of one JSON patch may shift in total. Inserting ten thousand times at the
 * front of a list of a million would keep the process busy for seconds.
 */
export const jsonPatchMovedItemsMax = 20_000_000

/** Levels of nesting in an object or a patch. Deeper ones could exhaust the stack of a recursive merge. */
export const nestingDepthMax = 400
