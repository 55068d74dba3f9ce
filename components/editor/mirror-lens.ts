/** Above every RequestMirror filter of a route's manifest: the way to its pairs. A pair has the way back, to this line. */
import type { editor, languages } from 'monaco-editor/editor'
import { mirrorPlaces } from '@/components/language/mirror-places'
import { askWorker } from '@/components/language/use-validation'
import { page } from '@/lib/dashboard-api/paths'
import { HTTP_ROUTE_SUFFIX } from './editor-options'

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
    provideCodeLenses: async (model) => ({
      lenses: await lensesOf(model),
      dispose: () => undefined,
    }),
  })
  monaco.editor.addEditorAction({
    id: `${COMMAND}AtCursor`,
    label: TITLE,
    contextMenuGroupId: 'navigation',
    async run(instance) {
      const line = instance.getPosition()?.lineNumber ?? 1
      const links = await linksOf(instance.getModel())
      const link = links.findLast((one) => one.line <= line) ?? links[0]
      if (link !== undefined) open(link.href)
    },
  })
}

/**
 * Only a route that is there has pairs: the draft of a new one has a path without a namespace. Asked at every pause in typing,
 * so the text is read in the worker.
 */
async function linksOf(model: editor.ITextModel | null) {
  const [, namespace, name] = model?.uri.path.split('/') ?? []
  if (model === null || namespace === undefined || name === undefined) return []
  const compare = page.compare(namespace, name.slice(0, -HTTP_ROUTE_SUFFIX.length))
  const text = model.getValue()
  const places = await askWorker({ type: 'find-mirrors', text }, () => mirrorPlaces(text))
  return places.map(({ rule, filterIndex, line }) => ({
    line,
    href: `${compare}?of=${rule}.${filterIndex}`,
  }))
}

async function lensesOf(model: editor.ITextModel): Promise<languages.CodeLens[]> {
  const links = await linksOf(model)
  return links.map(({ line, href }) => ({
    range: { startLineNumber: line, startColumn: 1, endLineNumber: line, endColumn: 1 },
    command: { id: COMMAND, title: TITLE, arguments: [href] },
  }))
}
