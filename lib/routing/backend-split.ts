import type { BackendEntry } from './route-table'

/** The fraction of √2, 0.414…, in units of 2⁻³². No rational relation to φ, so the split ignores what is mirrored. */
const ROOT_STEP = 0x6a09e667
const UNIT = 2 ** 32

/** Divides a rule's requests among its backends. */
export interface BackendSplit {
  /** The backend of the next request; null when no backend has a weight: the answer is 500. */
  next(): BackendEntry | null
}

/**
 * Returns a split in proportion to the weights, deterministic from `start` (0 ≤ start < 1). Every window of requests is
 * divided to within a few requests of exact. Mirrors sample by another irrational number, so that each
 * backend's share is mirrored alike. https://gateway-api.sigs.k8s.io/reference/spec/#httpbackendref (weight)
 */
export function createBackendSplit(
  backends: readonly BackendEntry[],
  start: number = 0,
): BackendSplit {
  const weighted = backends.filter((backend) => backend.weight > 0)
  const [only] = weighted
  if (only === undefined) return { next: () => null }
  if (weighted.length === 1) return { next: () => only }
  const bounds = upperBounds(weighted)
  const last = weighted[weighted.length - 1] ?? only
  let state = Math.floor(start * UNIT) >>> 0
  return {
    next() {
      state = (state + ROOT_STEP) >>> 0
      for (let index = 0; index < bounds.length; index++) {
        if (state < (bounds[index] ?? 0)) return weighted[index] ?? last
      }
      return last
    },
  }
}

/** Where each backend's share of the 2³² values ends. */
function upperBounds(backends: readonly BackendEntry[]): readonly number[] {
  const total = backends.reduce((sum, backend) => sum + backend.weight, 0)
  let sum = 0
  return backends.map((backend) => {
    sum += backend.weight
    return (sum / total) * UNIT
  })
}
