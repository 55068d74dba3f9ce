import { describe, expect, test } from 'vitest'
import {
  label1035Problems,
  labelProblems,
  labelValueProblems,
  maskTrailingDash,
  pathSegmentProblems,
  qualifiedNameProblems,
  subdomainProblems,
} from './names'

/** Sentences are those of k8s.io/apimachinery/pkg/util/validation. */
const LONG = (max: number) => `must be no more than ${max} characters`
const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const LABEL_1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
const QUALIFIED =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

describe('a subdomain', () => {
  test.each([
    ['a', []],
    ['a.b-c.d', []],
    ['1.2', []],
    ['a'.repeat(253), []],
    ['a'.repeat(254), [LONG(253)]],
    ['', [SUBDOMAIN]],
    ['A', [SUBDOMAIN]],
    ['a..b', [SUBDOMAIN]],
    ['-a', [SUBDOMAIN]],
    ['a-', [SUBDOMAIN]],
    ['a_b', [SUBDOMAIN]],
    ['é'.repeat(127), [LONG(253), SUBDOMAIN]],
  ])('%s', (name, problems) => {
    expect(subdomainProblems(name)).toEqual(problems)
  })
})

describe('a label', () => {
  test.each([
    ['a-1', []],
    ['1a', []],
    ['a'.repeat(63), []],
    ['a'.repeat(64), [LONG(63)]],
    ['a.b', ['must not contain dots']],
    ['', [LABEL]],
    ['A', [LABEL]],
    ['a..b', [LABEL]],
    ['A'.repeat(64), [LONG(63), LABEL]],
  ])('%s', (name, problems) => {
    expect(labelProblems(name)).toEqual(problems)
  })

  test.each([
    ['a-1', []],
    ['1a', [LABEL_1035]],
    ['a.b', [LABEL_1035]],
    ['a-', [LABEL_1035]],
    ['a'.repeat(63), []],
    ['a'.repeat(64), [LONG(63)]],
  ])('of RFC 1035: %s', (name, problems) => {
    expect(label1035Problems(name)).toEqual(problems)
  })
})

test.each([
  ['a', []],
  ['.', ["may not be '.'"]],
  ['..', ["may not be '..'"]],
  ['...', []],
  ['a/b%', ["may not contain '/'", "may not contain '%'"]],
])('a path segment: %s', (name, problems) => {
  expect(pathSegmentProblems(name)).toEqual(problems)
})

describe('a qualified name', () => {
  const tooMany = ` ${QUALIFIED} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`
  test.each([
    ['a', []],
    ['A_b.c', []],
    ['example.com/a', []],
    ['', ['name part must be non-empty', `name part ${QUALIFIED}`]],
    ['/a', ['prefix part must be non-empty']],
    ['a/', ['name part must be non-empty', `name part ${QUALIFIED}`]],
    ['A/a', [`prefix part ${SUBDOMAIN}`]],
    ['-a', [`name part ${QUALIFIED}`]],
    ['a'.repeat(63), []],
    ['a'.repeat(64), [`name part ${LONG(63)}`]],
    ['a/b/c', [`a valid label key${tooMany}`]],
  ])('%s', (name, problems) => {
    expect(qualifiedNameProblems(name, 'since-1.35')).toEqual(problems)
  })

  test('of two slashes was called otherwise in older versions', () => {
    expect(qualifiedNameProblems('a/b/c', 'before-1.34')).toEqual([`a qualified name${tooMany}`])
  })
})

test.each([
  ['', 0],
  ['a', 0],
  ['A_b.c', 0],
  ['-a', 1],
  ['a b', 1],
  ['a'.repeat(63), 0],
  ['a'.repeat(64), 1],
  ['-'.repeat(64), 2],
])('a label value: %s', (value, problems) => {
  expect(labelValueProblems(value)).toHaveLength(problems)
})

test('a prefix of a generated name may end in a dash', () => {
  expect(labelProblems(maskTrailingDash('a-'))).toEqual([])
  expect(labelProblems(maskTrailingDash('-'))).not.toEqual([])
  expect(maskTrailingDash('ab')).toBe('ab')
})
