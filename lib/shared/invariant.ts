/**
 * Throws when `condition` is false: a programmer error, never a user's or the world's.
 * Caught once at each plane's edge, so a broken request cannot take the process with it.
 */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant violated: ${message}`)
}
