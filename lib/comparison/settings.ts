/** The annotation `mirrorboard.dev/comparison` of an HTTPRoute: how its answers are compared, and what is too much. */
import { parseJsonObject } from '@/lib/comparison/annotation-json'
import type { DiffRules } from '@/lib/comparison/diff-json'
import type { ListAndNumberRules } from '@/lib/comparison/exchange'
import { type PathStep, parsePathPattern } from '@/lib/comparison/path-pattern'
import { DEFAULT_THRESHOLDS, type JudgeRules, type Thresholds } from '@/lib/comparison/thresholds'

export const COMPARISON_ANNOTATION = 'mirrorboard.dev/comparison'

/** As written; what is not written has its default. */
export interface ComparisonSettings extends ListAndNumberRules, Partial<Thresholds> {
  /** Share of the mirrored requests that are captured, in percent. */
  readonly percent: number
  readonly ignorePaths?: readonly string[]
  readonly ignoreHeaders?: readonly string[]
  readonly redactHeaders?: readonly string[]
  readonly redactPaths?: readonly string[]
}

export type ParsedSettings =
  | { readonly ok: true; readonly settings: ComparisonSettings }
  /** `message` says what is wrong and what is allowed. */
  | { readonly ok: false; readonly message: string }

type Check = (value: unknown) => string

const LIST_MAX = 200
const TEXT_MAX = 500

const CHECKS: Readonly<Record<keyof ComparisonSettings, Check>> = {
  percent: numberBetween(0, 100),
  ignorePaths: listOf(isPath, 'paths such as $.items[*].id'),
  ignoreHeaders: listOf(isText, 'header names'),
  redactHeaders: listOf(isText, 'header names'),
  redactPaths: listOf(isPath, 'paths such as $.user.email'),
  unorderedPaths: listOf(isPath, 'paths such as $.items'),
  listKeys: checkListKeys,
  numberTolerance: numberBetween(0, 1),
  maxMismatchRate: numberBetween(0, 1),
  maxErrorRate: numberBetween(0, 1),
  latencyToleranceMs: numberBetween(0, 10_000),
  minEndpointCoverage: numberBetween(0, 1),
  level: numberBetween(0.000001, 0.5),
}

/** Reads the annotation's JSON. Unknown fields and values out of range are errors: a typing error must not go unnoticed. */
export function parseComparisonSettings(text: string): ParsedSettings {
  const value = parseJsonObject(text)
  if (value === null) return refuse('must be a JSON object such as {"percent": 10}')
  for (const [name, field] of Object.entries(value)) {
    if (!isSetting(name)) return refuse(`has no setting "${name.slice(0, TEXT_MAX)}"`)
    const problem = CHECKS[name](field)
    if (problem !== '') return refuse(`: ${name} ${problem}`)
  }
  if (!isComplete(value))
    return refuse('needs "percent", the share of mirrored requests to capture')
  return { ok: true, settings: value }
}

function isSetting(name: string): name is keyof ComparisonSettings {
  return Object.hasOwn(CHECKS, name)
}

/** After every field has passed its check. */
function isComplete(value: object): value is ComparisonSettings {
  return 'percent' in value
}

function refuse(problem: string): ParsedSettings {
  const separator = problem.startsWith(':') ? '' : ' '
  return { ok: false, message: `Annotation ${COMPARISON_ANNOTATION}${separator}${problem}.` }
}

function numberBetween(least: number, most: number): Check {
  return (value) =>
    typeof value === 'number' && value >= least && value <= most
      ? ''
      : `must be a number from ${least} to ${most}`
}

function listOf(isItem: (item: unknown) => boolean, what: string): Check {
  return (value) =>
    Array.isArray(value) && value.length <= LIST_MAX && value.every(isItem)
      ? ''
      : `must be a list of at most ${LIST_MAX} ${what}`
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= TEXT_MAX
}

function isPath(value: unknown): boolean {
  return isText(value) && parsePathPattern(value) !== null
}

function checkListKeys(value: unknown): string {
  const entries =
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value)
      : null
  return entries?.every(([path, key]) => isPath(path) && isText(key))
    ? ''
    : 'must map paths of lists to a field, such as {"$.items": "id"}'
}

/** The rules the engine compares by. */
export function diffRules(rules: ListAndNumberRules): DiffRules {
  return {
    unorderedPaths: pathsOf(rules.unorderedPaths),
    listKeys: Object.entries(rules.listKeys ?? {}).flatMap(([path, key]) => {
      const steps = parsePathPattern(path)
      return steps === null ? [] : [{ path: steps, key }]
    }),
    numberTolerance: rules.numberTolerance ?? 0,
  }
}

/** The rules a verdict judges by; without settings the defaults. */
export function judgeRules(settings: Partial<ComparisonSettings> = {}): JudgeRules {
  const { maxMismatchRate, maxErrorRate, latencyToleranceMs, minEndpointCoverage, level } = settings
  const defaults = DEFAULT_THRESHOLDS
  return {
    ignorePaths: pathsOf(settings.ignorePaths),
    ignoreHeaders: (settings.ignoreHeaders ?? []).map((name) => name.toLowerCase()),
    thresholds: {
      maxMismatchRate: maxMismatchRate ?? defaults.maxMismatchRate,
      maxErrorRate: maxErrorRate ?? defaults.maxErrorRate,
      latencyToleranceMs: latencyToleranceMs ?? defaults.latencyToleranceMs,
      minEndpointCoverage: minEndpointCoverage ?? defaults.minEndpointCoverage,
      level: level ?? defaults.level,
    },
  }
}

function pathsOf(texts: readonly string[] = []): readonly (readonly PathStep[])[] {
  return texts.flatMap((text) => {
    const steps = parsePathPattern(text)
    return steps === null ? [] : [steps]
  })
}
