/** Texts that are YAML to this parser and that kubectl refuses or reads as something else: said, never read in two ways. Pure. */
import { type Document, isMap, isPair, isScalar, isSeq, type Pair, visit } from 'yaml'
import { PROBLEMS_PER_DOCUMENT_MAX } from '@/lib/manifest/limits'
import { type NodeProblem, rangeOfNode } from '@/lib/manifest/to-json'
import { escaped } from '@/lib/manifest/to-yaml'

interface Unreadable {
  readonly pattern: RegExp
  readonly code: string
  readonly says: (found: string) => string
}

const UNREADABLE: readonly Unreadable[] = [
  {
    pattern: /(?![\t\n\r\u0085])\p{Cc}|[\ufffe\uffff]|(?<!^)\ufeff/u,
    code: 'yaml.character',
    says: (found) =>
      `kubectl takes no ${codePoint(found)} here: leave it out, or write ${escaped(found)} in double quotes`,
  },
  {
    pattern: /[\x85\u2028\u2029]/,
    code: 'yaml.character',
    says: (found) =>
      `kubectl takes ${codePoint(found)} for a line break: leave it out, or write ${escaped(found)} in double quotes`,
  },
  {
    pattern: /^%.*/m,
    code: 'yaml.directive',
    says: () => 'kubectl takes no directives: leave this line out',
  },
  {
    pattern: /(?<=\n)---[ \t]+[^\s#].*/,
    code: 'yaml.separator',
    says: () => 'kubectl drops what follows ---: put it on a line of its own',
  },
  {
    pattern: /^\.\.\.[ \t]*(?:#.*)?\r?\n(?:[ \t]*(?:#.*)?\r?\n)*(?!---)[^\s#].*/m,
    code: 'yaml.separator',
    says: () => 'kubectl reads no further than ...: begin the next document with ---',
  },
]

/** What stands in the text that kubectl can't read anywhere, each kind once. */
export function unreadableProblems(text: string): readonly NodeProblem[] {
  return UNREADABLE.flatMap(({ pattern, code, says }) => {
    const match = pattern.exec(text)
    if (match === null) return []
    const { index: start, 0: found } = match
    return [{ code, message: says(found), fieldPath: '', start, end: start + found.length }]
  })
}

function codePoint(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
}

/** Escapes that JSON has and YAML 1.1 does not: a slash, and halves of a character beyond U+FFFF. */
const JSON_ESCAPE = /^\\(?:\/|u[dD][89a-fA-F])/

function jsonEscapeIn(quoted: string): string | undefined {
  // Taken two characters at a time, so that a backslash that is escaped itself begins none.
  for (const [found] of quoted.matchAll(/\\(?:u[0-9a-fA-F]{4}|.)/gs)) {
    if (JSON_ESCAPE.test(found)) return found
  }
  return undefined
}

/** Texts in double quotes that kubectl refuses; it reads what begins with a brace as JSON, where they are right. */
export function escapeProblems(ast: Document, text: string): readonly NodeProblem[] {
  if (/^\s*\{/.test(text) || !/\\(?:\/|u[dD])/.test(text)) return []
  const problems: NodeProblem[] = []
  visit(ast, {
    Scalar: (_key, { type, range }) => {
      if (type !== 'QUOTE_DOUBLE' || !range || problems.length >= PROBLEMS_PER_DOCUMENT_MAX) return
      const [start, end] = range
      const found = jsonEscapeIn(text.slice(start, end))
      if (found === undefined) return
      const message = `kubectl does not know the escape ${found}: write the character itself`
      problems.push({ code: 'yaml.escape', message, fieldPath: '', start, end })
    },
  })
  return problems
}

/** What goyaml.v2 reads in its own way inside `[…]` and `{…}`, where a colon needs a space before it ends a key. */
export function flowProblems(ast: Document): readonly NodeProblem[] {
  const problems: NodeProblem[] = []
  visit(ast, {
    Collection: (_key, collection) => {
      if (collection.flow !== true || !(isMap(collection) || isSeq(collection))) return
      for (const item of collection.items) problems.push(...flowItemProblems(item))
    },
  })
  return problems.slice(0, PROBLEMS_PER_DOCUMENT_MAX)
}

function flowItemProblems(item: unknown): readonly NodeProblem[] {
  if (!isPair(item)) return unquoted(item)
  return [...unquoted(item.key), ...unquoted(item.value), ...closingColon(item)]
}

function unquoted(node: unknown): readonly NodeProblem[] {
  if (!isScalar(node) || node.type !== 'PLAIN' || !/^:|\?/.test(String(node.value))) return []
  const [start, end] = rangeOfNode(node)
  const message = 'a text that begins with a colon or has a question mark in it needs quotes here'
  return [{ code: 'yaml.syntax', message, fieldPath: '', start, end }]
}

/** A colon that stands between a plain key and a comma or bracket. */
function closingColon({ key, value, srcToken }: Pair): readonly NodeProblem[] {
  const last = srcToken?.sep?.at(-1)
  const [from, to] = rangeOfNode(value)
  const isEmpty = value === null || (isScalar(value) && from === to)
  if (!isScalar(key) || key.type !== 'PLAIN' || !isEmpty || last?.type !== 'map-value-ind')
    return []
  const { offset: start } = last
  const message = 'a colon needs a space behind it'
  return [{ code: 'yaml.missing-space', message, fieldPath: '', start, end: start + 1 }]
}
