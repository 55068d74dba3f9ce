import { type Overload, overloadsOf } from '@/lib/validation/cel-signatures'
import { type CelIssue, issuesText, type ParsedCel, parseCel } from '@/lib/validation/cel-syntax'
import {
  BOOL,
  type CelType,
  DYN,
  isAssignable,
  isOpen,
  plainType,
  substitute,
  typeText,
  UNKNOWN,
} from '@/lib/validation/cel-types'
import { parseGoDuration } from '@/lib/validation/go-duration'
import { compileRegularExpression } from '@/lib/validation/regular-expression'

/**
 * Type checking of rules as cel-go does it when a definition is created, in its words. What is not known here counts as right:
 * every error is one that the API server has as well.
 * Source: github.com/google/cel-go/checker.
 */
export interface CheckedRule {
  /** The issues as cel-go prints them, '' when there are none. */
  readonly issues: string
  readonly type: CelType
  readonly usesOldSelf: boolean
}

type Expr = NonNullable<ParsedCel['expr']>
type Call = Extract<Expr['exprKind'], { case: 'callExpr' }>['value']
type Comprehension = Extract<Expr['exprKind'], { case: 'comprehensionExpr' }>['value']
type MapEntries = Extract<Expr['exprKind'], { case: 'structExpr' }>['value']['entries']

/** Checks a rule over variables of these types, such as `self` and `oldSelf`. */
export function checkCel(text: string, variables: ReadonlyMap<string, CelType>): CheckedRule {
  const usesOldSelf = /\boldSelf\b/.test(text)
  const outcome = parseCel(text)
  if (!outcome.ok) return { issues: issuesText(text, outcome.issues), type: UNKNOWN, usesOldSelf }
  const { expr, sourceInfo } = outcome.parsed
  const checker = new Checker(text, variables, sourceInfo?.positions ?? {})
  const type = checker.check(expr)
  return { issues: issuesText(text, checker.issues()), type, usesOldSelf }
}

class Checker {
  readonly #issues: CelIssue[] = []
  /** Macros that are not called right, which keep everything else from being looked at. */
  readonly #macroIssues: CelIssue[] = []
  /** Wrong literals, which are looked at when nothing else is wrong. */
  readonly #literalIssues: CelIssue[] = []
  readonly #text: string
  readonly #positions: Readonly<Record<string, number>>
  #variables: ReadonlyMap<string, CelType>

  constructor(
    text: string,
    variables: ReadonlyMap<string, CelType>,
    positions: Readonly<Record<string, number>>,
  ) {
    this.#text = text
    this.#variables = variables
    this.#positions = positions
  }

  issues(): readonly CelIssue[] {
    if (this.#macroIssues.length > 0) return this.#macroIssues
    return this.#issues.length > 0 ? this.#issues : this.#literalIssues
  }

  #report(expr: Expr, message: string, issues = this.#issues): CelType {
    issues.push({ offset: this.#offsetOf(expr), message })
    return UNKNOWN
  }

  /** Where cel-go places an expression: a call at its parenthesis, an operation at its operator. */
  #offsetOf({ id, exprKind }: Expr): number {
    const start = this.#positions[String(id)] ?? 0
    const isTest = exprKind.case === 'selectExpr' && exprKind.value.testOnly
    const name = exprKind.case === 'callExpr' ? exprKind.value.function : ''
    if (isTest || /^\w+$/.test(name)) {
      if (!name.startsWith('_')) return Math.max(start, this.#text.indexOf('(', start))
    }
    if (name === '_?_:_') return questionMark(this.#text, start)
    return start + (/^\s*/.exec(this.#text.slice(start))?.[0].length ?? 0)
  }

  check(expr: Expr | undefined): CelType {
    const kind = expr?.exprKind
    if (expr === undefined || kind === undefined) return UNKNOWN
    switch (kind.case) {
      case 'constExpr':
        return constantType(kind.value.constantKind.case)
      case 'identExpr':
        return this.#ident(expr, kind.value.name)
      case 'selectExpr': {
        const type = this.#select(expr, kind.value.operand, kind.value.field)
        return kind.value.testOnly ? BOOL : type
      }
      case 'callExpr':
        return this.#call(expr, kind.value)
      case 'listExpr':
        return { is: 'list', item: this.#join(kind.value.elements) }
      case 'structExpr':
        return this.#map(kind.value.entries)
      case 'comprehensionExpr':
        return this.#comprehension(kind.value)
      default:
        return UNKNOWN
    }
  }

  #ident(expr: Expr, name: string): CelType {
    const type = this.#variables.get(name)
    if (type !== undefined) return type
    if (TYPE_NAMES.has(name)) return plainType('type')
    return this.#report(expr, `undeclared reference to '${name}' (in container '')`)
  }

  #select(expr: Expr, operand: Expr | undefined, field: string): CelType {
    if (NAMESPACED.has(nameOf(operand))) return UNKNOWN
    const type = this.check(operand)
    const target = type.is === 'optional' ? type.value : type
    if (isOpen(target)) return target
    if (target.is === 'map') return target.value
    if (target.is !== 'object') {
      return this.#report(expr, `type '${typeText(target)}' does not support field selection`)
    }
    const found = target.fields.get(field) ?? this.#report(expr, `undefined field '${field}'`)
    return type.is === 'optional' ? { is: 'optional', value: found } : found
  }

  #call(expr: Expr, call: Call): CelType {
    if (MACROS.has(call.function)) return this.#macro(expr, call)
    const namespaced = `${nameOf(call.target)}.${call.function}`
    const isNamespaced = call.target !== undefined && overloadsOf(namespaced) !== undefined
    const name = isNamespaced ? namespaced : call.function
    const overloads = overloadsOf(name)
    const target = isNamespaced ? undefined : call.target
    const args = call.args.map((arg) => this.check(arg))
    const types = target === undefined ? args : [this.check(target), ...args]
    if (overloads === undefined) return this.#undeclared(expr, name)
    if (overloads === 'untyped') return UNKNOWN
    if (name === '_&&_' || name === '_||_') return this.#logical(call.args, types)
    this.#checkLiteral(name, target === undefined ? call.args : [target, ...call.args])
    return this.#resolve(expr, name, overloads, types, target !== undefined)
  }

  #undeclared(expr: Expr, name: string): CelType {
    return this.#report(expr, `undeclared reference to '${name}' (in container '')`)
  }

  /** Macros that the parser left as calls: those of optional values, which bring variables of their own, and wrong ones. */
  #macro(expr: Expr, call: Call): CelType {
    const [first] = call.args
    if (OPTIONAL_MACROS.has(call.function)) return UNKNOWN
    if (call.function === 'has' && first !== undefined) {
      return this.#report(first, 'invalid argument to has() macro', this.#macroIssues)
    }
    if (first !== undefined && nameOf(first) === '' && call.args.length >= 2) {
      return this.#report(first, 'argument must be a simple name', this.#macroIssues)
    }
    if (call.args.length >= 3) return UNKNOWN
    for (const part of [call.target, ...call.args]) this.check(part)
    return this.#undeclared(expr, call.function)
  }

  /** Patterns and times that are written out are read when the rule is checked. */
  #checkLiteral(name: string, args: readonly Expr[]): void {
    const literal = args.at(-1)
    const constant = literal?.exprKind.case === 'constExpr' ? literal.exprKind.value : undefined
    if (literal === undefined || constant?.constantKind.case !== 'stringValue') return
    const text = constant.constantKind.value
    const isWrong =
      (name === 'matches' && !compileRegularExpression(text).ok) ||
      (name === 'duration' && parseGoDuration(text) === undefined) ||
      (name === 'timestamp' && Number.isNaN(Date.parse(text)))
    if (isWrong) this.#report(literal, `invalid ${name} argument`, this.#literalIssues)
  }

  /** Logical operators say which operand is wrong. */
  #logical(args: readonly Expr[], types: readonly CelType[]): CelType {
    for (const [i, type] of types.entries()) {
      const arg = args[i]
      if (arg !== undefined && !isAssignable(type, BOOL, new Map())) {
        this.#report(arg, `expected type 'bool' but found '${typeText(type)}'`)
      }
    }
    return BOOL
  }

  #resolve(
    expr: Expr,
    name: string,
    overloads: readonly Overload[],
    types: readonly CelType[],
    isMethod: boolean,
  ): CelType {
    const results = overloads.flatMap((overload) => {
      if (overload.isMethod !== isMethod || overload.args.length !== types.length) return []
      const bindings = new Map<string, CelType>()
      const fits = overload.args.every((wanted, i) =>
        isAssignable(types[i] ?? UNKNOWN, wanted, bindings),
      )
      return fits ? [substitute(overload.result, bindings)] : []
    })
    const [first, ...others] = results
    if (first === undefined) {
      const [receiver, ...rest] = types.map(typeText)
      const args = isMethod
        ? `${receiver}.(${rest.join(', ')})`
        : `(${types.map(typeText).join(', ')})`
      return this.#report(expr, `found no matching overload for '${name}' applied to '${args}'`)
    }
    if (others.every((other) => typeText(other) === typeText(first))) return first
    return types.some((type) => type.is === 'unknown') ? UNKNOWN : DYN
  }

  #join(elements: readonly (Expr | undefined)[]): CelType {
    let joined: CelType | undefined
    let isMixed = false
    for (const element of elements) {
      const type = this.check(element)
      joined ??= type
      if (element === undefined || isAssignable(type, joined, new Map())) continue
      isMixed = true
      const message = `expected type '${typeText(joined)}' but found '${typeText(type)}'`
      this.#report(element, message, this.#literalIssues)
    }
    return isMixed ? DYN : (joined ?? UNKNOWN)
  }

  #map(entries: MapEntries): CelType {
    const keys = entries.map(({ keyKind }) =>
      keyKind.case === 'mapKey' ? keyKind.value : undefined,
    )
    return {
      is: 'map',
      key: this.#join(keys),
      value: this.#join(entries.map((entry) => entry.value)),
    }
  }

  #comprehension(loop: Comprehension): CelType {
    const range = this.check(loop.iterRange)
    const accumulated = this.check(loop.accuInit)
    const outer = this.#variables
    const item = this.#itemType(loop.iterRange, range)
    // What a loop starts with is empty more often than not, so its type says little.
    const result = accumulated.is === 'list' ? UNKNOWN : accumulated
    this.#variables = new Map(outer).set(loop.accuVar, result).set(loop.iterVar, item)
    const step = this.check(loop.loopStep)
    this.#variables = new Map(outer).set(loop.accuVar, accumulated.is === 'list' ? step : result)
    const type = this.check(loop.result)
    this.#variables = outer
    return type
  }

  #itemType(expr: Expr | undefined, range: CelType): CelType {
    if (range.is === 'list') return range.item
    if (range.is === 'map') return range.key
    if (isOpen(range) || expr === undefined) return range
    return this.#report(
      expr,
      `expression of type '${typeText(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
    )
  }
}

const OPTIONAL_MACROS = new Set(['optMap', 'optFlatMap'])

const MACROS = new Set([
  ...OPTIONAL_MACROS,
  ...['transformList', 'transformMap', 'transformMapEntry'],
  ...['all', 'exists', 'exists_one', 'existsOne', 'map', 'filter', 'has'],
])

const NAMESPACED = new Set(['format', 'optional', 'sets', 'strings', 'jsonpatch'])

const TYPE_NAMES = new Set(
  'bool int uint double string bytes list map null_type type optional_type'.split(' '),
)

/** The name of an identifier, '' for anything else. */
function nameOf(expr: Expr | undefined): string {
  return expr?.exprKind.case === 'identExpr' ? expr.exprKind.value.name : ''
}

const CONSTANTS: Readonly<Record<string, CelType>> = {
  boolValue: BOOL,
  bytesValue: plainType('bytes'),
  doubleValue: plainType('double'),
  int64Value: plainType('int'),
  nullValue: plainType('null'),
  stringValue: plainType('string'),
  uint64Value: plainType('uint'),
}

function constantType(kind: string | undefined): CelType {
  return CONSTANTS[kind ?? ''] ?? UNKNOWN
}

/** Index of the question mark of the condition that begins at `start`. */
function questionMark(text: string, start: number): number {
  let depth = 0
  for (const { 0: token, index } of text
    .slice(start)
    .matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[()[\]{}?]/g)) {
    if (token === '?' && depth === 0) return start + index
    if ('([{'.includes(token)) depth += 1
    if (')]}'.includes(token)) depth -= 1
  }
  return start
}
