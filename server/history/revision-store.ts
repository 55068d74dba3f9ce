/** Revisions on disk, in lmdb: what they say of themselves is held in memory too, manifests are read when asked for. */
import { mkdirSync, statfsSync } from 'node:fs'
import { open, type RootDatabase } from 'lmdb'
import type { Revision, RevisionManifest } from '@/lib/dashboard-api/history'
import type { NamespacedName } from '@/lib/gateway-api/references'
import type { HistoryLimits } from './limits'

/** Grows when what is stored changes its shape. */
const FORMAT_VERSION = 1

/** A revision before it has a number. */
export type NewRevision = Omit<Revision, 'id'>

/** Every revision of every route; durable when `add` resolves. */
export class RevisionStore {
  /** By route, oldest first; the route that changed the longest ago comes first. */
  private readonly routes = new Map<NamespacedName, Revision[]>()
  private readonly database: RootDatabase
  private readonly directory: string
  private readonly limits: HistoryLimits
  private count = 0

  /**
   * Opens or makes the store. Throws one sentence when it was written by a newer version of Mirrorboard, or when the
   * directory can't be used.
   */
  constructor(directory: string, limits: HistoryLimits) {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    this.directory = directory
    this.limits = limits
    this.database = open({ path: directory, encoding: 'msgpack', compression: true })
    const version: unknown = this.database.get(['version'])
    if (typeof version === 'number' && version > FORMAT_VERSION) {
      throw new Error(
        `${directory} was written by a newer Mirrorboard; use that one, or move the directory away.`,
      )
    }
    this.load()
  }

  /** Oldest first; empty for a route nothing is known of. */
  of(route: NamespacedName): readonly Revision[] {
    return this.routes.get(route) ?? []
  }

  /** Every route with its revisions, the one that changed last at the end. */
  all(): ReadonlyMap<NamespacedName, readonly Revision[]> {
    return this.routes
  }

  /** Null when the revision is not kept. */
  read(route: NamespacedName, id: number): RevisionManifest | null {
    const revision = this.of(route).find((known) => known.id === id)
    const manifest: unknown = this.database.get(['manifest', route, id])
    return revision === undefined || typeof manifest !== 'string' ? null : { revision, manifest }
  }

  /** Resolves when the revision is on disk; rejects with one sentence when the disk is nearly full. */
  async add(route: NamespacedName, made: NewRevision, manifest: string): Promise<void> {
    // lmdb must not be the one to find out: a commit that fails ends the process.
    const { bavail, bsize } = statfsSync(this.directory)
    if (bavail * bsize < this.limits.freeDiskBytesMin) {
      throw new Error('The disk is nearly full: new revisions are not kept. Make room.')
    }
    const known = this.routes.get(route) ?? []
    const revision: Revision = { id: (known.at(-1)?.id ?? 0) + 1, ...made }
    // Who changed last stands at the end.
    this.routes.delete(route)
    this.routes.set(route, known)
    known.push(revision)
    this.count += 1
    const forgotten = this.forget(route, known)
    await this.database.transaction(() => {
      void this.database.put(['version'], FORMAT_VERSION)
      void this.database.put(['revision', route, revision.id], revision)
      void this.database.put(['manifest', route, revision.id], manifest)
      for (const [of, id] of forgotten) {
        void this.database.remove(['revision', of, id])
        void this.database.remove(['manifest', of, id])
      }
    })
  }

  close(): Promise<void> {
    return this.database.close()
  }

  /** Takes what is beyond the bounds out of memory and returns it. */
  private forget(route: NamespacedName, own: Revision[]): readonly (readonly [string, number])[] {
    const forgotten: (readonly [string, number])[] = []
    const drop = (of: NamespacedName, revisions: Revision[]) => {
      const oldest = revisions.shift()
      if (oldest === undefined) return
      this.count -= 1
      forgotten.push([of, oldest.id])
    }
    while (own.length > this.limits.revisionsPerRouteMax) drop(route, own)
    for (const [of, revisions] of this.routes) {
      // The newest of a route is kept as long as there is anything else.
      while (this.count > this.limits.revisionsMax && revisions.length > 1) drop(of, revisions)
      if (this.count <= this.limits.revisionsMax) break
    }
    for (const [of, revisions] of this.routes) {
      if (this.count <= this.limits.revisionsMax || of === route) break
      drop(of, revisions)
      this.routes.delete(of)
    }
    return forgotten
  }

  private load(): void {
    const loaded = [...this.database.getRange({ start: ['revision'], end: ['revision\u0000'] })]
    const byRoute = new Map<NamespacedName, Revision[]>()
    for (const { key, value } of loaded) {
      const route = Array.isArray(key) ? key[1] : undefined
      if (typeof route !== 'string' || !isRoute(route) || !isRevision(value)) continue
      const revisions = byRoute.get(route) ?? []
      byRoute.set(route, revisions)
      revisions.push(value)
      this.count += 1
    }
    const newest = ([, revisions]: readonly [string, readonly Revision[]]) =>
      revisions.at(-1)?.at ?? 0
    const sorted = [...byRoute].sort((left, right) => newest(left) - newest(right))
    for (const [route, revisions] of sorted) this.routes.set(route, revisions)
  }
}

function isRoute(text: string): text is NamespacedName {
  return text.includes('/')
}

function isRevision(value: unknown): value is Revision {
  return typeof value === 'object' && value !== null && 'id' in value && 'action' in value
}
