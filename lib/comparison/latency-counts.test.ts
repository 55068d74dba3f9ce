import { describe, expect, test } from 'vitest'
import {
  count,
  countAbove,
  DIFFERENCE_EDGES_MS,
  edgeAtLeast,
  emptyCounts,
  LATENCY_EDGES_MS,
  quantileEdge,
  total,
} from './latency-counts'

const EDGES = [1, 2, 5]

function counted(...values: number[]): number[] {
  const counts = emptyCounts(EDGES)
  for (const value of values) count(counts, EDGES, value)
  return counts
}

describe('latencies in buckets', () => {
  test('a value at an edge is in the bucket below it, one beyond the last in the last', () => {
    expect(counted(0, 1, 1.1, 2, 5, 5.1, 99)).toEqual([2, 2, 1, 2])
    expect(total(counted(0, 1, 99))).toBe(3)
  })

  test('above an edge are the buckets that begin there', () => {
    const counts = counted(1, 2, 3, 6)
    expect(EDGES.map((edge) => countAbove(counts, EDGES, edge))).toEqual([3, 2, 1])
    expect(countAbove(counts, EDGES, -1)).toBe(3)
  })

  test('a tolerance is counted at the next edge', () => {
    expect([0, 1, 1.5, 5, 9].map((value) => edgeAtLeast(EDGES, value))).toEqual([1, 1, 2, 5, 5])
    expect(edgeAtLeast([], 7)).toBe(7)
  })

  test('a quantile is the edge that this share of the values is at most', () => {
    const counts = counted(1, 1, 2, 5)
    expect([0.25, 0.5, 0.51, 0.75, 0.76, 1].map((q) => quantileEdge(counts, EDGES, q))).toEqual([
      1, 1, 2, 2, 5, 5,
    ])
    expect(quantileEdge(counted(9), EDGES, 0.5)).toBe(Number.POSITIVE_INFINITY)
    expect(quantileEdge(counted(), EDGES, 0.5)).toBeNull()
  })

  test('differences have the same edges on both sides of zero', () => {
    expect(DIFFERENCE_EDGES_MS).toHaveLength(2 * LATENCY_EDGES_MS.length + 1)
    expect(DIFFERENCE_EDGES_MS).toEqual([...DIFFERENCE_EDGES_MS].sort((a, b) => a - b))
    const mirrored = DIFFERENCE_EDGES_MS.map((edge) => (edge === 0 ? 0 : -edge)).reverse()
    expect(DIFFERENCE_EDGES_MS).toEqual(mirrored)
  })
})
