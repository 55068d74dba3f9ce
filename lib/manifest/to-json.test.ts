import { describe, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { ALIAS_NODES_MAX, NESTING_MAX, PROBLEMS_PER_DOCUMENT_MAX } from '@/lib/manifest/limits'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import { rangeOfNode } from '@/lib/manifest/to-json'

function convert(text: string) {
  const { documents, problems } = parseManifest(text)
  const lines = text.split('\n')
  const texts = problems.map(({ code, fieldPath, range }) => {
    const line = lines[range.startLine - 1] ?? ''
    return `${code} ${fieldPath} "${line.slice(range.startColumn - 1, range.endColumn - 1)}"`
  })
  const messages = problems.map(({ message }) => message)
  return { value: documents[0]?.object ?? null, problems: texts, messages }
}

describe('merge keys', () => {
  test.each([
    ['adds fields of another map', 'a: &a {x: 1, k: 2}\nb:\n  <<: *a\n  k: 3', { k: 3, x: 1 }],
    [
      'the first of several wins',
      'a: &a {x: 1}\nc: &c {x: 2, z: 3}\nb: {<<: [*a, *c]}',
      { x: 1, z: 3 },
    ],
    ['a quoted one is a key', 'b: {"<<": {x: 1}}', { '<<': { x: 1 } }],
    ['a null inside stays', 'a: &a {x: ~}\nb: {<<: *a}', { x: null }],
  ])('%s', (_, text, b) => {
    expect(convert(text)).toMatchObject({ value: { b }, problems: [] })
  })
})

test.each(['[1, null, [x]]', '~', 'xy'])('a merge of %s, which is no map, is refused', (merged) => {
  expect(convert(`b: {<<: ${merged}, k: 1}`)).toMatchObject({
    value: { b: { k: 1 } },
    problems: [`yaml.merge b "${merged}"`],
  })
})

test('keys are texts, whatever they look like, but for null, which is none', () => {
  expect(convert('1: a\ntrue: b\n1.5: d')).toMatchObject({
    value: { '1': 'a', true: 'b', '1.5': 'd' },
    problems: [],
  })
  expect(convert('~: c\nd: 1')).toMatchObject({
    value: { d: 1 },
    messages: ['a key must be a plain value that is not null, not a map or a list'],
  })
})

test('what JSON has no word for is reported at its place', () => {
  const { value, problems, messages } = convert('a: .inf\nb: [-.inf]\nc: {d: .nan}')
  expect(value).toEqual({ a: null, b: [null], c: { d: null } })
  expect(problems).toEqual([
    'yaml.value a ".inf"',
    'yaml.value b[0] "-.inf"',
    'yaml.value c.d ".nan"',
  ])
  expect(messages).toEqual(
    ['+Inf', '-Inf', 'NaN'].map((printed) => `json: unsupported value: ${printed}`),
  )
})

test('a key set twice is reported where it is set again, and the last one counts', () => {
  expect(convert('a: {b: 1, b: 2}\nc: 1')).toMatchObject({
    value: { a: { b: 2 }, c: 1 },
    problems: ['yaml.duplicate-key a.b "b"'],
  })
})

test('an anchor counts from where it stands, and again when it is set again', () => {
  expect(convert('a: &x 1\nb: *x\nc: &x 2\nd: *x').value).toEqual({ a: 1, b: 1, c: 2, d: 2 })
  expect(convert('a: *x\nb: &x 1').problems).toEqual(['yaml.unknown-anchor a "*x"'])
})

describe('at its limits', () => {
  const nested = (levels: number) => `a: ${'['.repeat(levels)}${']'.repeat(levels)}`

  test('a document is read to the last level', () => {
    expect(convert(nested(NESTING_MAX)).problems).toEqual([])
    const deeper = convert(nested(NESTING_MAX + 1))
    expect(deeper.value).toBeNull()
    expect(deeper.problems).toHaveLength(1)
    expect(deeper.messages).toEqual([`nested deeper than ${NESTING_MAX} levels`])
  })

  test('aliases repeat as many values, and no more', () => {
    const aliases = (values: number) => `a: &a [${Array(values).fill('1').join(',')}]\nb: *a`
    // The list is a value itself.
    expect(convert(aliases(ALIAS_NODES_MAX - 1)).problems).toEqual([])
    const more = convert(aliases(ALIAS_NODES_MAX))
    expect(more.value).toBeNull()
    expect(more.problems).toEqual([`yaml.too-many-aliases b[${ALIAS_NODES_MAX - 1}] "*a"`])
  })

  test('as many problems are kept', () => {
    const text = `a: [${Array(PROBLEMS_PER_DOCUMENT_MAX + 5)
      .fill('.inf')
      .join(', ')}]`
    expect(convert(text).problems).toHaveLength(PROBLEMS_PER_DOCUMENT_MAX)
  })
})

test('what has no place is at the first character', () => {
  expect(rangeOfNode(undefined)).toEqual([0, 1])
  expect(rangeOfNode('text')).toEqual([0, 1])
  expect(rangeOfNode(parseDocument('abc').contents)).toEqual([0, 3])
})
