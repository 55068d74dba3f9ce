import { describe, expect, test } from 'vitest'
import type { CapturedExchange } from './exchange'
import { plantedTruth } from './test-support/planted-truth'
import { diffTexts, diffWords } from './text-diff'
import { toCurl, toReplayable } from './to-curl'

const marked = (row: ReturnType<typeof diffWords>) =>
  [row.left, row.right].map((side) =>
    side?.map(({ text, isMarked }) => (isMarked ? `<${text}>` : text)).join(''),
  )

describe('texts side by side', () => {
  test.each([
    ['"price": 10,', '"price": 12,', ['"price": <10>,', '"price": <12>,']],
    ['a b c', 'a c', ['a <b >c', 'a c']],
    ['same', 'same', ['same', 'same']],
    ['', 'new', ['', '<new>']],
  ])('%j and %j', (left, right, expected) => {
    expect(marked(diffWords(left, right))).toEqual(expected)
  })

  test('lines that only one side has stand beside nothing', () => {
    expect(diffTexts('a\nb\nc', 'a\nc\nd').map(marked)).toEqual([
      ['a', 'a'],
      ['<b>', undefined],
      ['c', 'c'],
      [undefined, '<d>'],
    ])
  })

  test('nothing of either text is lost, however long', () => {
    const left = Array.from({ length: 2_000 }, (_, index) => `l${index}`).join('\n')
    const right = `first\n${left.replaceAll('l', 'r')}`
    const rows = diffTexts(left, right)
    const sideOf = (side: 'left' | 'right') =>
      rows.flatMap((row) => row[side]?.map(({ text }) => text).join('') ?? []).join('\n')
    expect([sideOf('left'), sideOf('right')]).toEqual([left, right])
  })
})

describe('copy as curl', () => {
  const base = plantedTruth(1, {})('mirror')
  const withRequest = (request: Partial<CapturedExchange['request']>): CapturedExchange => ({
    ...base,
    request: { ...base.request, method: 'POST', path: "/a?q=it's", host: 'h', ...request },
  })

  test('writes what the shell takes literally', () => {
    const body = { kind: 'json', value: { a: "it's" }, bytes: 1 } as const
    expect(
      toCurl(
        withRequest({
          headers: [
            ['x-a', '$(no)'],
            ['host', 'h'],
          ],
          body,
        }),
        'http://g',
      ),
    ).toBe(
      [
        `curl -X POST 'http://g/a?q=it'\\''s'`,
        `-H 'Host: h'`,
        `-H 'x-a: $(no)'`,
        `--data-raw '{"a":"it'\\''s"}'`,
      ].join(' \\\n  '),
    )
  })

  test('asks for a head as curl does, which would wait for a body', () => {
    const [first] = toCurl(withRequest({ method: 'HEAD', headers: [] }), 'http://g').split(' \\')
    expect(first).toBe(`curl --head 'http://g/a?q=it'\\''s'`)
  })

  test('says what redaction and capture took, and leaves redacted headers out', () => {
    const exchange = withRequest({
      headers: [['authorization', '[redacted 0123456789ab]']],
      path: '/a?token=%5Bredacted+0123456789ab%5D',
      body: { kind: 'binary', hash: 'x', bytes: 9 },
    })
    expect(toReplayable(exchange)).toMatchObject({
      headers: [],
      missing: ['header authorization', 'parts of the path or query', 'the binary body'],
      isSafe: false,
    })
    expect(toCurl(exchange, 'http://g').split('\n')[0]).toBe(
      '# Not as it was sent: header authorization, parts of the path or query, the binary body.',
    )
  })
})
