/** An unknown field or value that is nearly a known one → the edit that makes it that. Pure. */
import type { ManifestDocument } from '@/lib/manifest/parse-manifest'
import { closestWord } from '@/lib/shared/closest-word'
import type { CompiledSchema } from '@/lib/validation/compiled-schema'
import type { Diagnostic } from '@/lib/validation/diagnostic'
import type { SchemaNode } from '@/lib/validation/structural-schema'
import { schemaKey } from '@/lib/validation/validate-manifest'

/** The diagnostic with its fix, where one word was most likely meant. */
export function withTypoFix(
  diagnostic: Diagnostic,
  document: ManifestDocument | undefined,
  schemas: ReadonlyMap<string, CompiledSchema>,
): Diagnostic {
  if (document === undefined || diagnostic.fix !== undefined) return diagnostic
  const typo = typoIn(diagnostic, document, schemas)
  const meant = typo && closestWord(typo.word, typo.candidates)
  const { range } = diagnostic
  const width = range.endColumn - range.startColumn
  // Elsewhere than at the word, or where an alias stands for it, nothing is replaced.
  const isMarked = range.startLine === range.endLine && typo?.widths.includes(width) === true
  if (meant === undefined || !isMarked) return diagnostic
  const title = `Change to ${meant}`
  return { ...diagnostic, fix: { kind: 'edit', title, range, text: meant } }
}

interface Typo {
  readonly word: string
  readonly candidates: readonly string[]
  /** Of the word in the text, plain or in quotes. */
  readonly widths: readonly number[]
}

function typoIn(
  { code, message, fieldPath }: Diagnostic,
  document: ManifestDocument,
  schemas: ReadonlyMap<string, CompiledSchema>,
): Typo | undefined {
  if (code === 'schema.not-supported') {
    const [, word = '', list = ''] =
      /Unsupported value: "([\w-]+)": supported values: (.+)$/.exec(message) ?? []
    const candidates = [...list.matchAll(/"([\w-]+)"/g)].map(([, value = '']) => value)
    return { word, candidates, widths: [word.length, word.length + 2] }
  }
  if (code !== 'schema.unknown-field') return undefined
  const [, parent = '', word = ''] = /^(?:(.*)\.)?([A-Za-z]\w*)$/.exec(fieldPath) ?? []
  const { apiVersion, kind } = document.object
  const schema = schemas.get(schemaKey(String(apiVersion), String(kind)))
  const candidates = fieldsAt(schema?.root, parent).filter(
    (name) => !document.has(parent === '' ? name : `${parent}.${name}`),
  )
  return { word, candidates, widths: [word.length] }
}

/** Fields of metadata that people write; a definition does not list them. */
const METADATA = ['name', 'namespace', 'labels', 'annotations', 'generateName', 'finalizers']

function fieldsAt(root: SchemaNode | undefined, path: string): readonly string[] {
  if (path === 'metadata') return METADATA
  let node = root
  for (const [, name, index] of path.matchAll(/([A-Za-z]\w*)|\[(\d+)\]/g)) {
    if (name !== undefined) node = node?.properties.get(name)
    else if (index !== undefined) node = node?.items
  }
  return [...(node?.properties.keys() ?? [])]
}
