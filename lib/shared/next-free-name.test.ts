import { expect, test } from 'vitest'
import { nextFreeName } from './next-free-name'

const LONG = 'a'.repeat(63)

test.each<[wanted: string, taken: string[], name: string]>([
  ['backend-2', [], 'backend-2'],
  ['backend-2', ['backend'], 'backend-2'],
  ['backend-2', ['backend-2'], 'backend-3'],
  ['backend-2', ['backend-2', 'backend-3', 'backend-5'], 'backend-4'],
  ['backend-2', ['backend-2', 'backend-3', 'backend-4'], 'backend-5'],
  ['http-mirror', ['http-mirror'], 'http-mirror-2'],
  ['http-mirror', ['http-mirror', 'http-mirror-2'], 'http-mirror-3'],
  ['7', ['7'], '7-2'],
  [LONG, [LONG], `${'a'.repeat(61)}-2`],
])('the next name for %s beside %j is %s', (wanted, taken, name) => {
  expect(nextFreeName(wanted, new Set(taken))).toBe(name)
})
