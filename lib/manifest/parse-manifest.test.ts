import { describe, expect, it } from 'vitest'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import { toEditableYaml } from '@/lib/manifest/to-editable-yaml'
import { toYaml } from '@/lib/manifest/to-yaml'

const ROUTE = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: http-mirror # the route
  labels:
    example.com/team: red
spec:
  rules:
  - matches:
    - path: {type: PathPrefix, value: /}
    filters:
    - type: RequestMirror
      requestMirror:
        backendRef:
          name: backend-2
`

function only(text: string) {
  const { documents, problems } = parseManifest(text)
  expect(problems).toEqual([])
  const [document] = documents
  if (document === undefined) throw new Error('no document')
  return document
}

/** The text a range covers, with `⏎` where it spans lines. */
function textAt(text: string, range: ReturnType<ReturnType<typeof only>['rangeOf']>): string {
  const lines = text.split('\n')
  if (range.startLine !== range.endLine) return '⏎'
  return (lines[range.startLine - 1] ?? '').slice(range.startColumn - 1, range.endColumn - 1)
}

describe('rangeOf', () => {
  const document = only(ROUTE)
  const cases: readonly { path: string; part?: 'key' | 'value'; text: string; line: number }[] = [
    { path: 'metadata.name', text: 'http-mirror', line: 4 },
    { path: 'metadata.name', part: 'key', text: 'name', line: 4 },
    { path: 'metadata', text: 'metadata', line: 3 },
    { path: 'metadata.labels.example.com/team', text: 'red', line: 6 },
    { path: 'metadata.labels[example.com/team]', text: 'red', line: 6 },
    { path: 'spec.rules[0].filters[0].requestMirror', text: 'requestMirror', line: 13 },
    { path: 'spec.rules[0].filters[0].requestMirror.backendRef.name', text: 'backend-2', line: 15 },
    {
      path: 'spec.rules[0].filters[0].requestMirror.backendRef.port',
      text: 'backendRef',
      line: 14,
    },
    { path: 'spec.rules[0].filters[0]', text: 'type: RequestMirror', line: 12 },
    { path: 'spec.rules[0].filters[7].type', text: 'filters', line: 11 },
    { path: 'spec.rules[0].matches[0].path.value', text: '/', line: 10 },
    { path: 'spec.rules[0].matches[0].path', text: 'path', line: 10 },
    { path: 'spec.hostnames', text: 'spec', line: 7 },
    { path: 'status.parents', text: 'apiVersion: gateway.networking.k8s.io/v1', line: 1 },
    { path: '<nil>', text: 'apiVersion: gateway.networking.k8s.io/v1', line: 1 },
  ]
  for (const { path, part, text, line } of cases) {
    it(`marks ${JSON.stringify(text)} for ${path}${part === undefined ? '' : ` (${part})`}`, () => {
      const range = document.rangeOf(path, part)
      expect({ text: textAt(ROUTE, range), line: range.startLine }).toEqual({ text, line })
    })
  }

  it('says whether a field is written', () => {
    expect(document.has('spec.rules[0].filters')).toBe(true)
    expect(document.has('spec.rules[0].backendRefs')).toBe(false)
  })

  it('finds fields in the second document, through anchors and merge keys', () => {
    const text = `---\na: 1\n---\nbase: &base\n  port: 80\nuse:\n  <<: *base\n  name: x\nref: *base\n`
    const second = parseManifest(text).documents[1]
    expect(second?.index).toBe(1)
    expect(second?.object).toEqual({
      base: { port: 80 },
      use: { port: 80, name: 'x' },
      ref: { port: 80 },
    })
    expect(second?.rangeOf('use.port').startLine).toBe(5)
    expect(second?.rangeOf('ref.port').startLine).toBe(5)
    expect(second?.rangeOf('use.name').startLine).toBe(8)
  })

  it('counts columns as the editor does, beyond the basic plane too', () => {
    const text = 'a: "😀"\nb: [😀, x]\n'
    expect(only(text).rangeOf('b[1]')).toEqual({
      startLine: 2,
      startColumn: 9,
      endLine: 2,
      endColumn: 10,
    })
  })
})

describe('parseManifest', () => {
  it('reads old YAML words and octal numbers as kubectl does', () => {
    const text = 'a: yes\nb: off\nc: 0644\nd: "yes"\ne: 1.5\nf: ~\n80: x\n'
    expect(only(text).object).toEqual({
      a: true,
      b: false,
      c: 420,
      d: 'yes',
      e: 1.5,
      f: null,
      '80': 'x',
    })
  })

  it('skips empty documents but counts them', () => {
    const { documents } = parseManifest('---\n# nothing\n---\na: 1\n---\n')
    expect(documents.map(({ index, object }) => ({ index, object }))).toEqual([
      { index: 1, object: { a: 1 } },
    ])
  })

  it('keeps a key named __proto__ as data', () => {
    const { object } = only('__proto__: {polluted: true}\n')
    expect(Object.keys(object)).toEqual(['__proto__'])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  const problems: readonly {
    name: string
    text: string
    code: string
    line: number
    message?: string
  }[] = [
    { name: 'a tab as indentation', text: 'a:\n\tb: 1\n', code: 'yaml.tab', line: 2 },
    { name: 'an unclosed quote', text: 'a: "x\n', code: 'yaml.syntax', line: 1 },
    { name: 'an unknown anchor', text: 'a: *x\n', code: 'yaml.unknown-anchor', line: 1 },
    {
      name: 'a duplicate key',
      text: 'spec:\n  a: 1\n  a: 2\n',
      code: 'yaml.duplicate-key',
      line: 3,
      message: 'duplicate field "spec.a"',
    },
    { name: 'a list at the top', text: '- a\n', code: 'yaml.not-an-object', line: 1 },
    { name: 'a number JSON lacks', text: 'a: .inf\n', code: 'yaml.value', line: 1 },
    { name: 'a map as a key', text: '{a: 1}: b\n', code: 'yaml.key', line: 1 },
    {
      name: 'text over the limit',
      text: `a: ${'x'.repeat(1_048_576)}`,
      code: 'manifest.too-large',
      line: 1,
    },
    {
      name: 'too many documents',
      text: 'a: 1\n---\n'.repeat(60),
      code: 'manifest.too-many',
      line: 100,
    },
    {
      name: 'more lines than are read',
      text: 'a: 1\n'.repeat(200_000),
      code: 'manifest.too-large',
      line: 1,
    },
    {
      name: 'more quotes than are read',
      text: '"'.repeat(1_000_000),
      code: 'manifest.too-large',
      line: 1,
    },
    { name: 'deep flow nesting', text: '['.repeat(1_000_000), code: 'yaml.too-deep', line: 1 },
    { name: 'deep list nesting', text: '- '.repeat(500_000), code: 'yaml.too-deep', line: 1 },
    {
      name: 'deep block nesting',
      text: Array.from({ length: 1_200 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join(''),
      code: 'yaml.too-deep',
      line: 1,
    },
    {
      name: 'an alias bomb',
      text: `a0: &a0 [x, x]\n${Array.from({ length: 40 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]\n`).join('')}`,
      code: 'yaml.too-many-aliases',
      line: 12,
    },
    { name: 'an alias that holds itself', text: 'a: &a [*a]\n', code: 'yaml.too-deep', line: 1 },
  ]
  for (const { name, text, code, line, message } of problems) {
    it(`gives one ${code} problem for ${name}`, () => {
      const found = parseManifest(text).problems
      expect(found.map((problem) => [problem.code, problem.range.startLine])).toEqual([
        [code, line],
      ])
      if (message !== undefined) expect(found[0]?.message).toBe(message)
    })
  }
})

describe('places of what is wrong', () => {
  const places: readonly { name: string; text: string; marks: readonly string[] }[] = [
    { name: 'a quote not closed', text: 'a:\n  b: "x\nc: 1\nd: 2\n', marks: ['2 "'] },
    { name: 'a quote not closed, single', text: "a: 'x\nc: 1\n", marks: ["1 '"] },
    { name: 'a bracket not closed', text: 'a:\n  b: [x\n  c: 1\n', marks: ['2 ['] },
    { name: 'a brace not closed', text: 'a:\n  b: {x: 1\n  c: 1\n', marks: ['2 {'] },
    { name: 'an indent between two', text: 'a:\n- b: 1\n c: 2\n', marks: ['3 c: 2'] },
    { name: 'a word without a colon', text: 'a: 1\nfoo\n', marks: ['2 foo'] },
    { name: 'a value with a colon', text: 'a: b: c\n', marks: ['1 b'] },
    { name: 'a tab, once', text: 'a:\n  b:\n\t- c: 1\n', marks: ['3 \t'] },
    { name: 'a tab behind a dash', text: 'a:\n-\tb: 1\n', marks: ['2 \t'] },
    { name: 'each of two tabs', text: 'a:\n\tb: 1\nc:\n\td: 1\n', marks: ['2 \t', '4 \t'] },
    { name: 'a key twice', text: 'a:\n  b: 1\n  c: 1\n  b: 2\n', marks: ['4 b'] },
    { name: 'a key twice in braces', text: 'a: {b: 1, b: 2}\n', marks: ['1 b'] },
    { name: 'a key twice in the second document', text: 'a: 1\n---\nb: 1\nb: 2\n', marks: ['4 b'] },
    { name: 'a wildcard without quotes', text: 'a:\n- *.b.c\n', marks: ['2 *.b.c'] },
    { name: 'an alias that is not there', text: 'a: *x\n', marks: ['1 *x'] },
    { name: 'an unknown tag', text: 'a: !foo b\n', marks: ['1 !foo'] },
    { name: 'a reserved character', text: 'a: @b\n', marks: ['1 @'] },
    { name: 'Windows line ends', text: 'a: 1\r\nb: @c\r\n', marks: ['2 @'] },
  ]
  it.each(places)('are where a person has to look: $name', ({ text, marks }) => {
    const { problems } = parseManifest(text)
    const marked = problems.map(({ range }) => `${range.startLine} ${textAt(text, range)}`)
    expect([...new Set(marked)]).toEqual(marks)
  })

  const MARKDOWN = '``` belongs to Markdown and not to YAML: leave this line out'
  const INDENT = 'this line is indented differently from the ones it belongs to'
  const slips: readonly (readonly [text: string, mark: string, says: string])[] = [
    ['a:\n- name:backend\n  port: 1\n', '2 :', 'a colon needs a space behind it'],
    ['a:\n  b: 1\n  c:2\n', '3 :', 'a colon needs a space behind it'],
    ['a:\n  -name: b\n   port: 1\n', '2 -', 'a dash needs a space behind it'],
    ['a:\u00a0b\nc: 1\n', '1 \u00a0', 'a no-break space stands where YAML needs a plain one'],
    ['```yaml\na: 1\n', '1 `', MARKDOWN],
    ['a:\n- b: 1\n c: 2\n', '3 c: 2', INDENT],
    ['a:\n   b: 1\n  c: 2\n', '3 c: 2', INDENT],
    ['a: b: c\n', '1 b', 'a value with a colon and a space in it needs quotes'],
    ['a: 1\nfoo\n', '2 foo', 'this is neither "key: value" nor an item of a list'],
    [
      'a: @b\n',
      '1 @',
      'Plain value cannot start with reserved character @; put the value in quotes',
    ],
  ]
  it.each(slips)('are said so that one can act on it: %j', (text, mark, says) => {
    const [first] = parseManifest(text).problems
    if (first === undefined) throw new Error('no problem was found')
    expect([`${first.range.startLine} ${textAt(text, first.range)}`, first.message]).toEqual([
      mark,
      says,
    ])
  })

  it('can be seen also where nothing is written', () => {
    const text = 'a:\n  -\n  - b\n\n'
    expect(textAt(text, only(text).rangeOf('a[0]'))).toBe('-')
    expect(textAt('a:\n', only('a:\n').rangeOf('a'))).toBe('a')
  })
})

describe('toYaml', () => {
  it('writes what was read, in a fixed order of keys', () => {
    const { object } = only(ROUTE)
    const text = toYaml(object)
    expect(only(text).object).toEqual(object)
    expect(text).toBe(toYaml(Object.fromEntries(Object.entries(object).reverse())))
    expect(text.split('\n').slice(0, 4)).toEqual([
      'apiVersion: gateway.networking.k8s.io/v1',
      'kind: HTTPRoute',
      'metadata:',
      '  name: http-mirror',
    ])
    expect(text).toContain('\n  rules:\n  - matches:\n') // lists are not indented, as kubectl prints them
  })

  it('quotes text that would be read as something else', () => {
    const object = { a: 'yes', b: '1', c: 'null', d: '', e: '0644', f: 'two\nlines\n', g: 'on' }
    expect(only(toYaml(object)).object).toEqual(object)
  })

  it('leaves out what the server writes when the object is to be edited', () => {
    const text = toEditableYaml({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'backend',
        uid: 'u',
        resourceVersion: '1',
        generation: 1,
        creationTimestamp: '2026-01-01T00:00:00Z',
        managedFields: [],
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', keep: 'x' },
      },
      spec: { ports: [{ port: 3000 }] },
      status: {},
    })
    expect(text).toBe(
      'apiVersion: v1\nkind: Service\nmetadata:\n  name: backend\n  annotations:\n    keep: x\nspec:\n  ports:\n  - port: 3000\n',
    )
  })
})
