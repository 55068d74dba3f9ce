import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MirrorDrain } from './mirror-drain'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function connection() {
  return {
    isPaused: false,
    pause() {
      this.isPaused = true
    },
    resume() {
      this.isPaused = false
    },
  }
}

const pausedOf = (connections: readonly { isPaused: boolean }[]) =>
  connections.filter(({ isPaused }) => isPaused).length

describe("reading mirrors' answers", () => {
  it('goes on undisturbed below the share of a turn', () => {
    const drain = new MirrorDrain(1_000_000, () => performance.now())
    const one = connection()
    for (let turn = 0; turn < 5; turn++) {
      drain.read(one, 900_000)
      expect(one.isPaused).toBe(false)
      vi.advanceTimersByTime(1)
    }
  })

  it('waits once the share is used up, and each goes on in its turn', () => {
    const drain = new MirrorDrain(4 * 65_536, () => performance.now())
    const all = Array.from({ length: 20 }, connection)
    for (const one of all) drain.read(one, 65_536)
    expect(pausedOf(all)).toBe(16)
    for (const left of [12, 8, 4, 0]) {
      vi.advanceTimersByTime(1)
      expect(pausedOf(all)).toBe(left)
      expect(all.slice(0, 20 - left).some(({ isPaused }) => isPaused)).toBe(false)
    }
    expect(vi.getTimerCount()).toBe(0)
  })

  it('reads no more than its share a turn, however large the answers are', () => {
    const drain = new MirrorDrain(4 * 65_536, () => performance.now())
    const all = Array.from({ length: 50 }, connection)
    let bytes = 0
    for (let turn = 0; turn < 100; turn++) {
      for (const one of all.filter(({ isPaused }) => !isPaused)) {
        drain.read(one, 65_536)
        bytes += 65_536
      }
      vi.advanceTimersByTime(1)
    }
    // Each is read from once before it is known to be one of many.
    expect(bytes).toBeLessThanOrEqual((2 * 50 + 99 * 4) * 65_536)
  })
})
