/** A ring of one byte per step, for the newest `size` steps. Steps never written read as 0. */
export class StepFlags {
  readonly bytes: Uint8Array
  newest: number

  constructor(size: number, newest: number, bytes?: Uint8Array) {
    this.bytes = bytes !== undefined && bytes.length === size ? bytes : new Uint8Array(size)
    this.newest = newest
  }

  get(step: number): number {
    if (step > this.newest || step <= this.newest - this.bytes.length) return 0
    return this.bytes[this.indexOf(step)] ?? 0
  }

  /** Sets a step; a step later than the newest clears those between. A step too old to be kept is left out. */
  set(step: number, flags: number): void {
    const size = this.bytes.length
    if (step - this.newest >= size) this.bytes.fill(0)
    else {
      for (let next = this.newest + 1; next < step; next += 1) this.bytes[this.indexOf(next)] = 0
    }
    if (step > this.newest) this.newest = step
    if (step > this.newest - size) this.bytes[this.indexOf(step)] = flags
  }

  private indexOf(step: number): number {
    const size = this.bytes.length
    return ((step % size) + size) % size
  }
}
