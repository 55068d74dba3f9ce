/**
 * An append-only history of sparse steps: per step only the slots that changed, as variable-length integers, so that
 * an idle step costs nothing. Steps live in chunks of bytes; the oldest chunk is dropped as a whole.
 *
 * Record: steps since the record before · number of entries · entries as (slots since the entry before, value).
 * Values are whole numbers of either sign within ±2^52.
 */
export interface StepChunk {
  firstStep: number
  lastStep: number
  bytes: Uint8Array
  length: number
}

/** Bytes of a chunk beyond its content: the typed array, its buffer and the chunk object. */
const CHUNK_OVERHEAD_BYTES = 200
const CHUNK_BYTES_FIRST = 48
const CHUNK_BYTES_MAX = 2048

export type StepVisitor = (step: number, slot: number, value: number) => void

/** Steps in ascending order, packed into byte chunks of bounded size; old ones are dropped a chunk at a time. */
export class StepLog {
  readonly chunks: StepChunk[] = []
  /** Bytes held, overhead included. */
  size = 0
  private readonly chunkSteps: number

  /** `chunkSteps` is the most steps one chunk spans: the grain at which old steps are dropped. */
  constructor(chunkSteps: number, chunks: readonly StepChunk[] = []) {
    this.chunkSteps = Math.max(1, chunkSteps)
    for (const chunk of chunks) {
      this.chunks.push(chunk)
      this.size += chunk.bytes.length + CHUNK_OVERHEAD_BYTES
    }
  }

  get lastStep(): number {
    return this.chunks.at(-1)?.lastStep ?? Number.NEGATIVE_INFINITY
  }

  /**
   * Adds a step, which must be later than the last. `slots` ascend; `values[i]` belongs to `slots[i]`.
   * Returns false, and changes nothing, when the step is not later.
   */
  append(step: number, slots: readonly number[], values: readonly number[]): boolean {
    if (step <= this.lastStep) return false
    const last = this.chunks.at(-1)
    const isNew = last === undefined || step - last.firstStep >= this.chunkSteps
    const record = encodeRecord(isNew ? 0 : step - last.lastStep, slots, values)
    if (isNew || last.length + record.length > CHUNK_BYTES_MAX) {
      this.addChunk(step, isNew ? record : encodeRecord(0, slots, values))
      return true
    }
    this.grow(last, last.length + record.length)
    last.bytes.set(record, last.length)
    last.length += record.length
    last.lastStep = step
    return true
  }

  private addChunk(step: number, record: readonly number[]): void {
    const previous = this.chunks.at(-1)
    if (previous !== undefined) this.trim(previous)
    const bytes = new Uint8Array(Math.max(CHUNK_BYTES_FIRST, record.length))
    bytes.set(record)
    this.chunks.push({ firstStep: step, lastStep: step, bytes, length: record.length })
    this.size += bytes.length + CHUNK_OVERHEAD_BYTES
  }

  private grow(chunk: StepChunk, needed: number): void {
    if (needed <= chunk.bytes.length) return
    const bytes = new Uint8Array(
      Math.max(needed, Math.min(CHUNK_BYTES_MAX, chunk.bytes.length * 2)),
    )
    bytes.set(chunk.bytes.subarray(0, chunk.length))
    this.size += bytes.length - chunk.bytes.length
    chunk.bytes = bytes
  }

  private trim(chunk: StepChunk): void {
    if (chunk.length === chunk.bytes.length) return
    this.size -= chunk.bytes.length - chunk.length
    chunk.bytes = chunk.bytes.slice(0, chunk.length)
  }

  /** Drops the chunks that end before `step` and returns them. */
  dropBefore(step: number): readonly StepChunk[] {
    let count = 0
    while ((this.chunks[count]?.lastStep ?? Number.POSITIVE_INFINITY) < step) count += 1
    if (count === 0) return []
    const dropped = this.chunks.splice(0, count)
    for (const chunk of dropped) this.size -= chunk.bytes.length + CHUNK_OVERHEAD_BYTES
    return dropped
  }

  /** Visits every entry of the steps from `firstStep` to `lastStep`, both included, in order. */
  forEach(firstStep: number, lastStep: number, visit: StepVisitor): void {
    for (const chunk of this.chunks) {
      if (chunk.lastStep < firstStep) continue
      if (chunk.firstStep > lastStep) return
      decodeChunk(chunk, firstStep, lastStep, visit)
    }
  }
}

function encodeRecord(
  stepDelta: number,
  slots: readonly number[],
  values: readonly number[],
): number[] {
  const record: number[] = []
  pushVarint(record, stepDelta)
  pushVarint(record, slots.length)
  let before = 0
  for (const [index, slot] of slots.entries()) {
    pushVarint(record, slot - before)
    before = slot
    const value = values[index] ?? 0
    pushVarint(record, value >= 0 ? value * 2 : -value * 2 - 1)
  }
  return record
}

function pushVarint(record: number[], value: number): void {
  let rest = value
  while (rest > 0x7f) {
    record.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  record.push(rest)
}

/** Reads varints one after the other; past the end they read as 0, so a damaged chunk ends instead of throwing. */
class Reader {
  position = 0
  private readonly chunk: StepChunk

  constructor(chunk: StepChunk) {
    this.chunk = chunk
  }

  get isAtEnd(): boolean {
    return this.position >= this.chunk.length
  }

  next(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.chunk.bytes[this.position] ?? 0
      this.position += 1
      if (byte < 128) return value + byte * scale
      value += (byte - 128) * scale
      scale *= 128
    }
  }
}

function decodeChunk(
  chunk: StepChunk,
  firstStep: number,
  lastStep: number,
  visit: StepVisitor,
): void {
  const reader = new Reader(chunk)
  let step = chunk.firstStep
  while (!reader.isAtEnd) {
    step += reader.next()
    if (step > lastStep) return
    const isWanted = step >= firstStep
    let slot = 0
    for (let left = reader.next(); left > 0 && !reader.isAtEnd; left -= 1) {
      slot += reader.next()
      const coded = reader.next()
      if (isWanted) visit(step, slot, coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2)
    }
  }
}
