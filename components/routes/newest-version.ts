import type { KubernetesObject } from '@/lib/gateway-api/types'

/**
 * Of an object as the watch last showed it and as an apply returned it, the one that is newer. Resource versions are
 * opaque, but the generation of one object only grows.
 */
export function newestOf<T extends KubernetesObject>(
  watched: T | undefined,
  applied: T | null,
): T | undefined {
  if (applied === null || watched === undefined) return watched
  if (watched.metadata.uid !== applied.metadata.uid) return watched
  const isBehind = (watched.metadata.generation ?? 0) < (applied.metadata.generation ?? 0)
  return isBehind ? applied : watched
}
