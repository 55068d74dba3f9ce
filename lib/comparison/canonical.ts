/** Texts that are equal when values are: keys sorted, so that the order of fields does not matter. */
import { shapeOf } from '@/lib/comparison/value-shape'

/** The value as one text; equal values give equal texts. */
export function canonical(value: unknown): string {
  return write(value, false)
}

/** The same with ids and times replaced by their shape, so that items that differ in nothing else are equal. */
export function maskedCanonical(value: unknown): string {
  return write(value, true)
}

function write(value: unknown, isMasked: boolean): string {
  if (Array.isArray(value)) return `[${value.map((item) => write(item, isMasked)).join(',')}]`
  if (isObject(value)) {
    const fields = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${write(value[key], isMasked)}`)
    return `{${fields.join(',')}}`
  }
  const shape = isMasked ? shapeOf(value) : 'other'
  return shape === 'other' ? (JSON.stringify(value) ?? 'null') : `<${shape}>`
}

/** Whether the value is a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** FNV-1a over UTF-16 units, 32 bits: for telling values apart, never for secrecy. http://www.isthe.com/chongo/tech/comp/fnv/ */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash >>> 0
}
