import {
  isNumberText,
  isRepeatedField,
  NUMBER_KEY,
  REPEATED_KEY,
} from '@/lib/comparison/json-number'

/**
 * A value that `parseJson` read, as JSON text: digits as they were written, repeated names repeated. With `indent` each field
 * and item stands on a line of its own. An undefined value gives `''`.
 */
export function writeJson(value: unknown, indent = 0): string {
  if (value === undefined) return ''
  return write(value, indent === 0 ? '' : '\n', ' '.repeat(indent))
}

/** `line` is what begins a line at this depth; `''` where all is one line. */
function write(value: unknown, line: string, step: string): string {
  if (isNumberText(value)) return value[NUMBER_KEY]
  const inner = line === '' ? '' : line + step
  if (Array.isArray(value)) {
    return wrap(
      '[',
      ']',
      value.map((item) => write(item, inner, step)),
      line,
      inner,
    )
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const colon = line === '' ? ':' : ': '
  const fields = Object.entries(value).flatMap(([key, field]) => {
    const name = JSON.stringify(key.startsWith('\u0000') ? key.slice(1) : key)
    const values: readonly unknown[] = isRepeatedField(field) ? field[REPEATED_KEY] : [field]
    return values.map((one) => `${name}${colon}${write(one, inner, step)}`)
  })
  return wrap('{', '}', fields, line, inner)
}

function wrap(open: string, close: string, parts: readonly string[], line: string, inner: string) {
  return parts.length === 0 ? open + close : open + inner + parts.join(`,${inner}`) + line + close
}
