/**
 * The subset of kubectl's JSONPath that additionalPrinterColumns use: fields, indexes, `[*]`, quoted fields and
 * `[?(@.a.b=="c")]` filters. https://kubernetes.io/docs/reference/kubectl/jsonpath/
 */
import type { JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'

type Step =
  | { readonly is: 'field'; readonly name: string }
  | { readonly is: 'index'; readonly index: number }
  | { readonly is: 'all' }
  | {
      readonly is: 'filter'
      readonly path: readonly string[]
      readonly equals: boolean
      readonly value: string
    }

export type JsonPath = readonly Step[]

const STEP =
  /\.([A-Za-z0-9_$/-]+(?:\\\.[A-Za-z0-9_$/-]+)*)|\[\s*(-?\d+)\s*\]|\[\s*\*\s*\]|\.\*|\[\s*'([^']*)'\s*\]|\[\s*"([^"]*)"\s*\]|\[\?\(\s*@((?:\.[A-Za-z0-9_-]+)+)\s*(==|!=)\s*(?:"([^"]*)"|'([^']*)'|([^)\s]+))\s*\)\]/gy

/** Reads a path such as `.status.conditions[?(@.type=="Ready")].status`; undefined when it is not of the subset. */
export function parseJsonPath(text: string): JsonPath | undefined {
  const steps: Step[] = []
  STEP.lastIndex = 0
  let position = 0
  while (position < text.length) {
    STEP.lastIndex = position
    const match = STEP.exec(text)
    if (match === null) return undefined
    position = STEP.lastIndex
    steps.push(stepOf(match))
  }
  return steps
}

function stepOf(match: RegExpExecArray): Step {
  const [, name, index, single, double, path, operator, text, quoted, bare] = match
  if (path !== undefined) {
    return {
      is: 'filter',
      path: path.slice(1).split('.'),
      equals: operator === '==',
      value: text ?? quoted ?? bare ?? '',
    }
  }
  if (index !== undefined) return { is: 'index', index: Number(index) }
  const field = name?.replaceAll('\\.', '.') ?? single ?? double
  return field === undefined ? { is: 'all' } : { is: 'field', name: field }
}

/** Every value at the path; none when something on the way is missing. */
export function evaluateJsonPath(path: JsonPath, root: JsonValue): JsonValue[] {
  let values: JsonValue[] = [root]
  for (const step of path) values = values.flatMap((value) => follow(step, value))
  return values
}

function follow(step: Step, value: JsonValue): JsonValue[] {
  if (step.is === 'field') {
    const child =
      isJsonObject(value) && Object.hasOwn(value, step.name) ? value[step.name] : undefined
    return child === undefined ? [] : [child]
  }
  if (step.is === 'index') {
    const child = Array.isArray(value) ? value.at(step.index) : undefined
    return child === undefined ? [] : [child]
  }
  const children = Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : []
  return step.is === 'all' ? children : children.filter((child) => passes(step, child))
}

function passes(step: Extract<Step, { is: 'filter' }>, child: JsonValue): boolean {
  let current: JsonValue | undefined = child
  for (const name of step.path) {
    current = isJsonObject(current) ? current[name] : undefined
  }
  if (current === undefined || typeof current === 'object') return false
  return (String(current) === step.value) === step.equals
}
