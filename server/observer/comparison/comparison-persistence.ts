/** Comparisons on disk, in lmdb beside the series: what changed is written from time to time, all of it read at the start. */
import { mkdirSync, statfsSync } from 'node:fs'
import { open, type RootDatabase } from 'lmdb'
import type { RequestsSnapshot } from '@/lib/comparison/snapshot'
import type { ComparisonStore, StoredComparison } from './comparison-store'
import { comparisonName } from './comparison-store'
import type { ExamplePair } from './example-pairs'

/** Grows when what is stored changes its shape; another version's is forgotten. */
const FORMAT_VERSION = 2
/** With less free space nothing is written. */
const FREE_DISK_BYTES_MIN = 8 * 1024 * 1024

/** Reads and writes one store. */
export class ComparisonPersistence {
  private readonly directory: string
  private readonly database: RootDatabase

  constructor(directory: string) {
    this.directory = directory
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    this.database = open({ path: directory, encoding: 'json' })
  }

  /** Fills the store with what an earlier run of this version left. */
  async restore(store: ComparisonStore): Promise<void> {
    if (this.database.get(['version']) !== FORMAT_VERSION) {
      await this.database.clearAsync()
      return
    }
    const pairs = new Map<string, ExamplePair[]>()
    for (const { key, value } of this.database.getRange({ start: ['pair'], end: ['pair\u0000'] })) {
      const name = Array.isArray(key) ? String(key[1]) : ''
      const known = pairs.get(name) ?? []
      pairs.set(name, known)
      // Written by this version of this file.
      known.push(value as ExamplePair)
    }
    const counted = this.database.getRange({ start: ['requests'], end: ['requests\u0000'] })
    for (const { key, value } of counted) {
      const name = Array.isArray(key) ? String(key[1]) : ''
      store.restoreRequests(name, value as RequestsSnapshot)
    }
    const range = this.database.getRange({ start: ['comparison'], end: ['comparison\u0000'] })
    for (const { value } of range) {
      const stored = value as StoredComparison
      store.restore(stored, pairs.get(comparisonName(stored.tally.key)) ?? [])
    }
  }

  /** Writes what changed since the last time, in one transaction. Rejects when the disk does not take it. */
  async save(store: ComparisonStore): Promise<void> {
    const { bavail, bsize } = statfsSync(this.directory)
    // lmdb must not be the one to find out: a commit that fails ends the process.
    if (bavail * bsize < FREE_DISK_BYTES_MIN) throw new Error('no space left on device')
    await this.database.transaction(() => {
      this.database.putSync(['version'], FORMAT_VERSION)
      for (const name of store.removed) this.remove(name)
      store.removed = []
      this.saveRequests(store)
      for (const [name, comparison] of store.comparisons) {
        if (!comparison.isDirty) continue
        comparison.isDirty = false
        const { tally, examples } = comparison
        this.database.putSync(['comparison', name], {
          tally: tally.stored(),
          examples: examples.state(),
        } satisfies StoredComparison)
        for (const [id, pair] of examples.takeChanges()) {
          if (pair === null) this.database.removeSync(['pair', name, id])
          else this.database.putSync(['pair', name, id], pair)
        }
      }
    })
  }

  private saveRequests(store: ComparisonStore): void {
    for (const name of store.changedRequests) {
      const counts = store.requests.get(name)
      if (counts === undefined) this.database.removeSync(['requests', name])
      else this.database.putSync(['requests', name], counts.snapshot())
    }
    store.changedRequests.clear()
  }

  private remove(name: string): void {
    this.database.removeSync(['comparison', name])
    const range = { start: ['pair', name], end: ['pair', `${name}\u0000`] }
    for (const key of [...this.database.getKeys(range)]) this.database.removeSync(key)
  }

  async close(): Promise<void> {
    await this.database.close()
  }
}
