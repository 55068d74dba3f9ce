/** Two versions of an object → what differs, in a line for each field. */
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/validation/json-values'

export interface ChangeSummary {
  /** `spec.rules[0].backendRefs[0].weight: 1 → 9`, in the order of the object. */
  readonly lines: readonly string[]
  /** Differences beyond `lines`. */
  readonly more: number
}

const LINES_MAX = 6
const VALUE_CHARACTERS_MAX = 60
/** Differences counted at most: beyond, an object is simply another one. */
const DIFFERENCES_MAX = 500

/** Returns the first few differences. List items are paired from both ends, so that an insertion is one difference. */
export function summariseChange(before: JsonObject, after: JsonObject): ChangeSummary {
  const found: string[] = []
  compare(before, after, '', found)
  return { lines: found.slice(0, LINES_MAX), more: Math.max(0, found.length - LINES_MAX) }
}

function compare(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  path: string,
  found: string[],
): void {
  if (found.length >= DIFFERENCES_MAX) return
  if (Array.isArray(before) && Array.isArray(after)) compareLists(before, after, path, found)
  else if (isJsonObject(before) && isJsonObject(after)) compareMaps(before, after, path, found)
  else if (before === undefined) found.push(`${path} added${suffix(after)}`)
  else if (after === undefined) found.push(`${path} removed${suffix(before)}`)
  else if (JSON.stringify(before) !== JSON.stringify(after)) {
    found.push(`${path}: ${shown(before)} → ${shown(after)}`)
  }
}

function compareMaps(before: JsonObject, after: JsonObject, path: string, found: string[]): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const here = /^[\w-]+$/.test(key) ? joined(path, key) : `${path}[${key}]`
    compare(own(before, key), own(after, key), here, found)
  }
}

function compareLists(
  before: readonly JsonValue[],
  after: readonly JsonValue[],
  path: string,
  found: string[],
): void {
  if (before.length === after.length) {
    for (const [index, item] of before.entries()) {
      compare(item, after[index], `${path}[${index}]`, found)
    }
    return
  }
  const shortest = Math.min(before.length, after.length)
  let start = 0
  while (start < shortest && isSame(before[start], after[start])) start += 1
  let end = 0
  while (end < shortest - start && isSame(before.at(-1 - end), after.at(-1 - end))) end += 1
  const kept = shortest - start - end
  for (let index = start; index < start + kept; index += 1) {
    compare(before[index], after[index], `${path}[${index}]`, found)
  }
  for (let index = start + kept; index < before.length - end; index += 1) {
    compare(before[index], undefined, `${path}[${index}]`, found)
  }
  for (let index = start + kept; index < after.length - end; index += 1) {
    compare(undefined, after[index], `${path}[${index}]`, found)
  }
}

function isSame(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}

function own(map: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined
}

function joined(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

function suffix(value: JsonValue | undefined): string {
  return value === undefined || typeof value === 'object' ? '' : `: ${shown(value)}`
}

function shown(value: JsonValue): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > VALUE_CHARACTERS_MAX ? `${text.slice(0, VALUE_CHARACTERS_MAX)}…` : text
}
