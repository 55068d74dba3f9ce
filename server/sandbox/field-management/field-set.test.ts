import { describe, expect, test } from 'vitest'
import { FieldSet } from './field-set'
import { decodeFieldsV1, encodeFieldsV1 } from './fields-v1'
import { formatPath, readPathElement } from './path-element'

test('FieldsV1 is printed in the order of kube-apiserver', () => {
  const set = FieldSet.of(
    ['f:spec', 'i:10'],
    ['f:spec', 'i:2'],
    ['f:spec', 'v:true'],
    ['f:spec', 'v:"b"'],
    ['f:spec', 'v:10'],
    ['f:spec', 'v:9'],
    ['f:spec', 'k:{"name":"b"}'],
    ['f:spec', 'k:{"name":"a"}', 'f:x'],
    ['f:spec', 'k:{"name":"a"}'],
    ['f:spec', 'f:z'],
    ['f:spec', 'f:Z'],
    ['f:spec'],
  )
  expect(JSON.stringify(encodeFieldsV1(set))).toBe(
    JSON.stringify({
      'f:spec': {
        '.': {},
        'f:Z': {},
        'f:z': {},
        'k:{"name":"a"}': { '.': {}, 'f:x': {} },
        'k:{"name":"b"}': {},
        'v:9': {},
        'v:10': {},
        'v:"b"': {},
        'v:true': {},
        'i:2': {},
        'i:10': {},
      },
    }),
  )
})

test('a path reads as in conflict messages', () => {
  expect(
    formatPath(['f:spec', 'f:ports', 'k:{"port":80,"protocol":"TCP"}', 'v:"a"', 'v:1', 'i:0']),
  ).toBe('.spec.ports[port=80,protocol="TCP"][="a"][=1][0]')
})

describe('a path element of a client', () => {
  test.each([
    ['k:{"b":1,"a":"x"}', 'k:{"a":"x","b":1}'],
    ['k: { "a" : "<" }', 'k:{"a":"\\u003c"}'],
    ['v:1.0', 'v:1'],
    ['i:+01', 'i:1'],
    ['f:', 'f:'],
  ])('%s is spelled %s', (given, canonical) => {
    expect(readPathElement(given)).toEqual({ element: canonical })
  })

  test.each(['', 'f', 'spec', 'k:1', 'k:{', 'v:', 'i:x'])('%j is none', (given) => {
    expect(readPathElement(given)).toBe('invalid')
    expect(decodeFieldsV1({ [given]: {} })).toBeUndefined()
  })

  test('of a later version is skipped', () => {
    expect(readPathElement('q:new')).toBe('unknown')
    expect(decodeFieldsV1({ 'q:new': {}, 'f:a': {} })?.paths()).toEqual([['f:a']])
  })
})

test('a document that is no set, or nests too deeply, is refused', () => {
  expect(decodeFieldsV1([])).toBeUndefined()
  expect(decodeFieldsV1({ 'f:a': 1 })).toBeUndefined()
  const deep = JSON.parse(`${'{"f:a":'.repeat(1_000)}{}${'}'.repeat(1_000)}`)
  expect(decodeFieldsV1(deep)).toBeUndefined()
})

describe('set operations', () => {
  const left = FieldSet.of(['f:a'], ['f:a', 'f:b'], ['f:c', 'f:d'])
  const right = FieldSet.of(['f:a'], ['f:c', 'f:d'], ['f:c', 'f:e'])
  const cases: [name: string, got: FieldSet, paths: string[][]][] = [
    ['union', left.union(right), [['f:a'], ['f:a', 'f:b'], ['f:c', 'f:d'], ['f:c', 'f:e']]],
    ['intersection', left.intersection(right), [['f:a'], ['f:c', 'f:d']]],
    ['difference', left.difference(right), [['f:a', 'f:b']]],
    ['recursive difference', left.recursiveDifference(right), []],
    ['below', left.below('f:a'), [['f:b']]],
  ]
  test.each(cases)('%s', (_, got, paths) => {
    expect(got.paths()).toEqual(paths)
    expect(got.isEmpty()).toBe(paths.length === 0)
  })

  test('membership is exact', () => {
    expect(left.has(['f:a'])).toBe(true)
    expect(left.has(['f:c'])).toBe(false)
    expect(left.has(['f:c', 'f:x'])).toBe(false)
    expect(left.has([])).toBe(false)
  })
})
