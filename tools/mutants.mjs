/** A TypeScript source → the places where one token of it can be exchanged, and what for. */
import { createHash } from 'node:crypto'
import ts from 'typescript'

const { SyntaxKind } = ts

const OPERATORS = new Map([
  [SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [SyntaxKind.LessThanToken, '<='],
  [SyntaxKind.LessThanEqualsToken, '<'],
  [SyntaxKind.GreaterThanToken, '>='],
  [SyntaxKind.GreaterThanEqualsToken, '>'],
  [SyntaxKind.AmpersandAmpersandToken, '||'],
  [SyntaxKind.BarBarToken, '&&'],
  [SyntaxKind.PlusToken, '-'],
  [SyntaxKind.MinusToken, '+'],
  [SyntaxKind.AsteriskToken, '/'],
  [SyntaxKind.SlashToken, '*'],
  [SyntaxKind.PlusEqualsToken, '-='],
  [SyntaxKind.MinusEqualsToken, '+='],
])

const METHODS = new Map([
  ['every', 'some'],
  ['some', 'every'],
  ['min', 'max'],
  ['max', 'min'],
  ['floor', 'ceil'],
  ['ceil', 'floor'],
  ['startsWith', 'endsWith'],
  ['endsWith', 'startsWith'],
  ['push', 'unshift'],
  ['indexOf', 'lastIndexOf'],
  ['toLowerCase', 'toUpperCase'],
])

/** Nodes whose tokens are not run, or whose exchange the type checker alone would find. */
function isSkipped(node) {
  return (
    ts.isTypeNode(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    (ts.isExpressionStatement(node) && ts.isStringLiteral(node.expression))
  )
}

function exchange(node) {
  if (OPERATORS.has(node.kind) && ts.isBinaryExpression(node.parent))
    return OPERATORS.get(node.kind)
  if (node.kind === SyntaxKind.TrueKeyword) return 'false'
  if (node.kind === SyntaxKind.FalseKeyword) return 'true'
  if (ts.isNumericLiteral(node)) return `(${node.getText()} + 1)`
  if (ts.isPrefixUnaryExpression(node) && node.operator === SyntaxKind.ExclamationToken) {
    return `(${node.operand.getText()})`
  }
  if (ts.isRegularExpressionLiteral(node)) return exchangeInPattern(node.getText())
  // A text with a space is a sentence for people: its wording is no behaviour.
  if (ts.isStringLiteral(node) && !node.text.includes(' ')) {
    return node.text === '' ? "'mutated'" : "''"
  }
  const isMethod = ts.isIdentifier(node) && ts.isPropertyAccessExpression(node.parent)
  return isMethod && node.parent.name === node ? METHODS.get(node.text) : undefined
}

/** One anchor less, or one digit more. */
function exchangeInPattern(text) {
  if (text.startsWith('/^')) return `/${text.slice(2)}`
  const digit = text.search(/[0-8]/)
  return digit < 0
    ? undefined
    : text.slice(0, digit) + (Number(text[digit]) + 1) + text.slice(digit + 1)
}

/**
 * The mutants of a file: `{ path, line, start, end, to, was, mutated, rank }`. `rank` is a number in [0, 1) that depends on the
 * seed and on the mutated line, and on nothing else: edits elsewhere leave a sample as it is.
 */
export function mutantsOf(path, text, seed) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const found = []
  const visit = (node) => {
    if (isSkipped(node)) return
    const to = exchange(node)
    if (to !== undefined) found.push(mutantAt(path, text, node, to, seed))
    ts.forEachChild(node, visit)
  }
  visit(source)
  // A line that stands twice in a file is one mutant: its name would not tell the two apart.
  return [...new Map(found.map((mutant) => [`${mutant.was} → ${mutant.mutated}`, mutant])).values()]
}

function mutantAt(path, text, node, to, seed) {
  const start = node.getStart()
  const end = node.getEnd()
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const lineEnd = text.indexOf('\n', end)
  const last = lineEnd < 0 ? text.length : lineEnd
  const was = text.slice(lineStart, last).trim()
  const mutated = (text.slice(lineStart, start) + to + text.slice(end, last)).trim()
  const hash = createHash('sha256').update(`${seed}\n${path}\n${was}\n${mutated}`).digest()
  const line = text.slice(0, start).split('\n').length
  return { path, line, start, end, to, was, mutated, rank: hash.readUInt32BE(0) / 2 ** 32 }
}
