import { describe, expect, test } from 'vitest'
import { DOCUMENTS_MAX, PROBLEMS_PER_DOCUMENT_MAX } from '@/lib/manifest/limits'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import { nestsTooDeep } from '@/lib/manifest/text-shape'

describe('a text nests too deep', () => {
  test.each([
    ['brackets one in another', '['.repeat(501), true],
    ['as many as are read', '['.repeat(500), false],
    ['of either kind', '{['.repeat(251), true],
    ['brackets one after another', '[]{}'.repeat(2_000), false],
    ['brackets that close first', `${']'.repeat(400)}${'['.repeat(500)}`, false],
    ['closed, then as many again', `${'['.repeat(300)}${']'.repeat(300)}${'['.repeat(300)}`, false],
    ['indentation', Array.from({ length: 201 }, (_, at) => `${' '.repeat(at)}a:`).join('\n'), true],
    ['less of it', Array.from({ length: 200 }, (_, at) => `${' '.repeat(at)}a:`).join('\n'), false],
    ['indentation that goes back', 'a:\n b:\n  c:\n'.repeat(300), false],
    ['dashes in a row', `${'- '.repeat(201)}a`, true],
    ['fewer of them', `${'- '.repeat(200)}a`, false],
  ])('%s', (_, text, expected) => {
    expect(nestsTooDeep(text)).toBe(expected)
  })
})

describe('what is no YAML', () => {
  const problems = (text: string) => parseManifest(text).problems.length

  test('is told of as many places as are shown', () => {
    const few = problems(`a: 1\n${']\n'.repeat(PROBLEMS_PER_DOCUMENT_MAX - 2)}`)
    expect(few).toBeGreaterThan(PROBLEMS_PER_DOCUMENT_MAX / 2)
    const many = problems(`a: 1\n${']\n'.repeat(10 * PROBLEMS_PER_DOCUMENT_MAX)}`)
    expect(many).toBeLessThanOrEqual(PROBLEMS_PER_DOCUMENT_MAX)
  })

  test('in one document leaves the others as they are, up to the last that is read', () => {
    const text = (count: number) => Array.from({ length: count }, () => 'a: 1\n').join('---\n')
    expect(parseManifest(text(DOCUMENTS_MAX))).toMatchObject({ problems: [] })
    expect(parseManifest(text(DOCUMENTS_MAX)).documents).toHaveLength(DOCUMENTS_MAX)
    expect(parseManifest(text(DOCUMENTS_MAX + 1)).documents).toHaveLength(DOCUMENTS_MAX)
    expect(problems(text(DOCUMENTS_MAX + 1))).toBe(1)
  })
})
