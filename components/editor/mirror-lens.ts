/** Above every RequestMirror filter of a route's manifest: the way to its pairs. A pair has the way back, to this line. */
import type { editor, languages } from 'monaco-editor/editor'
import { page } from '@/lib/dashboard-api/paths'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import { HTTP_ROUTE_SUFFIX } from './editor-options'

export interface MirrorPlace {
  readonly rule: number
  readonly filterIndex: number
  /** From 1, where the filter begins. */
  readonly line: number
}

/** Every mirror filter of the first document, from top to bottom; none where the text is no route yet. */
export function mirrorPlaces(text: string): readonly MirrorPlace[] {
  const [document] = parseManifest(text).documents
  if (document === undefined) return []
  return listIn(fieldOf(document.object['spec'], 'rules')).flatMap((ruleValue, rule) =>
    listIn(fieldOf(ruleValue, 'filters')).flatMap((filter, filterIndex) => {
      if (fieldOf(filter, 'type') !== 'RequestMirror') return []
      const { startLine } = document.rangeOf(`spec.rules[${rule}].filters[${filterIndex}]`)
      return [{ rule, filterIndex, line: startLine }]
    }),
  )
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

let open: (href: string) => void = (href) => location.assign(href)

/** Makes `follow` what a click on a lens goes by. */
export function followPairsWith(follow: (href: string) => void): void {
  open = follow
}

type Monaco = typeof import('monaco-editor/editor')

const TITLE = 'See the pairs of this mirror'
const COMMAND = 'mirrorboard.pairs'

/** Registers the lenses for all editors, and the same way by the keyboard: F1, then its title. Once. */
export function registerMirrorLens(monaco: Monaco): void {
  monaco.editor.registerCommand(COMMAND, (_accessor, href: string) => open(href))
  monaco.languages.registerCodeLensProvider('yaml', {
    provideCodeLenses: (model) => ({ lenses: lensesOf(model), dispose: () => undefined }),
  })
  monaco.editor.addEditorAction({
    id: `${COMMAND}AtCursor`,
    label: TITLE,
    contextMenuGroupId: 'navigation',
    run(instance) {
      const line = instance.getPosition()?.lineNumber ?? 1
      const links = linksOf(instance.getModel())
      const link = links.findLast((one) => one.line <= line) ?? links[0]
      if (link !== undefined) open(link.href)
    },
  })
}

/** Only a route that is there has pairs: the draft of a new one has a path without a namespace. */
function linksOf(model: editor.ITextModel | null) {
  const [, namespace, name] = model?.uri.path.split('/') ?? []
  if (model === null || namespace === undefined || name === undefined) return []
  const compare = page.compare(namespace, name.slice(0, -HTTP_ROUTE_SUFFIX.length))
  return mirrorPlaces(model.getValue()).map(({ rule, filterIndex, line }) => ({
    line,
    href: `${compare}?of=${rule}.${filterIndex}`,
  }))
}

function lensesOf(model: editor.ITextModel): languages.CodeLens[] {
  return linksOf(model).map(({ line, href }) => ({
    range: { startLineNumber: line, startColumn: 1, endLineNumber: line, endColumn: 1 },
    command: { id: COMMAND, title: TITLE, arguments: [href] },
  }))
}
