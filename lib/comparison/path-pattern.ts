/**
 * Patterns of places in an answer: `$.items[*].price`, `header:content-type`. List indexes become `[*]` and keys that look
 * like ids become `{id}`, so that what differs at many places is one difference.
 */
import { COMPARISON_LIMITS } from '@/lib/comparison/limits'
import { isIdKey } from '@/lib/comparison/value-shape'

export interface PatternNode {
  readonly id: number
  readonly text: string
  readonly parent: PatternNode | null
  /** The last step: a key, `[*]`, or the root's name. */
  readonly step: string
}

const ITEM = '[*]'
const PLAIN_KEY = /^[A-Za-z_][\w-]*$/

/** Interns patterns, so that equal places are the same node. Bounded: see `patternsMax` and `keysPerPatternMax`. */
export class PatternTree {
  readonly nodes: PatternNode[] = []
  private readonly children: Map<string, PatternNode>[] = []
  private readonly roots = new Map<string, PatternNode>()
  private overflow: PatternNode | null = null

  /** The place an answer's part begins: `$` of the body, `header:date`. */
  root(name: string): PatternNode {
    const known = this.roots.get(name)
    if (known !== undefined) return known
    if (this.nodes.length >= COMPARISON_LIMITS.patternsMax) return this.overflowNode()
    const node = this.add(null, name, name)
    this.roots.set(name, node)
    return node
  }

  /** The place of an object's field. */
  child(node: PatternNode, key: string): PatternNode {
    const known = this.children[node.id]?.get(key)
    if (known !== undefined) return known
    return isIdKey(key) ? this.step(node, '{id}') : this.step(node, shorten(key))
  }

  /** The same for a step that is a name even if it looks like an id: a status code. */
  named(node: PatternNode, name: string): PatternNode {
    return this.step(node, shorten(name))
  }

  /** The place of every item of a list. */
  item(node: PatternNode): PatternNode {
    return this.step(node, ITEM)
  }

  private step(node: PatternNode, step: string): PatternNode {
    if (node === this.overflow) return node
    const children = this.children[node.id] ?? new Map<string, PatternNode>()
    const known = children.get(step)
    if (known !== undefined) return known
    if (this.nodes.length >= COMPARISON_LIMITS.patternsMax) return this.overflowNode()
    const isCrowded = children.size >= COMPARISON_LIMITS.keysPerPatternMax && step !== ITEM
    const kept = isCrowded ? '{*}' : step
    const crowd = children.get(kept)
    if (crowd !== undefined) return crowd
    const made = this.add(node, kept, node.text + stepText(kept))
    children.set(kept, made)
    this.children[node.id] = children
    return made
  }

  private overflowNode(): PatternNode {
    this.overflow ??= this.add(null, '…', '…')
    return this.overflow
  }

  private add(parent: PatternNode | null, step: string, text: string): PatternNode {
    const node = { id: this.nodes.length, text, parent, step }
    this.nodes.push(node)
    return node
  }

  /** Rebuilds the tree from `nodes` of an earlier one, as [parent id or -1, step]. */
  static restore(stored: readonly (readonly [parent: number, step: string])[]): PatternTree {
    const tree = new PatternTree()
    for (const [parentId, step] of stored) {
      const parent = tree.nodes[parentId]
      if (parent === undefined) {
        const root = tree.add(null, step, step)
        if (step === '…') tree.overflow = root
        else tree.roots.set(step, root)
      } else {
        const node = tree.add(parent, step, parent.text + stepText(step))
        const children = tree.children[parent.id] ?? new Map<string, PatternNode>()
        tree.children[parent.id] = children.set(step, node)
      }
    }
    return tree
  }

  /** What `restore` takes. */
  stored(): (readonly [parent: number, step: string])[] {
    return this.nodes.map(({ parent, step }) => [parent?.id ?? -1, step] as const)
  }
}

function shorten(key: string): string {
  const { keyLengthMax } = COMPARISON_LIMITS
  return key.length > keyLengthMax ? `${key.slice(0, keyLengthMax)}…` : key
}

/** How a step is written after what stands before it. */
export function stepText(step: string): string {
  if (step === ITEM) return step
  if (PLAIN_KEY.test(step) || step.startsWith('{')) return `.${step}`
  return `[${JSON.stringify(step)}]`
}

export type PathStep =
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'any-key' }
  | { readonly type: 'item' }
  /** Any number of steps, none included. */
  | { readonly type: 'deep' }

const STEP =
  /\.\.(?=[A-Za-z_{*])|\.\*|\.(\{[^}]*\}|[A-Za-z_][\w-]*)|\[\*\]|\[("(?:[^"\\]|\\.)*")\]|\[(\d+)\]|(?<=\.\.)(\*|\{[^}]*\}|[A-Za-z_][\w-]*)/gy

/**
 * The steps of a path pattern such as `$.items[*].price`, `$.meta.*`, `$..requestId`, `$["odd key"]`; null when it is not
 * one. An index is read as `[*]`: the engine does not tell items by their place.
 */
export function parsePathPattern(text: string): readonly PathStep[] | null {
  if (!text.startsWith('$')) return null
  const steps: PathStep[] = []
  let position = 1
  while (position < text.length) {
    STEP.lastIndex = position
    const match = STEP.exec(text)
    if (match === null || match[0] === '') return null
    position += match[0].length
    steps.push(readStep(match))
  }
  return steps.at(-1)?.type === 'deep' ? null : steps
}

function readStep(match: RegExpExecArray): PathStep {
  const [whole, plain, quoted, index, deepKey] = match
  if (whole === '..') return { type: 'deep' }
  if (whole === '.*' || deepKey === '*') return { type: 'any-key' }
  if (whole === ITEM || index !== undefined) return { type: 'item' }
  if (quoted !== undefined) return { type: 'key', key: String(JSON.parse(quoted)) }
  return { type: 'key', key: plain ?? deepKey ?? '' }
}

/** Whether a place, given as its text, is the pattern's or inside it. */
export function coversText(pattern: readonly PathStep[], place: string): boolean {
  const steps = parsePathPattern(place)
  if (steps === null) return false
  return matchSteps(pattern, 0, ['$', ...steps.map(nameOfStep)], 0, true)
}

function nameOfStep(step: PathStep): string {
  return step.type === 'key' ? step.key : step.type === 'item' ? ITEM : '{*}'
}

/** Whether a place is exactly the pattern's. */
export function isAt(pattern: readonly PathStep[], node: PatternNode): boolean {
  return matchSteps(pattern, 0, stepsOf(node), 0, false)
}

function stepsOf(node: PatternNode): readonly string[] {
  const steps: string[] = []
  for (let at: PatternNode | null = node; at !== null; at = at.parent) steps.push(at.step)
  return steps.reverse()
}

/** `steps[0]` is the root's name; only places in the body are matched. */
function matchSteps(
  pattern: readonly PathStep[],
  from: number,
  steps: readonly string[],
  at: number,
  inside: boolean,
): boolean {
  if (at === 0) return steps[0] === '$' && matchSteps(pattern, from, steps, 1, inside)
  const step = pattern[from]
  if (step === undefined) return inside || at === steps.length
  if (step.type === 'deep') {
    for (let next = at; next <= steps.length; next += 1) {
      if (matchSteps(pattern, from + 1, steps, next, inside)) return true
    }
    return false
  }
  const here = steps[at]
  if (here === undefined || !fits(step, here)) return false
  return matchSteps(pattern, from + 1, steps, at + 1, inside)
}

function fits(step: PathStep, here: string): boolean {
  if (step.type === 'item') return here === ITEM
  if (step.type === 'any-key') return here !== ITEM
  return step.type === 'key' && (here === step.key || (here === '{id}' && isIdKey(step.key)))
}
