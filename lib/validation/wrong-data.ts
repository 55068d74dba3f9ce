import { type CelInput, celError } from '@bufbuild/cel'
import type { JsonValue } from '@/lib/shared/json'
import { isGoInteger } from '@/lib/validation/go-text'
import type { SchemaNode } from '@/lib/validation/structural-schema'

/** The Go types a schema type takes, and what is said of any other. */
const EXPECTED: Readonly<Record<string, readonly [takes: readonly string[], says: string]>> = {
  object: [['map[string]interface {}'], 'expected a map for the provided schema with type=object'],
  array: [['[]interface {}'], 'expected an array for the provided schema with type=array'],
  string: [['string'], 'expected string, got '],
  number: [['int64', 'float64'], 'expected float, got '],
  integer: [['int64'], 'expected int, got '],
  boolean: [['bool'], 'expected bool, got '],
}

/**
 * The error a rule meets in place of a value that is not of its schema's type; undefined for one that is. Only an update
 * comes so far with one, if it was stored so and did not change.
 * Source: k8s.io/apiserver/pkg/cel/common/valuesunstructured.go.
 */
export function wrongData(node: SchemaNode, value: JsonValue): CelInput | undefined {
  const problem = findProblem(node, value)
  // The evaluator meets its own errors among the values as errors; its types do not say so.
  return problem === undefined
    ? undefined
    : (celError(`invalid data, ${problem}`) as unknown as CelInput)
}

function findProblem({ nullable, intOrString, type }: SchemaNode, value: JsonValue) {
  if (value === null) return nullable ? undefined : 'got null for schema with nullable=false'
  const actual = goTypeOf(value)
  if (intOrString) {
    const isEither = actual === 'string' || actual === 'int64'
    return isEither ? undefined : 'expected XIntOrString value to be either a string or integer'
  }
  const [takes, says] = EXPECTED[type] ?? []
  if (takes === undefined || says === undefined || takes.includes(actual)) return undefined
  return says.endsWith(' ') ? `${says}${actual}` : says
}

function goTypeOf(value: JsonValue): string {
  if (Array.isArray(value)) return '[]interface {}'
  switch (typeof value) {
    case 'number':
      return isGoInteger(value) ? 'int64' : 'float64'
    case 'boolean':
      return 'bool'
    case 'object':
      return 'map[string]interface {}'
    default:
      return 'string'
  }
}
