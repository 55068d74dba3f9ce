import type { JsonValue } from '@/lib/shared/json'
import { PASSED_CHARACTERS_MAX, PASSED_VALUE_CHARACTERS_MAX } from '@/lib/validation/limits'
import type { SchemaNode } from '@/lib/validation/structural-schema'

/**
 * Values whose rules (CEL) all passed lately. A rule without oldSelf depends on nothing but its value, so the same value
 * under the same schema passes again; an update of a label need not evaluate every rule of a route.
 */
const stepsByText = new Map<string, number>()
let characters = 0

const identities = new WeakMap<SchemaNode, number>()
let lastIdentity = 0

/** The text a value is remembered by; '' for one that is not remembered. */
export function passedText(node: SchemaNode, value: JsonValue): string {
  if (typeof value !== 'object' || !node.hasRules || node.hasTransitionRules) return ''
  const text = JSON.stringify(value)
  // A number too large for a double prints as null, too.
  const isUnfit = text.length > PASSED_VALUE_CHARACTERS_MAX || text.includes('null')
  return isUnfit ? '' : text
}

/** The steps evaluation took when this value passed, or undefined when it is not known to pass. */
export function stepsOfPassed(node: SchemaNode, text: string): number | undefined {
  return stepsByText.get(keyOf(node, text))
}

/** Remembers that every rule at and below `node` was true for this value, and the steps that took. */
export function rememberPassed(node: SchemaNode, text: string, steps: number): void {
  const key = keyOf(node, text)
  if (stepsByText.has(key)) return
  stepsByText.set(key, steps)
  characters += key.length
  for (const oldest of stepsByText.keys()) {
    if (characters <= PASSED_CHARACTERS_MAX) return
    stepsByText.delete(oldest)
    characters -= oldest.length
  }
}

function keyOf(node: SchemaNode, text: string): string {
  let identity = identities.get(node)
  if (identity === undefined) {
    lastIdentity += 1
    identity = lastIdentity
    identities.set(node, identity)
  }
  return `${identity} ${text}`
}
