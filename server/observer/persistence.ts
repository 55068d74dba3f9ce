/**
 * The history on disk, in lmdb: written every few seconds in one transaction and when the observer stops, so that a
 * crash loses the newest seconds and never mixes two states. Only what changed is written.
 */
import { mkdirSync, statfsSync } from 'node:fs'
import { open, type RootDatabase } from 'lmdb'
import type { StepChunk } from '@/lib/series/step-log'
import { LOGS, RouteHistory } from './route-history'
import type { Followed } from './scrape-series'
import type { SeriesStore, SeriesStoreState } from './series-store'
import { DIALECTS, type Dialect, SLOT_KINDS, type Slot } from './slots'
import type { TimelineState } from './timeline'

/** Grows when what is stored changes its shape; other versions are left unread. */
const FORMAT_VERSION = 2

interface StoredMeta {
  readonly version: number
  readonly intervalMs: number
  readonly timeline: TimelineState
  readonly store: SeriesStoreState
}

interface StoredRoute {
  readonly slots: readonly Slot[]
  readonly dialects: readonly Dialect[]
  /** By source, the keys of its series. */
  readonly series: Readonly<Record<string, readonly string[]>>
}

type Stored = Record<string, unknown>

/** With less free space nothing is written; the history in memory goes on, and is written once there is room. */
const FREE_DISK_BYTES_MIN = 8 * 1024 * 1024

function freeBytesOf(directory: string): number {
  const { bavail, bsize } = statfsSync(directory)
  return bavail * bsize
}

export interface Restored {
  readonly timeline: TimelineState
  readonly state: SeriesStoreState
  /** Fills the store. */
  load(store: SeriesStore): void
}

/** The history on disk (lmdb): what is new is saved from time to time, all of it read back at the start. */
export class Persistence {
  private readonly database: RootDatabase
  private readonly intervalMs: number
  /** Per log, the last step that is on disk. */
  private readonly written: number[] = LOGS.map(() => Number.NEGATIVE_INFINITY)
  private readonly known = new Set<string>()
  private readonly freeBytes: () => number

  constructor(directory: string, intervalMs: number, freeBytes = () => freeBytesOf(directory)) {
    this.freeBytes = freeBytes
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    this.database = open({ path: directory, encoding: 'msgpack' })
    this.intervalMs = intervalMs
  }

  /** Returns what an earlier run left, or null when there is nothing that can be read. */
  restore(): Restored | null {
    const meta = readMeta(this.database.get(['meta']))
    if (meta === null || meta.intervalMs !== this.intervalMs) return null
    return {
      timeline: meta.timeline,
      state: meta.store,
      load: (store) => this.load(store),
    }
  }

  /** Forgets everything: what is there belongs to another format or another interval. */
  async clear(): Promise<void> {
    await this.database.clearAsync()
  }

  private load(store: SeriesStore): void {
    const chunks = this.loadChunks()
    for (const { key, value } of this.database.getRange({
      start: ['route'],
      end: ['route\u0000'],
    })) {
      const name = Array.isArray(key) ? String(key[1]) : ''
      const stored = readRoute(value)
      if (stored === null) continue
      const route = new RouteHistory(name, stored.slots, chunks.get(name))
      for (const dialect of stored.dialects) route.dialects.add(dialect)
      store.restore(route)
      this.known.add(name)
      this.loadSeries(store, name, stored)
    }
    for (const route of store.routes.values()) {
      route.isShapeDirty = false
      for (const [log, { lastStep }] of route.logs.entries()) {
        this.written[log] = Math.max(this.written[log] ?? lastStep, lastStep)
      }
    }
  }

  private loadSeries(store: SeriesStore, name: string, stored: StoredRoute): void {
    const values: unknown = this.database.get(['values', name])
    for (const [source, keys] of Object.entries(stored.series)) {
      const ofSource: unknown = isRecord(values) ? values[source] : undefined
      if (!Array.isArray(ofSource)) continue
      for (const [index, key] of keys.entries()) {
        const value: unknown = ofSource[index]
        if (typeof value === 'number') store.sources.get(source)?.restore(key, value)
      }
    }
  }

  private loadChunks(): Map<string, StepChunk[][]> {
    const byRoute = new Map<string, StepChunk[][]>()
    const range = this.database.getRange({ start: ['chunk'], end: ['chunk\u0000'] })
    for (const { key, value } of range) {
      if (!Array.isArray(key) || !isRecord(value)) continue
      const [, route, log, firstStep] = key
      const { lastStep, bytes } = value
      if (typeof route !== 'string' || typeof log !== 'number') continue
      if (typeof firstStep !== 'number' || typeof lastStep !== 'number') continue
      if (!(bytes instanceof Uint8Array)) continue
      const logs = byRoute.get(route) ?? LOGS.map(() => [])
      byRoute.set(route, logs)
      // A copy, because the bytes belong to the database's own memory.
      logs[log]?.push({ firstStep, lastStep, bytes: Uint8Array.from(bytes), length: bytes.length })
    }
    return byRoute
  }

  /** Writes what changed since the last time. Rejects when the disk does not take it. */
  async save(store: SeriesStore, timeline: TimelineState): Promise<void> {
    // lmdb must not be the one to find out: a commit that fails ends the process.
    if (this.freeBytes() < FREE_DISK_BYTES_MIN) throw new Error('no space left on device')
    await this.database.transaction(() => {
      const meta: StoredMeta = {
        version: FORMAT_VERSION,
        intervalMs: this.intervalMs,
        timeline,
        store: store.state(timeline.tick),
      }
      this.database.putSync(['meta'], meta)
      for (const { route, log, firstStep } of store.dropped) {
        this.database.removeSync(['chunk', route, log, firstStep])
      }
      store.dropped = []
      const series = seriesByRoute(store)
      for (const route of store.routes.values()) this.saveRoute(route, series.get(route.key) ?? {})
      this.removeForgotten(store)
      for (const [log] of LOGS.entries()) this.written[log] = newestStep(store, log)
    })
  }

  private saveRoute(route: RouteHistory, series: FollowedBySource): void {
    const isChanged = route.logs.some((log, index) => log.lastStep > (this.written[index] ?? 0))
    if (!isChanged && !route.isShapeDirty) return
    if (route.isShapeDirty) {
      const stored: StoredRoute = {
        slots: route.slots,
        dialects: [...route.dialects],
        series: mapValues(series, ({ key }) => key),
      }
      this.database.putSync(['route', route.key], stored)
      route.isShapeDirty = false
      this.known.add(route.key)
    }
    this.database.putSync(
      ['values', route.key],
      mapValues(series, ({ previous }) => previous ?? 0),
    )
    for (const [log, { chunks }] of route.logs.entries()) {
      for (const chunk of chunks) {
        if (chunk.lastStep <= (this.written[log] ?? 0)) continue
        const { bytes, length, lastStep } = chunk
        this.database.putSync(['chunk', route.key, log, chunk.firstStep], {
          lastStep,
          bytes: Buffer.from(bytes.subarray(0, length)),
        })
      }
    }
  }

  private removeForgotten(store: SeriesStore): void {
    for (const key of this.known) {
      if (store.routes.has(key)) continue
      this.database.removeSync(['route', key])
      this.database.removeSync(['values', key])
      this.known.delete(key)
    }
  }

  async close(): Promise<void> {
    await this.database.close()
  }
}

function newestStep(store: SeriesStore, log: number): number {
  let newest = Number.NEGATIVE_INFINITY
  for (const route of store.routes.values()) {
    newest = Math.max(newest, route.logs[log]?.lastStep ?? newest)
  }
  return newest
}

type FollowedBySource = Readonly<Record<string, readonly Followed[]>>

/** By route, by source, the followed series. */
function seriesByRoute(store: SeriesStore): Map<string, FollowedBySource> {
  const byRoute = new Map<string, Record<string, Followed[]>>()
  for (const [id, source] of store.sources) {
    for (const series of source.followed.values()) {
      const ofRoute = byRoute.get(series.route.key) ?? {}
      byRoute.set(series.route.key, ofRoute)
      const ofSource = ofRoute[id] ?? []
      ofRoute[id] = ofSource
      ofSource.push(series)
    }
  }
  return byRoute
}

function mapValues<T>(
  series: FollowedBySource,
  of: (one: Followed) => T,
): Record<string, readonly T[]> {
  return Object.fromEntries(
    Object.entries(series).map(([source, all]) => [source, all.map(of)] as const),
  )
}

function isRecord(value: unknown): value is Stored {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readMeta(value: unknown): StoredMeta | null {
  if (!isRecord(value) || value['version'] !== FORMAT_VERSION) return null
  // Written by this version of this file in one transaction: its shape is this file's.
  return value as unknown as StoredMeta
}

function readRoute(value: unknown): StoredRoute | null {
  if (!isRecord(value)) return null
  const { slots, dialects, series } = value
  if (!Array.isArray(slots) || !slots.every(isSlot)) return null
  if (!isRecord(series) || !Array.isArray(dialects)) return null
  const lists = Object.entries(series).flatMap(([id, keys]) =>
    isStringList(keys) ? [[id, keys] as const] : [],
  )
  const known = DIALECTS.filter((dialect) => dialects.includes(dialect))
  return { slots, dialects: known, series: Object.fromEntries(lists) }
}

function isSlot(value: unknown): value is Slot {
  return isRecord(value) && SLOT_KINDS.some((kind) => kind === value['kind'])
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
