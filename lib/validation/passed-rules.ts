import type { JsonValue } from '@/lib/shared/json'
import { PASSED_CHARACTERS_MAX, PASSED_VALUE_CHARACTERS_MAX } from '@/lib/validation/limits'
import type { SchemaNode } from '@/lib/validation/structural-schema'

/**
 * Values whose rules (CEL) all passed lately. A rule without oldSelf depends on nothing but its value, so the same value
 * under the same schema passes again; an update of a label need not evaluate every rule of a route.
 */
type Generation = WeakMap<SchemaNode, Map<string, number>>
let newer: Generation = new WeakMap()
let older: Generation = new WeakMap()
let newerCharacters = 0

/** The text a value is remembered by; '' for one that is not remembered. */
export function passedText(node: SchemaNode, value: JsonValue): string {
  if (typeof value !== 'object' || node.rules.length === 0 || node.hasTransitionRules) return ''
  const text = JSON.stringify(value)
  // A number too large for a double prints as null, too.
  const isUnfit = text.length > PASSED_VALUE_CHARACTERS_MAX || text.includes('null')
  return isUnfit ? '' : text
}

/** The steps evaluation took when this value passed, or undefined when it is not known to pass. */
export function stepsOfPassed(node: SchemaNode, text: string): number | undefined {
  const steps = newer.get(node)?.get(text)
  if (steps !== undefined) return steps
  const former = older.get(node)?.get(text)
  if (former !== undefined) rememberPassed(node, text, former)
  return former
}

/**
 * Remembers that every rule at and below `node` was true for this value, and the steps that took. At the limit what was
 * not met again for the longest time is forgotten.
 */
export function rememberPassed(node: SchemaNode, text: string, steps: number): void {
  if (newerCharacters + text.length > PASSED_CHARACTERS_MAX / 2) {
    older = newer
    newer = new WeakMap()
    newerCharacters = 0
  }
  let stepsByText = newer.get(node)
  if (stepsByText === undefined) {
    stepsByText = new Map()
    newer.set(node, stepsByText)
  }
  if (!stepsByText.has(text)) newerCharacters += text.length
  stepsByText.set(text, steps)
}
