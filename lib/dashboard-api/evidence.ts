/** The evidence file: one comparison with what it was judged by, to attach to a change and to open again without a cluster. */
import type { ComparisonSettings } from '@/lib/comparison/settings'
import type { ComparisonSnapshot } from '@/lib/comparison/snapshot'
import type { ComparedPair } from './comparison'

/** Followed by the version of the format. */
export const EVIDENCE_FORMAT_START = 'mirrorboard.dev/evidence/v'
export const EVIDENCE_VERSION = 1
export const EVIDENCE_FORMAT = `${EVIDENCE_FORMAT_START}${EVIDENCE_VERSION}` as const
/** A larger file is not opened. */
export const EVIDENCE_BYTES_MAX = 32 * 1024 * 1024

export interface Evidence {
  readonly format: typeof EVIDENCE_FORMAT
  /** RFC 3339. */
  readonly writtenAt: string
  /** The route as it is, and as it would be with the mirror promoted. */
  readonly before: string
  readonly after: string
  readonly settings: Partial<ComparisonSettings>
  readonly snapshot: ComparisonSnapshot
  readonly pairs: readonly ComparedPair[]
}
