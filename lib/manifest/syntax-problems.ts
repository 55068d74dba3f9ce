import {
  type Document,
  isCollection,
  isScalar,
  visit,
  type YAMLError,
  type YAMLWarning,
} from 'yaml'
import { PROBLEMS_PER_DOCUMENT_MAX } from '@/lib/manifest/limits'
import { type NodeProblem, rangeOfNode } from '@/lib/manifest/to-json'
import { explainSlip } from '@/lib/manifest/yaml-slips'

/** What is wrong with the YAML of a document, the parser's follow-up errors left out. */
export function syntaxProblems(ast: Document, text: string): readonly NodeProblem[] {
  const warnings = ast.warnings.filter((warning) => !isKnownTag(warning))
  const found = [...ast.errors, ...warnings]
  // After a tab the parser takes the indent for another one, and what it says next is about that.
  const tabs = found.filter(({ code }) => code === 'TAB_AS_INDENT')
  const problems = (tabs.length > 0 ? tabs : found)
    .slice(0, PROBLEMS_PER_DOCUMENT_MAX)
    .map((error) => unclosed(ast, error) ?? toProblem(error, text))
  // Two errors of the parser may come of one slip.
  const seen = new Set<string>()
  return problems.filter(({ start, message }) => {
    const key = `${start} ${message}`
    return seen.has(key) ? false : seen.add(key)
  })
}

/** Whether the parser stumbles over a tag that go-scalar.ts reads, or that says what its collection is anyway. */
function isKnownTag({ code, message }: YAMLError | YAMLWarning): boolean {
  return (
    code === 'TAG_RESOLVE_FAILED' &&
    /:yaml\.org,2002:(?:null|bool|int|float|str|binary|timestamp|merge|map|seq|set|omap|pairs)$/.test(
      message,
    )
  )
}

function toProblem({ code, message, pos: [start, end] }: YAMLError, text: string): NodeProblem {
  const isTab = code === 'TAB_AS_INDENT'
  const said = { code: isTab ? 'yaml.tab' : 'yaml.syntax', message, start, end }
  return { fieldPath: '', ...explainSlip(text, said) }
}

/** A quote or bracket without its end is noticed far below it: where it opens is where a person has to look. */
function unclosed(ast: Document, { message, pos: [at] }: YAMLError): NodeProblem | undefined {
  const isQuote = message.startsWith('Missing closing ')
  if (!isQuote && !/must be sufficiently indented and end with a [\]}]$/.test(message)) {
    return undefined
  }
  let start: number | undefined
  visit(ast, {
    Node: (_key, node) => {
      const isOpening = isQuote
        ? isScalar(node) && /^QUOTE/.test(node.type ?? '')
        : isCollection(node) && node.flow === true
      const [from, to] = rangeOfNode(node)
      if (isOpening && from < at && at <= to + 1) start = from
    },
  })
  if (start === undefined) return undefined
  const says = isQuote
    ? 'this quote is not closed'
    : 'this bracket is not closed, or what follows is indented less than the key it belongs to'
  return { code: 'yaml.syntax', message: says, fieldPath: '', start, end: start + 1 }
}
