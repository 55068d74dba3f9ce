import { parse } from '@bufbuild/cel'
import { CEL_PROGRAMS_MAX } from '@/lib/validation/limits'

export type ParsedCel = ReturnType<typeof parse>

/** One thing that is wrong with a rule, at an index of its text. */
export interface CelIssue {
  readonly offset: number
  readonly message: string
}

export type ParseOutcome =
  | { readonly ok: true; readonly parsed: ParsedCel }
  /** No issues: it may be CEL that the parser here does not read. */
  | { readonly ok: false; readonly issues: readonly CelIssue[] }

const known = new Map<string, ParsedCel>()

/** A rule's syntax tree, kept for whoever asks next; throws when the text is not CEL. */
export function parsedCel(text: string): ParsedCel {
  let parsed = known.get(text)
  if (parsed === undefined) {
    // The parser here does not read comments.
    parsed = parse(text.includes('//') ? lexicalIssues(text).rest : text)
    if (known.size >= CEL_PROGRAMS_MAX) known.clear()
    known.set(text, parsed)
  }
  return parsed
}

/** Parses a rule, or says in the words of cel-go's parser what common mistakes it holds. */
export function parseCel(text: string): ParseOutcome {
  const lexical = lexicalIssues(text)
  try {
    const parsed = parsedCel(lexical.issues.length === 0 ? text : lexical.rest)
    return lexical.issues.length === 0
      ? { ok: true, parsed }
      : { ok: false, issues: lexical.issues }
  } catch (error) {
    // Optional field selection is CEL of its own, which the parser here does not know.
    if (/[.[{]\?|\?\./.test(text)) return { ok: false, issues: [] }
    const offset = offsetOf(error) ?? text.length
    return { ok: false, issues: [...lexical.issues, grammarIssue(lexical.rest, offset)] }
  }
}

function offsetOf(error: unknown): number | undefined {
  const location: unknown = Object(error).location
  const start: unknown = Object(location).start
  const offset: unknown = Object(start).offset
  return typeof offset === 'number' ? offset : undefined
}

/** Texts, comments and operators, which are fine; what is no token at all; and a text that does not end. */
const TOKENS =
  /(?:r?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))|\/\/[^\n]*|[=!<>]=|&&|\|\||(?<half>[=&|][^=&|]?)|(?<stray>[@#$`~^;\\])|(?<open>["'][^\n]*)/g

/** What is no token, and the text without it and without comments. */
function lexicalIssues(text: string): { issues: CelIssue[]; rest: string } {
  const issues: CelIssue[] = []
  // Texts in three quotes may hold anything.
  if (/"""|'''/.test(text)) return { issues, rest: text }
  const rest = text.replace(TOKENS, (token: string, ...matched: unknown[]) => {
    const { half, stray, open } = Object(matched.at(-1))
    if (token.startsWith('//')) return ' '.repeat(token.length)
    if ((half ?? stray ?? open) === undefined) return token
    const offset = Number(matched.at(-3))
    issues.push({ offset, message: `Syntax error: token recognition error at: '${token}'` })
    return ' '.repeat(token.length)
  })
  return { issues, rest }
}

const STARTS =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"
const OPERATOR = /^\s*(?:&&|\|\||[=!<>]=|[-+*/%<>?:,!([]|in\b)/
const ENDS_IN_OPERATOR = /(?:^|&&|\|\||[=!<>]=|[-+*/%<>?:,!([{])\s*$/
const TOKEN = /^(?:\w+|[=!<>]=|&&|\|\||"[^"]*"|'[^']*'|\S)/
const RESERVED =
  /^(?:as|break|const|continue|else|for|function|if|import|let|loop|package|namespace|return|var|void|while)$/

/** What the grammar says of the text that could not be read from `offset` on. */
function grammarIssue(text: string, offset: number): CelIssue {
  const rest = text.slice(offset)
  const operator = OPERATOR.exec(rest)?.[0] ?? ''
  const at = offset + operator.length + leadingSpace(rest.slice(operator.length))
  const found = TOKEN.exec(text.slice(at))?.[0] ?? '<EOF>'
  if (RESERVED.test(found)) return { offset: at, message: `reserved identifier: ${found}` }
  const dot = /^\s*\.\s*(?=\.|$)/.exec(rest)?.[0]
  if (dot !== undefined) {
    const input = rest.slice(dot.length) === '' ? '.' : '..'
    const message = `Syntax error: no viable alternative at input '${input}'`
    return { offset: offset + dot.length, message }
  }
  const unclosed = unclosedIssue(text)
  if (unclosed !== undefined) return unclosed
  const next = TOKEN.exec(text.slice(at + found.length).trimStart())?.[0]
  if (operator !== '' || ENDS_IN_OPERATOR.test(text.slice(0, offset))) {
    const isExtra = next !== undefined && /^[\w"'([{.!-]/.test(next) && !/^\w/.test(found)
    return mismatch(at, found, STARTS, isExtra)
  }
  // One token too many is told from the wrong one by what follows it.
  return mismatch(at, found, '<EOF>', next === undefined)
}

function mismatch(offset: number, found: string, expected: string, isExtra = false): CelIssue {
  const problem = isExtra ? 'extraneous' : 'mismatched'
  return { offset, message: `Syntax error: ${problem} input '${found}' expecting ${expected}` }
}

/** A text that ends too early: in a bracket, a condition, or behind an operator. */
function unclosedIssue(text: string): CelIssue | undefined {
  const open: string[] = []
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[()[\]{}?:]/g)) {
    if ('([{?'.includes(token)) open.push(token)
    else if (')]}:'.includes(token) && PAIRS[open.at(-1) ?? ''] === token) open.pop()
  }
  const last = open.at(-1)
  if (last === undefined) return undefined
  const { length } = text
  if (ENDS_IN_OPERATOR.test(text)) {
    return mismatch(length, '<EOF>', last === '[' ? STARTS.replace("'!', ", "'!', '?', ") : STARTS)
  }
  if (last === '(') return { offset: length, message: "Syntax error: missing ')' at '<EOF>'" }
  return mismatch(length, '<EOF>', last === '?' ? "':'" : `{'${PAIRS[last]}', ','}`)
}

const PAIRS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '?': ':' }

function leadingSpace(text: string): number {
  return text.length - text.trimStart().length
}

/** Issues as cel-go prints them: each with its place and the line it is in. */
export function issuesText(text: string, issues: readonly CelIssue[]): string {
  return [...issues]
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, message }) => issueText(text, offset, message))
    .join('\n')
}

function issueText(text: string, offset: number, message: string): string {
  const before = text.slice(0, offset).split('\n')
  const column = [...(before.at(-1) ?? '')].length
  const line = [...(text.split('\n')[before.length - 1] ?? '')]
  const marks = line.slice(0, column).map((character) => (isWide(character) ? '．' : '.'))
  const mark = isWide(line[column]) ? '＾' : '^'
  const shown = line.join('').replaceAll('\t', ' ')
  return `ERROR: <input>:${before.length}:${column + 1}: ${message}\n | ${shown}\n | ${marks.join('')}${mark}`
}

function isWide(character = ''): boolean {
  return (character.codePointAt(0) ?? 0) > 0x7f
}
