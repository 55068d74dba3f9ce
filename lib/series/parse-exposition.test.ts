import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { EXPOSITION_LIMITS, parseExposition, parseValue } from './parse-exposition'

describe('parseExposition', () => {
  test.each([
    ['a bare sample', 'up 1', { name: 'up', labels: {}, value: 1, timestampMs: null }],
    ['labels', 'a{b="c",d="e"} 2', { name: 'a', labels: { b: 'c', d: 'e' }, value: 2 }],
    ['a comma after the last label', 'a{b="c",} 2', { labels: { b: 'c' } }],
    ['an empty label list', 'a{} 2', { labels: {}, value: 2 }],
    [
      'blanks where they may be',
      '  a { b = "c" , d="e" }\t 2  ',
      { name: 'a', labels: { b: 'c', d: 'e' } },
    ],
    ['escapes', String.raw`a{b="x\"y\\z\nw"} 1`, { labels: { b: 'x"y\\z\nw' } }],
    ['an unknown escape as written', String.raw`a{b="\d"} 1`, { labels: { b: String.raw`\d` } }],
    [
      'braces, commas and quotes in a value',
      String.raw`a{b="} 5 {,=\""} 1`,
      { labels: { b: '} 5 {,="' }, value: 1 },
    ],
    ['an empty value', 'a{b=""} 1', { labels: { b: '' } }],
    ['other scripts', 'a{b="höhe 高"} 1', { labels: { b: 'höhe 高' } }],
    ['a timestamp', 'a 1.5e3 1395066363000', { value: 1500, timestampMs: 1_395_066_363_000 }],
    ['a negative timestamp', 'a 1 -3982045', { timestampMs: -3_982_045 }],
    ['NaN', 'a NaN', { value: Number.NaN }],
    ['infinity', 'a +Inf', { value: Number.POSITIVE_INFINITY }],
    ['negative infinity', 'a -Inf', { value: Number.NEGATIVE_INFINITY }],
    ['a colon in the name', 'job:a:sum 1', { name: 'job:a:sum' }],
    ['a label called __proto__', 'a{__proto__="b"} 1', { value: 1 }],
    ['a carriage return at the end', 'a 1\r', { value: 1 }],
  ])('reads %s', (_, text, expected) => {
    const { samples, errors } = parseExposition(text)
    expect(errors).toEqual([])
    expect(samples).toHaveLength(1)
    expect(samples[0]).toMatchObject(expected)
  })

  test.each([
    ['no value', 'a', 'The sample has no value.'],
    ['no value after labels', 'a{b="c"}', 'The sample has no value.'],
    ['a word for a value', 'a one', '"one" is not a number.'],
    ['a hexadecimal value', 'a 0x10', '"0x10" is not a number.'],
    ['a word for a timestamp', 'a 1 soon', '"soon" is not a timestamp in milliseconds.'],
    ['a name that starts with a digit', '1a 1', '"1a" is not a metric name.'],
    ['no name', '{a="b"} 1', '"" is not a metric name.'],
    ['a value without quotes', 'a{b=c} 1', 'The value of label "b" is not quoted.'],
    ['a value that is not closed', 'a{b="c} 1', 'The value of label "b" is not closed.'],
    ['a label without value', 'a{b} 1', 'The label "b" has no value.'],
    ['a label without name', 'a{="b"} 1', 'A label name is missing or not valid.'],
    ['a missing comma', 'a{b="c" d="e"} 1', 'A comma is missing after label "b".'],
    ['a label given twice', 'a{b="c",b="d"} 1', 'The label "b" is given twice.'],
    ['labels that never end', 'a{b="c" 1', 'A comma is missing after label "b".'],
    ['a type of another kind', '# TYPE a thing', '"thing" is not a metric type.'],
    ['a type given twice', '# TYPE a counter\n# TYPE a gauge', 'The type of "a" is given twice.'],
  ])('says what is wrong with %s', (_, text, message) => {
    const { samples, errors } = parseExposition(`good 1\n${text}\n`)
    expect(samples.map(({ name }) => name)).toEqual(['good'])
    expect(errors).toHaveLength(1)
    expect(errors[0]?.message).toBe(message)
    expect(errors[0]?.line).toBe(text.includes('\n') ? 3 : 2)
  })

  test('reads types and help, and skips other comments and empty lines', () => {
    const text = String.raw`# HELP a Line\none \\ two.
# TYPE a histogram

# a comment {
#
a_bucket{le="+Inf"} 3
`
    const { samples, types, help, errors } = parseExposition(text)
    expect(errors).toEqual([])
    expect(types.get('a')).toBe('histogram')
    expect(help.get('a')).toBe('Line\none \\ two.')
    expect(samples).toHaveLength(1)
  })

  test('stops at its limits and says so', () => {
    const limits = {
      ...EXPOSITION_LIMITS,
      linesMax: 3,
      labelsMax: 1,
      lineCharactersMax: 30,
      errorsMax: 1,
    }
    const lines = ['a{b="c",d="e"} 1', `a{b="${'x'.repeat(40)}"} 1`, 'a 1', 'b 1']
    const result = parseExposition(lines.join('\n'), limits)
    expect(result.samples.map(({ name }) => name)).toEqual(['a'])
    expect(result.truncated).toBe(true)
    expect(result.errorCount).toBe(2)
    expect(result.errors).toEqual([{ line: 1, message: 'The sample has more than 1 labels.' }])
  })

  test('never throws on damaged text', () => {
    const text = String.raw`# TYPE a counter
a{b="c\"d\\e",f="g"} 12 1395066363000
`
    for (let cut = 0; cut <= text.length; cut += 1) {
      for (const insert of ['', '"', '{', '}', '\\', '\n', ',', '\u0000']) {
        const damaged = text.slice(0, cut) + insert + text.slice(cut + 1)
        expect(() => parseExposition(damaged)).not.toThrow()
      }
    }
  })

  const sample = resolve(import.meta.dirname, '../../../shared/envoy-prometheus-sample.txt')
  test.skipIf(!existsSync(sample))('reads what an Envoy writes', () => {
    const { samples, errors, types } = parseExposition(readFileSync(sample, 'utf8'))
    expect(errors).toEqual([])
    expect(types.get('envoy_cluster_external_upstream_rq')).toBe('counter')
    const found = samples.find(
      ({ name, labels }) =>
        name === 'envoy_cluster_internal_upstream_rq' &&
        labels['envoy_cluster_name'] === 'httproute/default/http-mirror/rule/0-mirror-0' &&
        labels['envoy_response_code'] === '200',
    )
    expect(found?.value).toBe(441)
  })
})

test('parseValue reads what Go reads and refuses what JavaScript alone would take', () => {
  expect(['1', '-1.5', '.5', '1.', '1e3', '+2E-1'].map(parseValue)).toEqual([
    1, -1.5, 0.5, 1, 1000, 0.2,
  ])
  expect(['', ' ', '0x1', '1_0', 'true', '1e', 'Infinite'].map(parseValue)).toEqual(
    Array(7).fill(null),
  )
})
