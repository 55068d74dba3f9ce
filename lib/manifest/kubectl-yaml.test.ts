import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { renderFlow, renderLines, renderScalar } from '@/lib/manifest/edit/render-value'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import { toYaml } from '@/lib/manifest/to-yaml'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { equalJson } from '@/lib/shared/json-values'

interface Case {
  readonly yaml: string
  readonly json?: string
  readonly error?: string
}

/** What kubectl's own library makes of a text; see testdata/README.md. */
const CASES: readonly Case[] = readFileSync(
  new URL('./testdata/kubectl-yaml.ndjson', import.meta.url),
  'utf8',
)
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line))

/** What kubectl sends of it is a question of our own: a key set twice, or a document that holds no object. */
const STRICTER = new Set(['yaml.duplicate-key', 'yaml.not-an-object'])

function difference({ yaml, json, error }: Case): string | undefined {
  const { documents, problems } = parseManifest(yaml)
  if (json === undefined) return problems.length > 0 ? undefined : `kubectl refuses: ${error}`
  const [problem] = problems.filter(({ code }) => !STRICTER.has(code))
  if (problem !== undefined) return `kubectl takes it: ${problem.message}`
  if (problems.length > 0) return undefined
  const value = documents[0]?.object ?? null
  return equalJson(value, JSON.parse(json)) ? undefined : `${JSON.stringify(value)} for ${json}`
}

describe('a manifest as kubectl reads it', () => {
  it('has the same value, or is refused by both, in a thousand texts', () => {
    expect(CASES.length).toBeGreaterThan(1000)
    const found = CASES.map((one) => ({ yaml: one.yaml, difference: difference(one) }))
    expect(found.filter((one) => one.difference !== undefined)).toEqual([])
  })

  const valueIn = (text: string) => parseManifest(`a: ${text}\n`).documents[0]?.object['a']

  it.each([
    ['8_0', 80],
    ['0b11', 3],
    ['1__0', 10],
    ['014', 12],
    ['0o14', 12],
    ['0x1F', 31],
    ['+1', 1],
    ['08', 8],
    ['1_000.5', 1000.5],
    ['yes', true],
    ['Off', false],
    ['2001-01-01', '2001-01-01'],
    ['1:30', '1:30'],
    ['1e400', '1e400'],
    ['!!int "0x10"', 16],
    ['! 12', '12'],
  ])('reads %s', (text, value) => expect(valueIn(text)).toBe(value))

  it.each([
    ['9007199254740993', 'yaml.value'],
    ['18446744073709551615', 'yaml.value'],
    ['-9223372036854775807', 'yaml.value'],
    ['.inf', 'yaml.value'],
    ['!!int abc', 'yaml.value'],
    ['!!binary abc', 'yaml.value'],
    ['{<<: 3}', 'yaml.merge'],
    ['{~: 3}', 'yaml.key'],
    ['[b:, c]', 'yaml.missing-space'],
    ['[:b]', 'yaml.syntax'],
    ['"\u2028"', 'yaml.character'],
    ['\u0007', 'yaml.character'],
    ['"\\/"', 'yaml.escape'],
    ['"\\ud83d\\ude00"', 'yaml.escape'],
  ])('says what is wrong with %s instead of sending something else', (text, code) => {
    expect(parseManifest(`a: ${text}\n`).problems.map((problem) => problem.code)).toContain(code)
  })

  const codes = (text: string) => parseManifest(text).problems.map(({ code }) => code)

  it('takes escapes for what they are, and those of JSON in JSON', () => {
    expect(valueIn('"\\\\/ \\u00e9 \\U0001F600"')).toBe('\\/ é 😀')
    expect(codes('{"a": "\\/", "b": "\\ud83d\\ude00"}')).toEqual([])
  })

  it('says where kubectl would read no further', () => {
    expect(codes('a: 1\n--- {b: 2}\n')).toEqual(['yaml.separator'])
    expect(codes('a: 1\n...\n# more\nb: 2\n')).toContain('yaml.separator')
    expect(codes('--- {a: 1}\n--- # two\nb: |\n  --- c\n...\n\n---\nc: 3\n...\n')).toEqual([])
  })

  it('says that a directive is not taken, and takes a number that is held exactly', () => {
    const [problem] = parseManifest('%YAML 1.2\n---\na: 1\n').problems
    expect(problem).toMatchObject({
      code: 'yaml.directive',
      range: { startLine: 1, endColumn: 10 },
    })
    expect(valueIn('9007199254740994')).toBe(9007199254740994)
  })
})

/** Every text that a value of the cases is written with. */
const TEXTS = [...new Set(CASES.flatMap(({ yaml }) => /^a: (.*)$/s.exec(yaml)?.slice(1) ?? []))]

function readBack(text: string): JsonValue | undefined {
  const { documents, problems } = parseManifest(text)
  return problems.length === 0 ? documents[0]?.object : undefined
}

describe('what is written', () => {
  it('is read back by kubectl as it was, whatever its texts are', () => {
    for (const text of TEXTS) {
      const value: JsonObject = { key: text, [text]: [text, { [text]: text }] }
      const written = [
        toYaml(value),
        toYaml(value, { indent: 4, indentSeq: true }),
        renderFlow(value),
        renderLines(value, { indent: 2, indentSeq: false }).join('\n'),
      ]
      for (const one of written) expect(readBack(`${one}\n`), one).toEqual(value)
    }
  })

  it.each(['plain', 'single', 'double'] as const)('keeps its type as a scalar in %s', (quote) => {
    for (const text of TEXTS) {
      const below = renderScalar(text, quote, false)
      const inFlow = renderScalar(text, quote, true)
      const back = readBack(`a: ${below}\nb: [${inFlow}]\n`)
      expect(back, below).toEqual({ a: text, b: [text] })
    }
  })

  it.each([
    'yes',
    'on',
    '~',
    '0x1F',
    '8_0',
    '1e3',
    '.inf',
    '<<',
    '1:30',
    '2001-01-01',
    '=',
    'null',
  ])('puts the text %s in quotes', (text) => expect(toYaml({ a: text })).toBe(`a: "${text}"\n`))
})
