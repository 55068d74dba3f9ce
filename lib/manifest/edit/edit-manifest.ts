/** Edits of fields in a manifest's text that lose nothing: comments, order, quoting and unknown fields stay as they are. */
import { isMap as isMapNode, isSeq as isSeqNode } from 'yaml'
import { spliceEdit } from '@/lib/manifest/edit/edit-text'
import { editsTowards } from '@/lib/manifest/edit/edits-towards'
import { isBlock } from '@/lib/manifest/edit/entries'
import { applyToObject, type FieldEdit, valueAt } from '@/lib/manifest/edit/field-edit'
import { columnOf, spliced } from '@/lib/manifest/edit/text-lines'
import { type Manifest, type ManifestDocument, parseManifest } from '@/lib/manifest/parse-manifest'
import { rangeOfNode } from '@/lib/manifest/to-json'
import type { YamlLayout } from '@/lib/manifest/to-yaml'
import type { JsonObject } from '@/lib/shared/json'
import { equalJson } from '@/lib/shared/json-values'

/** Edits one call makes; more are refused. Each reads the text anew. */
export const EDITS_MAX = 500

export type EditResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string }

/** `parseManifest`, or one that remembers what it has parsed. */
type Parse = (text: string) => Manifest

/** A text without problems, and what it holds. */
interface ReadText {
  readonly text: string
  readonly documents: readonly ManifestDocument[]
}

/**
 * The text with the edits made in the document at that index, one after the other. Only the lines they concern change; an edit
 * that changes nothing returns the very text. Every step is read back: a text that would not say what was asked for is never
 * returned, but a message that says what to do.
 */
export function editManifest(
  text: string,
  documentIndex: number,
  edits: readonly FieldEdit[],
  parse: Parse = parseManifest,
): EditResult {
  let current = read(text, parse)
  if (typeof current === 'string') return failure(current)
  const waiting = edits.toReversed()
  for (let made = 0; waiting.length > 0; made += 1) {
    if (made + waiting.length > EDITS_MAX)
      return failure(`More than ${EDITS_MAX} changes at once: make them in the text.`)
    const edit = waiting.pop()
    const document = current.documents.find(({ index }) => index === documentIndex)
    if (document === undefined)
      return failure(`The text has no document ${documentIndex + 1} any more.`)
    if (edit === undefined) break
    const smaller = smallerEdits(document.object, edit)
    if (smaller !== undefined) {
      waiting.push(...smaller.toReversed())
      continue
    }
    const next = editOnce(current, document, edit, parse)
    if (typeof next === 'string') return failure(next)
    current = next
  }
  return { ok: true, text: current.text }
}

/** The text with as little of it changed as makes the document hold the target. */
export function rewriteManifest(
  text: string,
  documentIndex: number,
  target: JsonObject,
): EditResult {
  return editManifest(text, documentIndex, [{ op: 'set', path: [], value: target }])
}

function failure(message: string): EditResult {
  return { ok: false, message }
}

/** What the text holds, or why it can't be edited. */
function read(text: string, parse: Parse): ReadText | string {
  const { documents, problems } = parse(text)
  const [problem] = problems
  if (problem === undefined) return { text, documents }
  return `Line ${problem.range.startLine} must be corrected first: ${problem.message}`
}

/** A map or list in place of another one becomes the changes between the two, so that what they share stays. */
function smallerEdits(object: JsonObject, edit: FieldEdit): readonly FieldEdit[] | undefined {
  if (edit.op !== 'set') return undefined
  const former = valueAt(object, edit.path)
  if (former === undefined) return undefined
  if (equalJson(former, edit.value)) return []
  const edits = editsTowards(edit.path, former, edit.value)
  const [only] = edits
  return edits.length === 1 && only?.op === 'set' && only.path.length === edit.path.length
    ? undefined
    : edits
}

/** The text after one edit, or why it can't be made. */
function editOnce(
  current: ReadText,
  document: ManifestDocument,
  edit: FieldEdit,
  parse: Parse,
): ReadText | string {
  const wanted = applyToObject(document.object, edit)
  const where = edit.path.join('.')
  if (wanted === undefined) return `There is no ${where} to change any more.`
  const { text } = current
  const root = document.ast.contents
  const inDocument = { ...edit, path: [...document.path, ...edit.path] }
  const splices = spliceEdit({ text, layout: layoutOf(text, root) }, root, inDocument)
  const next = splices === undefined ? undefined : read(spliced(text, splices), parse)
  if (typeof next === 'object' && saysOnly(next, current, document.index, wanted)) return next
  return `${where} is written in a way that can't be changed from here (an anchor, alias or tag, perhaps): change it in the text.`
}

/** Whether the document holds what is wanted and all the others what they held. */
function saysOnly(next: ReadText, former: ReadText, index: number, wanted: JsonObject): boolean {
  return (
    next.documents.length === former.documents.length &&
    next.documents.every((document, position) => {
      const before = former.documents[position]
      const expected = document.index === index ? wanted : before?.object
      return before?.index === document.index && equalJson(document.object, expected)
    })
  )
}

/** How the document lays out what is nested in it; as kubectl does where nothing shows. */
function layoutOf(text: string, root: unknown): YamlLayout {
  const depths = { map: undefined as number | undefined, list: undefined as number | undefined }
  const waiting: unknown[] = [root]
  while (waiting.length > 0 && (depths.map === undefined || depths.list === undefined)) {
    const node = waiting.shift()
    if (isSeqNode(node)) waiting.push(...node.items)
    if (!isMapNode(node)) continue
    const values = node.items.map(({ value }) => value)
    waiting.push(...values)
    const nested = values.filter(isBlock)
    const depthOf = (value: unknown) => startColumn(text, value) - startColumn(text, node)
    depths.map ??= nested.filter(isMapNode).map(depthOf)[0]
    depths.list ??= nested.filter(isSeqNode).map(depthOf)[0]
  }
  return { indent: Math.max(depths.map ?? 2, 1), indentSeq: (depths.list ?? 0) > 0 }
}

function startColumn(text: string, node: unknown): number {
  return columnOf(text, rangeOfNode(node)[0])
}
