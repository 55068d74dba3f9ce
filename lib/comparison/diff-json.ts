/** Two JSON values → this → differences by place. */
import { canonical, isObject } from '@/lib/comparison/canonical'
import {
  isNumberText,
  isRepeatedField,
  isSameNumber,
  numberValue,
  REPEATED_KEY,
} from '@/lib/comparison/json-number'
import { COMPARISON_LIMITS } from '@/lib/comparison/limits'
import { alignLists } from '@/lib/comparison/list-alignment'
import {
  isAt,
  type PathStep,
  type PatternNode,
  type PatternTree,
  stepText,
} from '@/lib/comparison/path-pattern'
import { writeJson } from '@/lib/comparison/write-json'

/** `spelling`: the same value, written otherwise: `1.0` for `1`, a name that is there twice with equal values. */
export type BodyDifferenceKind = 'missing' | 'added' | 'changed' | 'type' | 'reordered' | 'spelling'
/** `echo`: a side gives back a header that the gateway sent to it alone. */
export type DifferenceKind = BodyDifferenceKind | 'status' | 'body' | 'echo'

/** Hears what a comparison finds. */
export interface DiffSink {
  /** The place occurs in one of the answers; said at least once. */
  seen(node: PatternNode): void
  /** `path` is the concrete place: `$.items[3].price`. A value that is not there is `undefined`. */
  differ(difference: FoundDifference): void
}

export interface FoundDifference {
  readonly kind: DifferenceKind
  readonly node: PatternNode
  readonly primary: unknown
  readonly mirror: unknown
  path(): string
}

/** How lists and numbers are compared. */
export interface DiffRules {
  readonly unorderedPaths: readonly (readonly PathStep[])[]
  readonly listKeys: readonly { readonly path: readonly PathStep[]; readonly key: string }[]
  /** Numbers closer than this share of the larger are equal. */
  readonly numberTolerance: number
}

/** Compares values within the bounds of one pair. */
export class JsonDiff {
  private readonly tree: PatternTree
  private readonly rules: DiffRules
  private readonly sink: DiffSink
  private readonly steps: string[] = []
  private values = 0

  constructor(tree: PatternTree, rules: DiffRules, sink: DiffSink) {
    this.tree = tree
    this.rules = rules
    this.sink = sink
  }

  /** Whether not every value was compared, because there are more than `valuesPerPairMax`. */
  get isCutShort(): boolean {
    return this.values > COMPARISON_LIMITS.valuesPerPairMax
  }

  /** Compares two values at a place; they must not nest deeper than `depthMax`. */
  compare(node: PatternNode, primary: unknown, mirror: unknown): void {
    this.values += 1
    if (this.isCutShort) return
    this.sink.seen(node)
    if (Array.isArray(primary) && Array.isArray(mirror)) this.compareLists(node, primary, mirror)
    else if (isObject(primary) && isObject(mirror)) this.compareObjects(node, primary, mirror)
    else this.compareScalars(node, primary, mirror)
  }

  private compareScalars(node: PatternNode, primary: unknown, mirror: unknown): void {
    if (primary === mirror) return
    if (isSameValue(primary, mirror)) {
      if (writeJson(primary) !== writeJson(mirror)) this.report('spelling', node, primary, mirror)
    } else if (typeName(primary) !== typeName(mirror)) this.report('type', node, primary, mirror)
    else if (!isClose(primary, mirror, this.rules.numberTolerance)) {
      this.report('changed', node, primary, mirror)
    }
  }

  private compareObjects(
    node: PatternNode,
    primary: Readonly<Record<string, unknown>>,
    mirror: Readonly<Record<string, unknown>>,
  ): void {
    for (const key in primary) {
      if (Object.hasOwn(mirror, key)) {
        this.steps.push(key)
        this.compare(this.tree.child(node, key), primary[key], mirror[key])
        this.steps.pop()
      } else this.reportAt(key, 'missing', this.tree.child(node, key), primary[key], undefined)
    }
    for (const key in mirror) {
      if (Object.hasOwn(primary, key)) continue
      this.reportAt(key, 'added', this.tree.child(node, key), undefined, mirror[key])
    }
  }

  private compareLists(
    node: PatternNode,
    primary: readonly unknown[],
    mirror: readonly unknown[],
  ): void {
    if (primary.length === 0 && mirror.length === 0) return
    const isSet = this.rules.unorderedPaths.some((path) => isAt(path, node))
    const key = this.rules.listKeys.find(({ path }) => isAt(path, node))?.key
    const { pairs, onlyLeft, onlyRight, isReordered } = alignLists(primary, mirror, { key, isSet })
    if (isReordered && !isSet) this.report('reordered', node, primary, mirror)
    const item = this.tree.item(node)
    for (const [left, right] of pairs) {
      this.steps.push(`[${left}]`)
      this.compare(item, primary[left], mirror[right])
      this.steps.pop()
    }
    for (const index of onlyLeft) {
      this.reportAt(`[${index}]`, 'missing', item, primary[index], undefined)
    }
    for (const index of onlyRight) {
      this.reportAt(`[${index}]`, 'added', item, undefined, mirror[index])
    }
  }

  private reportAt(
    step: string,
    kind: BodyDifferenceKind,
    node: PatternNode,
    primary: unknown,
    mirror: unknown,
  ): void {
    this.values += 1
    if (this.isCutShort) return
    this.sink.seen(node)
    this.steps.push(step)
    this.report(kind, node, primary, mirror)
    this.steps.pop()
  }

  private report(
    kind: BodyDifferenceKind,
    node: PatternNode,
    primary: unknown,
    mirror: unknown,
  ): void {
    const { steps } = this
    const root = rootOf(node).text
    this.sink.differ({ kind, node, primary, mirror, path: () => pathText(root, steps) })
  }
}

function rootOf(node: PatternNode): PatternNode {
  let root = node
  while (root.parent !== null) root = root.parent
  return root
}

function pathText(root: string, steps: readonly string[]): string {
  return root + steps.map((step) => (/^\[\d+\]$/.test(step) ? step : stepText(step))).join('')
}

/** Whether a value nests deeper than what is compared. */
export function isTooDeep(value: unknown, levels: number = COMPARISON_LIMITS.depthMax): boolean {
  if (typeof value !== 'object' || value === null || isNumberText(value)) return false
  if (levels === 0) return true
  return Object.values(value).some((inner) => isTooDeep(inner, levels - 1))
}

/** A name that is there several times has no one value, so it is the same as another only when all of them are. */
function isSameValue(left: unknown, right: unknown): boolean {
  if (isSameNumber(left, right)) return true
  if (!isRepeatedField(left) && !isRepeatedField(right)) return false
  if (canonical(left) === canonical(right)) return true
  return new Set([...valuesOf(left), ...valuesOf(right)].map(canonical)).size === 1
}

function valuesOf(value: unknown): readonly unknown[] {
  return isRepeatedField(value) ? value[REPEATED_KEY] : [value]
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (isNumberText(value)) return 'number'
  // Readers take the first or the last of them: it is the value that is in doubt.
  if (isRepeatedField(value)) return typeName(valuesOf(value).at(-1))
  return Array.isArray(value) ? 'array' : typeof value
}

function isClose(first: unknown, second: unknown, tolerance: number): boolean {
  const [left, right] = [numberValue(first), numberValue(second)]
  if (left === null || right === null || tolerance === 0) return false
  // Beyond what a double holds, no two numbers are known to be close.
  if (!Number.isFinite(left) || !Number.isFinite(right)) return false
  return Math.abs(left - right) <= tolerance * Math.max(Math.abs(left), Math.abs(right))
}
