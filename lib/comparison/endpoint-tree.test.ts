import { expect, test } from 'vitest'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'
import { EndpointTree } from './endpoint-tree'
import { COMPARISON_LIMITS } from './limits'

test.each([
  ['GET', '/orders/17?full=1', 'GET /orders/{id}'],
  ['GET', '/orders/550e8400-e29b-41d4-a716-446655440000/items', 'GET /orders/{id}/items'],
  ['GET', '/', 'GET /'],
  ['BREW', '/pot', 'OTHER /pot'],
])('%s %s is %s', (method, path, endpoint) => {
  expect(new EndpointTree().endpointOf(method, path)).toBe(endpoint)
})

test('a place with very many names is a parameter', () => {
  const tree = new EndpointTree()
  const names = Array.from({ length: 500 }, (_, index) =>
    tree.endpointOf('GET', `/user-${index}x/a`),
  )
  expect(new Set(names).size).toBe(COMPARISON_LIMITS.segmentsPerPlaceMax + 1)
  expect(names.at(-1)).toBe('GET /{*}/a')
})

test('there is an end to endpoints, whatever clients ask for', () => {
  const tree = new EndpointTree()
  const random = seededRandom(1)
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T
  const segments = ['1', 'a', 'b', 'c', 'long-name', '%', '{id}', '', '..']
  const found = new Set<string>()
  for (let request = 0; request < 20_000; request += 1) {
    const path = Array.from({ length: 15 }, () => `/${one(segments)}${one(['', random()])}`).join(
      '',
    )
    found.add(tree.endpointOf(String.fromCharCode(65 + Math.floor(random() * 26)).repeat(4), path))
  }
  expect(found.size).toBeLessThanOrEqual(COMPARISON_LIMITS.endpointsMax + 1)
})
