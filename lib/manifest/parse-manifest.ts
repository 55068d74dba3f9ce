import { Composer, type CST, type Document, Parser } from 'yaml'
import type { FieldPath } from '@/lib/manifest/edit/field-edit'
import { escapeProblems, flowProblems, unreadableProblems } from '@/lib/manifest/go-only-problems'
import {
  DOCUMENTS_MAX,
  NESTING_MAX,
  PROBLEMS_PER_DOCUMENT_MAX,
  TEXT_LENGTH_MAX,
  VALUES_MAX,
} from '@/lib/manifest/limits'
import { type HeldObject, objectsOf } from '@/lib/manifest/list-items'
import { FieldLocator, type FieldPlace, offsetsOf } from '@/lib/manifest/locate-field'
import { syntaxProblems } from '@/lib/manifest/syntax-problems'
import { START_OF_TEXT, TextPlaces, type TextRange } from '@/lib/manifest/text-range'
import { hasTooManyValues, nestsTooDeep } from '@/lib/manifest/text-shape'
import { type NodeProblem, rangeOfNode, toJson } from '@/lib/manifest/to-json'
import { KUBECTL_YAML } from '@/lib/manifest/yaml-options'
import type { JsonObject } from '@/lib/shared/json'

/** Something wrong with the text itself, before any schema. */
export interface ManifestProblem {
  /** `yaml.syntax`, `yaml.duplicate-key`, `yaml.tab`, … */
  readonly code: string
  readonly message: string
  readonly fieldPath: string
  readonly documentIndex: number
  readonly range: TextRange
}

/** A YAML document in the text. */
interface Written {
  readonly ast: Document
  readonly places: TextPlaces
  readonly locator: FieldLocator
}

/** One object of the text: a YAML document that is not empty, or an item of a list. */
export class ManifestDocument {
  /** Index among all documents of the text, from 0, counting empty ones, and the items of a list each. */
  readonly index: number
  readonly object: JsonObject
  /** The syntax tree with its source tokens, from which the text can be edited without loss. */
  readonly ast: Document
  /** From the root of the syntax tree to the object. */
  readonly path: FieldPath
  readonly #prefix: string
  readonly #places: TextPlaces
  readonly #locator: FieldLocator

  constructor(index: number, { object, item }: HeldObject, { ast, places, locator }: Written) {
    this.index = index
    this.object = object
    this.ast = ast
    this.path = item === undefined ? [] : ['items', item]
    this.#prefix = item === undefined ? '' : `items[${item}]`
    this.#places = places
    this.#locator = locator
  }

  #locate(fieldPath: string): FieldPlace {
    if (this.#prefix === '') return this.#locator.locate(fieldPath)
    const isRoot = fieldPath === '' || fieldPath === '<nil>'
    return this.#locator.locate(isRoot ? this.#prefix : `${this.#prefix}.${fieldPath}`)
  }

  /**
   * The range of a field: its value when that is a plain value, else its key. For a missing field, the key of its
   * nearest existing ancestor. With `part` key, the key always.
   */
  rangeOf(fieldPath: string, part: 'key' | 'value' = 'value'): TextRange {
    const [start, end] = offsetsOf(this.#locate(fieldPath), part)
    return this.#places.between(start, end)
  }

  /** The part of the text that a field's value is written in; empty where it is not. */
  sourceOf(fieldPath: string): string {
    const { found, value } = this.#locate(fieldPath)
    return found ? this.#places.slice(...rangeOfNode(value)) : ''
  }

  /** Whether the field is written in the document. */
  has(fieldPath: string): boolean {
    return this.#locate(fieldPath).found
  }
}

export interface Manifest {
  readonly documents: readonly ManifestDocument[]
  readonly problems: readonly ManifestProblem[]
}

/** Reads a text of YAML documents as kubectl would. Never throws; bounded by limits.ts. */
export function parseManifest(text: string): Manifest {
  if (text.length > TEXT_LENGTH_MAX) {
    return failure('manifest.too-large', 'the manifest is larger than 1 MiB')
  }
  if (hasTooManyValues(text)) {
    return failure('manifest.too-large', `the manifest has more than ${VALUES_MAX} lines or values`)
  }
  if (nestsTooDeep(text)) {
    return failure('yaml.too-deep', `the manifest nests deeper than ${NESTING_MAX} levels`)
  }
  try {
    return readDocuments(text)
  } catch (error) {
    // The parser recurses, so text that nests in ways the scan above cannot see may still exhaust the stack.
    if (!(error instanceof RangeError)) throw error
    return failure('yaml.too-deep', 'the manifest nests too deeply')
  }
}

function failure(code: string, message: string): Manifest {
  const problem = { code, message, fieldPath: '', documentIndex: 0, range: START_OF_TEXT }
  return { documents: [], problems: [problem] }
}

const TOO_MANY = {
  code: 'manifest.too-many',
  message: `the manifest has more than ${DOCUMENTS_MAX} documents; the rest was not read`,
  fieldPath: '',
}

function readDocuments(text: string): Manifest {
  const places = new TextPlaces(text)
  const composer = new Composer({ ...KUBECTL_YAML, keepSourceTokens: true })
  const documents: ManifestDocument[] = []
  const problems: ManifestProblem[] = []
  let index = 0
  for (const ast of composer.compose(tokensOf(text, places))) {
    if (index >= DOCUMENTS_MAX) {
      const range = places.between(ast.range[0], ast.range[0])
      problems.push({ ...TOO_MANY, documentIndex: index, range })
      break
    }
    index += readDocument(ast, index, places, documents, problems)
  }
  // The places of lines are known once the text has been read.
  const unreadable = unreadableProblems(text).map(({ start, end, ...problem }) => {
    return { ...problem, documentIndex: 0, range: places.between(start, end) }
  })
  return { documents, problems: [...unreadable, ...problems] }
}

/** The parser's tokens up to the first errors that are shown: text that is no YAML at all is not read to its end. */
function* tokensOf(text: string, places: TextPlaces): Generator<CST.Token> {
  let errors = 0
  for (const token of new Parser(places.addLine).parse(text)) {
    if (token.type === 'error') errors += 1
    if (errors > PROBLEMS_PER_DOCUMENT_MAX) return
    yield token
  }
}

/** Reads one document, and says how many it counts for: as many as a list has items, one or more. */
function readDocument(
  ast: Document.Parsed,
  index: number,
  places: TextPlaces,
  documents: ManifestDocument[],
  problems: ManifestProblem[],
): number {
  const report = ({ start, end, ...problem }: NodeProblem) => {
    problems.push({ ...problem, documentIndex: index, range: places.between(start, end) })
  }
  for (const problem of syntaxProblems(ast, places.text)) report(problem)
  for (const problem of flowProblems(ast)) report(problem)
  for (const problem of escapeProblems(ast, places.text)) report(problem)
  if (ast.errors.length > 0) return 1
  const { value, problems: found } = toJson(ast)
  for (const problem of found) report(problem)
  if (value === null) return 1
  const locator = new FieldLocator(ast)
  const refuse = (message: string, fieldPath: string) => {
    const [start, end] = offsetsOf(locator.locate(fieldPath), 'value')
    report({ code: 'yaml.not-an-object', message, fieldPath, start, end })
    return 1
  }
  if (typeof value !== 'object' || Array.isArray(value)) {
    const kind = Array.isArray(value) ? 'array' : typeof value
    const message = `json: cannot unmarshal ${kind} into a Kubernetes object: a map with apiVersion and kind is expected`
    return refuse(message, '')
  }
  const held = objectsOf(value)
  if (typeof held === 'string') return refuse(held, 'items')
  const fitting = held.slice(0, Math.max(DOCUMENTS_MAX - index, 0))
  for (const [position, one] of fitting.entries()) {
    documents.push(new ManifestDocument(index + position, one, { ast, places, locator }))
  }
  if (fitting.length < held.length) {
    const [start, end] = offsetsOf(locator.locate(`items[${fitting.length}]`), 'value')
    report({ ...TOO_MANY, start, end })
  }
  return Math.max(held.length, 1)
}
