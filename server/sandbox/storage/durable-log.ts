/** The lmdb file under the store: batches in, everything back on start. The only user of lmdb in the sandbox. */
import { chmodSync, mkdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { type Database, open, type RootDatabase } from 'lmdb'
import { FREE_DISK_BYTES_MIN } from '../api/limits'

/** Layout of the file. A larger number in a file means that a newer version wrote it. */
export const STORE_FORMAT_VERSION = 1

export interface DurableWrite {
  /** `group/plural/namespace/name`. */
  readonly key: string
  /** The object as JSON text, or undefined to remove it. */
  readonly json: string | undefined
}

export interface DurableLog {
  /** resourceVersion of the last batch on disk; 0 for a new file. */
  readonly revision: number
  entries(): Iterable<{ key: string; json: string }>
  /** Resolves when the batch is on disk, whole; rejects when none of it is. */
  append(writes: readonly DurableWrite[], revision: number): Promise<void>
  close(): Promise<void>
}

export type OpenedLog =
  | { readonly ok: true; readonly log: DurableLog }
  | { readonly ok: false; readonly message: string }

/** Opens or creates the store in `directory` (mode 0700). Fails with one sentence for the user. */
export function openDurableLog(directory: string): OpenedLog {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    chmodSync(directory, 0o700)
    // Without overlappingSync the promise of a write resolves after the flush, not only after the commit.
    const root = open<string, string>({
      path: join(directory, 'objects.mdb'),
      encoding: 'string',
      overlappingSync: false,
      maxDbs: 4,
      noSubdir: true,
    })
    const meta = root.openDB<string, string>('meta', { encoding: 'string' })
    const objects = root.openDB<string, string>('objects', { encoding: 'string' })
    const format = Number(meta.get('format') ?? STORE_FORMAT_VERSION)
    if (format > STORE_FORMAT_VERSION) return refuseNewer(root, directory, format)
    if (meta.get('format') === undefined) meta.putSync('format', String(STORE_FORMAT_VERSION))
    for (const name of ['objects.mdb', 'objects.mdb-lock']) chmodSync(join(directory, name), 0o600)
    return { ok: true, log: durableLog(directory, root, meta, objects) }
  } catch (error) {
    return {
      ok: false,
      message: `The cluster's data in ${directory} cannot be opened: ${reasonOf(error)}.`,
    }
  }
}

function refuseNewer(
  root: RootDatabase<string, string>,
  directory: string,
  format: number,
): OpenedLog {
  root.close().catch(() => undefined)
  return {
    ok: false,
    message: `The cluster's data in ${directory} was written by a newer version (format ${format}, this version reads up to ${STORE_FORMAT_VERSION}).`,
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** lmdb's native writer corrupts its memory when it goes on after a failed commit, so it gets no second chance. */
const BROKEN = 'an earlier write failed; the cluster is read-only until it is started again'

/** Looked at before every batch, because lmdb must not be the one to find out that the disk is full. */
function hasNoSpace(directory: string, writes: readonly DurableWrite[]): boolean {
  const { bavail, bsize } = statfsSync(directory)
  let bytes = 0
  for (const { json } of writes) bytes += json?.length ?? 0
  // A page is rewritten whole, and with it the pages above it.
  return bavail * bsize < FREE_DISK_BYTES_MIN + bytes * 8
}

function durableLog(
  directory: string,
  root: RootDatabase<string, string>,
  meta: Database<string, string>,
  objects: Database<string, string>,
): DurableLog {
  let isBroken = false
  return {
    revision: Number(meta.get('revision') ?? 0),
    *entries() {
      for (const { key, value } of objects.getRange()) yield { key, json: value }
    },
    async append(writes, revision) {
      if (isBroken) throw new Error(BROKEN)
      if (hasNoSpace(directory, writes)) throw new Error('no space left on device')
      try {
        // Everything queued in one batch() call is one transaction: all of it lands, or none.
        await root.batch(() => {
          for (const { key, json } of writes) {
            if (json === undefined) objects.remove(key).catch(() => undefined)
            else objects.put(key, json).catch(() => undefined)
          }
          meta.put('revision', String(revision)).catch(() => undefined)
        })
      } catch (error) {
        isBroken = true
        throw error
      }
    },
    close: () => root.close(),
  }
}
