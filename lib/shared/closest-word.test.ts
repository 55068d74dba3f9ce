import { expect, it } from 'vitest'
import { closestWord } from '@/lib/shared/closest-word'

const FIELDS = ['name', 'namespace', 'port', 'weight', 'filters', 'group', 'kind']
const PATHS = ['Exact', 'PathPrefix', 'RegularExpression']

it.each([
  ['weigth', FIELDS, 'weight'],
  ['Weight', FIELDS, 'weight'],
  ['prot', FIELDS, 'port'],
  ['filter', FIELDS, 'filters'],
  ['nam', FIELDS, 'name'],
  ['namspace', FIELDS, 'namespace'],
  ['Prefix', PATHS, 'PathPrefix'],
  ['exact', PATHS, 'Exact'],
  ['RequestMiror', ['RequestMirror', 'RequestRedirect'], 'RequestMirror'],
  ['bogus', FIELDS, undefined],
  ['', FIELDS, undefined],
  ['cat', ['bat', 'rat'], undefined],
  ['x'.repeat(1_000_000), FIELDS, undefined],
])('takes %j for the word that was meant', (word, candidates, meant) =>
  expect(closestWord(word, candidates)).toBe(meant),
)
