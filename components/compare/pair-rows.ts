/** One pair → rows side by side. Pure. */
import { isObject } from '@/lib/comparison/canonical'
import { comparedValue } from '@/lib/comparison/diff-exchange'
import type { CapturedBody, HeaderLine } from '@/lib/comparison/exchange'
import { type DiffRow, diffTexts, diffWords } from '@/lib/comparison/text-diff'
import { writeJson } from '@/lib/comparison/write-json'

export interface HeaderRow {
  readonly name: string
  readonly row: DiffRow
  readonly isEqual: boolean
}

/** Headers, or trailers, of both answers by name; lines of one name joined. */
export function headerRows(
  primary: readonly HeaderLine[],
  mirror: readonly HeaderLine[],
): readonly HeaderRow[] {
  const left = byName(primary)
  const right = byName(mirror)
  const names = [...new Set([...left.keys(), ...right.keys()])].sort()
  return names.map((name) => {
    const before = left.get(name)
    const after = right.get(name)
    const row = diffWords(before ?? '', after ?? '')
    return {
      name,
      row: {
        left: before === undefined ? null : row.left,
        right: after === undefined ? null : row.right,
      },
      isEqual: before === after,
    }
  })
}

function byName(lines: readonly HeaderLine[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const [name, value] of lines) {
    const before = values.get(name)
    values.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return values
}

/** Bodies side by side; fields of the mirror's come in the primary's order, since their order means nothing. */
export function bodyRows(primary: CapturedBody, mirror: CapturedBody): readonly DiffRow[] {
  if (primary.kind === 'json' && mirror.kind === 'json') {
    const ordered = inOrderOf(mirror.value, primary.value)
    return diffTexts(pretty(primary.value), pretty(ordered))
  }
  return diffTexts(bodyText(primary), bodyText(mirror))
}

function pretty(value: unknown): string {
  return writeJson(value, 2)
}

function bodyText(body: CapturedBody): string {
  if (body.kind === 'none') return 'no body'
  if (body.kind === 'uncaptured') {
    const what =
      body.reason === 'not_kept'
        ? 'compared, and too large to be kept'
        : `not captured: ${body.reason}`
    return `${what}, ${body.bytes} bytes`
  }
  if (body.kind === 'binary') return `${body.bytes} bytes, hash ${body.hash}`
  const value = comparedValue(body)
  return typeof value === 'string' ? value : pretty(value)
}

function inOrderOf(value: unknown, model: unknown): unknown {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = Array.isArray(model) ? model : []
    return value.map((item: unknown, index) => inOrderOf(item, items[index]))
  }
  if (!isObject(value)) return value
  const known = isObject(model) ? Object.keys(model).filter((key) => Object.hasOwn(value, key)) : []
  const others = Object.keys(value).filter((key) => !known.includes(key))
  return Object.fromEntries(
    [...known, ...others].map((key) => [
      key,
      inOrderOf(value[key], isObject(model) ? model[key] : undefined),
    ]),
  )
}
