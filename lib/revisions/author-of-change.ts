/** Who made a change, by what the API server wrote into managedFields. */
import type { ManagedFieldsEntry } from '@/lib/gateway-api/types'

export interface Author {
  readonly manager: string
  readonly operation: string
  /** Epoch milliseconds by the server's clock, to the second; null when it does not say. */
  readonly at: number | null
}

/**
 * The manager whose entry the change wrote: new, or other than before. Without an earlier object, the newest entry's.
 * Entries of subresources tell of status, not of the manifest. Null when there is none.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers
 */
export function authorOfChange(
  before: readonly ManagedFieldsEntry[] | null,
  after: readonly ManagedFieldsEntry[],
): Author | null {
  const written = after.filter(({ subresource }) => !subresource)
  const known = new Set((before ?? []).map((entry) => JSON.stringify(entry)))
  const changed = written.filter((entry) => !known.has(JSON.stringify(entry)))
  const candidates = changed.length > 0 ? changed : written
  const [newest] = [...candidates].sort((left, right) => timeOf(right) - timeOf(left))
  if (newest === undefined) return null
  const time = timeOf(newest)
  return {
    manager: newest.manager,
    operation: newest.operation ?? '',
    at: time === Number.NEGATIVE_INFINITY ? null : time,
  }
}

function timeOf({ time }: ManagedFieldsEntry): number {
  const parsed = Date.parse(time ?? '')
  return Number.isNaN(parsed) ? Number.NEGATIVE_INFINITY : parsed
}
