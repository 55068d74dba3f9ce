/**
 * Metrics text → this → samples. Prometheus text format 0.0.4.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details
 */
export interface ExpositionLimits {
  /** Lines read; the rest is left and `truncated` is set. */
  readonly linesMax: number
  /** Characters in one line; a longer line is an error. */
  readonly lineCharactersMax: number
  /** Labels of one sample; a sample with more is an error. */
  readonly labelsMax: number
  /** Errors kept; further ones are only counted. */
  readonly errorsMax: number
}

export const EXPOSITION_LIMITS: ExpositionLimits = {
  linesMax: 1_000_000,
  lineCharactersMax: 16_384,
  labelsMax: 64,
  errorsMax: 20,
}

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped'

export interface SeriesIdentity {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

export interface Sample extends SeriesIdentity {
  readonly value: number
  /** Epoch milliseconds, where the text gives one. */
  readonly timestampMs: number | null
}

export interface ExpositionError {
  /** From 1. */
  readonly line: number
  readonly message: string
}

export interface Exposition {
  readonly samples: readonly Sample[]
  readonly types: ReadonlyMap<string, MetricType>
  readonly help: ReadonlyMap<string, string>
  readonly errors: readonly ExpositionError[]
  readonly errorCount: number
  /** True when `linesMax` cut the text. */
  readonly truncated: boolean
}

export interface ScanResult {
  readonly errors: readonly ExpositionError[]
  readonly errorCount: number
  readonly truncated: boolean
}

export interface ExpositionVisitor {
  /**
   * Called for each sample. `key` is `name{labels}` as written, a slice of the text: copy it before keeping it.
   * Returns an error message, or null.
   */
  sample(key: string, value: number, timestampMs: number | null): string | null
  /** The key the next sample probably has, in full; null for no guess. A right guess saves reading the key. */
  expectedKey?(): string | null
  /** Called for each line that starts with `#`. Returns an error message, or null. */
  comment?(line: string): string | null
}

const TYPES: readonly string[] = ['counter', 'gauge', 'histogram', 'summary', 'untyped']
const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
const TIMESTAMP = /^-?\d{1,16}$/

/**
 * Walks the text line by line without parsing labels, so that a caller who knows a key from the scrape before
 * pays for one look-up. Returns the lines that could not be read; never throws.
 */
export function scanExposition(
  text: string,
  limits: ExpositionLimits,
  visitor: ExpositionVisitor,
): ScanResult {
  const errors: ExpositionError[] = []
  let errorCount = 0
  let line = 0
  let start = 0
  while (start < text.length) {
    if (line >= limits.linesMax) return { errors, errorCount, truncated: true }
    line += 1
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    const message =
      end - start > limits.lineCharactersMax
        ? `The line is longer than ${limits.lineCharactersMax} characters.`
        : scanLine(text, start, end, visitor)
    if (message !== null) {
      errorCount += 1
      if (errors.length < limits.errorsMax) errors.push({ line, message })
    }
    start = end + 1
  }
  return { errors, errorCount, truncated: false }
}

function scanLine(
  text: string,
  start: number,
  end: number,
  visitor: ExpositionVisitor,
): string | null {
  const expected = visitor.expectedKey?.() ?? null
  if (expected !== null && isKeyAt(text, start, expected)) {
    return scanValue(expected, text.slice(start + expected.length, end).trim(), visitor)
  }
  const line = text.slice(start, end).trim()
  if (line === '') return null
  if (line.startsWith('#')) return visitor.comment?.(line) ?? null
  // Only numbers may follow the labels, so the last brace of the line closes them, whatever the label values hold.
  const brace = line.lastIndexOf('}')
  const keyEnd = brace === -1 ? line.search(/[ \t]/) : brace + 1
  if (keyEnd <= 0) return 'The sample has no value.'
  return scanValue(line.slice(0, keyEnd), line.slice(keyEnd).trim(), visitor)
}

function isKeyAt(text: string, start: number, key: string): boolean {
  if (!text.startsWith(key, start)) return false
  const after = text[start + key.length]
  return after === ' ' || after === '\t'
}

/** Reads `value` or `value timestamp`. */
function scanValue(key: string, rest: string, visitor: ExpositionVisitor): string | null {
  const gap = rest.search(/[ \t]/)
  const valueText = gap === -1 ? rest : rest.slice(0, gap)
  const value = parseValue(valueText)
  if (value === null) {
    return valueText === '' ? 'The sample has no value.' : `"${clip(valueText)}" is not a number.`
  }
  const timestampText = gap === -1 ? '' : rest.slice(gap).trim()
  if (timestampText !== '' && !TIMESTAMP.test(timestampText)) {
    return `"${clip(timestampText)}" is not a timestamp in milliseconds.`
  }
  return visitor.sample(key, value, timestampText === '' ? null : Number(timestampText))
}

/** Returns the number a Go float parser would read (NaN, +Inf and -Inf included), or null. */
export function parseValue(text: string): number | null {
  if (NUMBER.test(text)) return Number(text)
  const lower = text.toLowerCase()
  if (lower === 'nan') return Number.NaN
  if (lower === '+inf' || lower === 'inf') return Number.POSITIVE_INFINITY
  if (lower === '-inf') return Number.NEGATIVE_INFINITY
  return null
}

/** Returns name and labels of a `name{label="value"}` key, or a sentence saying what is wrong with it. */
export function parseSeriesKey(key: string, labelsMax: number): SeriesIdentity | string {
  const open = key.indexOf('{')
  const name = (open === -1 ? key : key.slice(0, open)).trim()
  if (!METRIC_NAME.test(name)) return `"${clip(name)}" is not a metric name.`
  if (open === -1) return { name, labels: {} }
  const labels: Record<string, string> = Object.create(null)
  let count = 0
  let position = skipBlank(key, open + 1)
  while (key[position] !== '}') {
    if (count >= labelsMax) return `The sample has more than ${labelsMax} labels.`
    const label = readLabel(key, position)
    if (typeof label === 'string') return label
    if (label.name in labels) return `The label "${clip(label.name)}" is given twice.`
    labels[label.name] = label.value
    count += 1
    position = label.end
  }
  return position === key.length - 1 ? { name, labels } : 'The label list is closed too early.'
}

interface ReadLabel {
  readonly name: string
  readonly value: string
  readonly end: number
}

function readLabel(key: string, start: number): ReadLabel | string {
  LABEL_NAME.lastIndex = start
  const name = LABEL_NAME.exec(key)?.[0]
  if (name === undefined) return 'A label name is missing or not valid.'
  let position = skipBlank(key, start + name.length)
  if (key[position] !== '=') return `The label "${clip(name)}" has no value.`
  position = skipBlank(key, position + 1)
  if (key[position] !== '"') return `The value of label "${clip(name)}" is not quoted.`
  const value = readQuoted(key, position + 1)
  if (value === null) return `The value of label "${clip(name)}" is not closed.`
  position = skipBlank(key, value.end)
  if (key[position] === ',') position = skipBlank(key, position + 1)
  else if (key[position] !== '}') return `A comma is missing after label "${clip(name)}".`
  return { name, value: value.text, end: position }
}

function readQuoted(key: string, start: number): { text: string; end: number } | null {
  let text = ''
  let from = start
  for (let position = start; position < key.length; position += 1) {
    const character = key[position]
    if (character === '"') return { text: text + key.slice(from, position), end: position + 1 }
    if (character !== '\\') continue
    const escaped = key[position + 1]
    // Prometheus keeps an unknown escape as it is written.
    text += key.slice(from, position) + (unescapeCharacter(escaped) ?? `\\${escaped ?? ''}`)
    position += 1
    from = position + 1
  }
  return null
}

function unescapeCharacter(character: string | undefined): string | null {
  if (character === 'n') return '\n'
  return character === '\\' || character === '"' ? character : null
}

function skipBlank(text: string, start: number): number {
  let position = start
  while (text[position] === ' ' || text[position] === '\t') position += 1
  return position
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

/** Returns every sample, type and help text; lines that cannot be read become errors with their line number. */
export function parseExposition(
  text: string,
  limits: ExpositionLimits = EXPOSITION_LIMITS,
): Exposition {
  const samples: Sample[] = []
  const types = new Map<string, MetricType>()
  const help = new Map<string, string>()
  const result = scanExposition(text, limits, {
    sample(key, value, timestampMs) {
      const identity = parseSeriesKey(key, limits.labelsMax)
      if (typeof identity === 'string') return identity
      samples.push({ ...identity, value, timestampMs })
      return null
    },
    comment: (line) => readComment(line, types, help),
  })
  return { samples, types, help, ...result }
}

function readComment(
  line: string,
  types: Map<string, MetricType>,
  help: Map<string, string>,
): string | null {
  const [, keyword, name = '', rest = ''] = /^#[ \t]*(\S*)[ \t]*(\S*)[ \t]*(.*)$/.exec(line) ?? []
  if (keyword !== 'TYPE' && keyword !== 'HELP') return null
  if (!METRIC_NAME.test(name)) return `"${clip(name)}" is not a metric name.`
  if (keyword === 'HELP') {
    help.set(
      name,
      rest.replaceAll(/\\(\\|n)/g, (_, c: string) => (c === 'n' ? '\n' : c)),
    )
    return null
  }
  if (!isMetricType(rest)) return `"${clip(rest)}" is not a metric type.`
  if (types.has(name)) return `The type of "${clip(name)}" is given twice.`
  types.set(name, rest)
  return null
}

function isMetricType(text: string): text is MetricType {
  return TYPES.includes(text)
}
