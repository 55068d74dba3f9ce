/**
 * GET /api/history?route=namespace/name: the revisions of one HTTPRoute, newest first.
 * GET /api/history: every route that has any, deleted ones too.
 * GET /api/history/revision?route=namespace/name&id=3: one revision with its manifest.
 */
import type { NamespacedName } from '@/lib/gateway-api/references'

export type RevisionAction =
  /** It was there when its history began. */
  'found' | 'created' | 'changed' | 'deleted'

export interface Revision {
  /** 1 for the oldest ever kept, growing by one. */
  readonly id: number
  /** Epoch milliseconds: the server's time of the change where it is known, else when it was seen. */
  readonly at: number
  readonly action: RevisionAction
  /** Field manager that made the change; `''` when the server does not say, as for a deletion. */
  readonly manager: string
  /** `Apply` for a server-side apply, `Update` for any other write, `''` when unknown. */
  readonly operation: string
  readonly uid: string
  readonly generation: number
  /** Generations between this revision and the one before that nobody saw. */
  readonly unseen: number
  /** What changed, a sentence-like line for each field, the first few. */
  readonly changes: readonly string[]
  /** Further changed fields. */
  readonly changesMore: number
}

export interface RouteHistory {
  readonly route: NamespacedName
  readonly revisions: readonly Revision[]
  /** Older revisions that are no longer kept. */
  readonly forgotten: number
  /** Why new revisions are not being kept; `''` when they are. */
  readonly problem: string
}

export interface HistoryList {
  readonly routes: readonly {
    readonly route: NamespacedName
    readonly isDeleted: boolean
    readonly revisions: number
    /** Epoch milliseconds of the newest. */
    readonly at: number
  }[]
  readonly problem: string
}

export interface RevisionManifest {
  readonly revision: Revision
  /** YAML as a person would write it to apply it again; of a deletion, what was deleted. */
  readonly manifest: string
}
