/** Manifests as people write them: any mixture of layouts, quotes and comments, from a seeded generator. */
import type { JsonObject, JsonValue } from '@/lib/shared/json'

type Random = () => number

const WORDS = [
  'backend', 'yes', 'off', '1', '0644', '1e3', 'null', '~', '', ' lead', 'trail ', 'a: b', 'a #b', '#c', '- d', '? e',
  '[f', 'g]', 'h, i', '{j}', '*k', '&l', '!m', '%n', '@o', "it's", 'say "hi"', 'back\\slash', 'two\nlines', 'ends\n',
  'tab\there', 'ünïcode ☃ 😀', 'next\u0085line', 'http://h:1/p?q={r}', '-', ':', 'a:', '|', '>', '---', '<<', '=', '2026-01-01',
] // biome-ignore format: a table reads better in rows

const KEYS = [
  'name',
  'port',
  'weight',
  'type',
  'on',
  '7',
  'a.b/c',
  'x y',
  'filters',
  'matches',
  'percent',
  '__proto__',
]

export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new Error('nothing to pick from')
  return item
}

/** A scalar, or a map or list of up to four entries, nested up to `depth` levels. */
export function randomValue(random: Random, depth: number): JsonValue {
  const roll = random()
  if (depth > 0 && roll < 0.3) return randomMap(random, depth - 1, Math.floor(random() * 5))
  if (depth > 0 && roll < 0.6) {
    return Array.from({ length: Math.floor(random() * 5) }, () => randomValue(random, depth - 1))
  }
  if (roll < 0.85) return pick(random, WORDS)
  return pick<JsonValue>(random, [true, false, null, 0, 80, -1.5, 1e21])
}

export function randomMap(random: Random, depth: number, size: number): JsonObject {
  const entries = Array.from({ length: size }, () => [
    pick(random, KEYS),
    randomValue(random, depth),
  ])
  return Object.fromEntries(entries)
}

export interface Style {
  readonly comments: number
  readonly flow: number
  readonly indent: number
  readonly lineBreak: string
}

export function randomStyle(random: Random): Style {
  return {
    comments: pick(random, [0, 0.2, 0.6]),
    flow: pick(random, [0, 0.2, 0.5]),
    indent: pick(random, [2, 2, 3, 4]),
    lineBreak: pick(random, ['\n', '\n', '\r\n']),
  }
}

/** The object as a document of its own lines, in a style. */
export function writeDocument(random: Random, object: JsonObject, style: Style): string {
  const writer = new Writer(random, style)
  const text = writer.document(object).join(style.lineBreak)
  return random() < 0.2 ? text : text + style.lineBreak
}

class Writer {
  readonly #random: Random
  readonly #style: Style

  constructor(random: Random, style: Style) {
    this.#random = random
    this.#style = style
  }

  document(object: JsonObject): string[] {
    if (Object.keys(object).length === 0) return ['{}']
    return this.#map(object, 0)
  }

  #chance(share: number): boolean {
    return this.#random() < share
  }

  #map(map: JsonObject, column: number): string[] {
    return Object.entries(map).flatMap(([key, value]) => [
      ...this.#above(column),
      ...this.#entry(`${' '.repeat(column)}${this.#scalar(key, true)}:`, value, column, false),
    ])
  }

  #list(list: readonly JsonValue[], column: number): string[] {
    return list.flatMap((item) => [
      ...this.#above(column),
      ...this.#entry(`${' '.repeat(column)}-`, item, column, true),
    ])
  }

  #above(column: number): string[] {
    const lines: string[] = []
    if (this.#chance(this.#style.comments / 4)) lines.push('')
    if (this.#chance(this.#style.comments))
      lines.push(`${' '.repeat(column)}# above ${this.#label()}`)
    return lines
  }

  #label(): string {
    return Math.floor(this.#random() * 1e9).toString(36)
  }

  #behind(): string {
    return this.#chance(this.#style.comments) ? `  # behind ${this.#label()}` : ''
  }

  #entry(head: string, value: JsonValue, column: number, isItem: boolean): string[] {
    if (isBlockText(value) && this.#chance(0.5)) return this.#literal(head, value, column)
    const isNested = typeof value === 'object' && value !== null && Object.keys(value).length > 0
    if (!isNested || this.#chance(this.#style.flow)) {
      const written = value === null && this.#chance(0.5) ? '' : ` ${this.#inline(value)}`
      return [head + written + this.#behind()]
    }
    if (isItem) return this.#nestedItem(head, value, column)
    const isList = Array.isArray(value)
    const deeper = column + (isList && this.#chance(0.5) ? 0 : this.#style.indent)
    return [head + this.#behind(), ...this.#block(value, deeper)]
  }

  #block(value: JsonValue[] | JsonObject, column: number): string[] {
    return Array.isArray(value) ? this.#list(value, column) : this.#map(value, column)
  }

  /** The first field on the dash's line, or all of them below it. */
  #nestedItem(head: string, value: JsonValue[] | JsonObject, column: number): string[] {
    const deeper = column + 1 + pick(this.#random, [1, 1, 1, 3])
    const lines = this.#block(value, deeper)
    const [first = '', ...others] = lines
    if (this.#chance(0.2) || first.trim() === '' || first.trim().startsWith('#')) {
      return [head + this.#behind(), ...lines]
    }
    return [head + ' '.repeat(deeper - column - 1) + first.trim(), ...others]
  }

  #literal(head: string, text: string, column: number): string[] {
    const mark = text.endsWith('\n') ? '|' : '|-'
    const lines = text.replace(/\n$/, '').split('\n')
    return [
      `${head} ${mark}`,
      ...lines.map((line) => ' '.repeat(column + this.#style.indent) + line),
    ]
  }

  #inline(value: JsonValue): string {
    if (Array.isArray(value)) return `[${value.map((item) => this.#inline(item)).join(', ')}]`
    if (typeof value === 'object' && value !== null) {
      const fields = Object.entries(value).map(
        ([key, field]) => `${this.#scalar(key, true)}: ${this.#inline(field)}`,
      )
      return this.#chance(0.5) ? `{${fields.join(', ')}}` : `{ ${fields.join(' , ')} }`
    }
    return typeof value === 'string' ? this.#scalar(value, false) : JSON.stringify(value)
  }

  #scalar(text: string, isKey: boolean): string {
    const isSafe =
      /^[a-z][a-z./]*$/.test(text) && !/^(?:yes|no|on|off|y|n|null|true|false)$/.test(text)
    if (isSafe && this.#chance(0.7)) return text
    const isPrintable = /^[\x20-\x7e]*$/.test(text)
    if (isPrintable && !isKey && this.#chance(0.5)) return `'${text.replaceAll("'", "''")}'`
    return JSON.stringify(text).replaceAll('\u0085', '\\u0085')
  }
}

function isBlockText(value: JsonValue): value is string {
  return typeof value === 'string' && /^[a-z][^\t]*\n/.test(value)
}
