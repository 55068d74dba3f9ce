/** Monaco and its YAML language, set up once. Import it dynamically and in the browser only: it is one large chunk. */
import * as monaco from 'monaco-editor/editor'
import 'monaco-editor/features/register.all'
import 'monaco-editor/languages/definitions/yaml/register'
import type { languages } from 'monaco-editor/editor'
import { configureMonacoYaml, type JSONSchema, type MonacoYaml } from 'monaco-yaml'
import { HTTP_ROUTE_SUFFIX } from './editor-options'
import { registerProviders } from './language-providers'
import { registerMirrorLens } from './mirror-lens'
import { currentTheme, DARK, LIGHT, watchTheme } from './monaco-theme'
import { withNamedSkeletons } from './yaml-labels'

export { monaco }

function createWorker(label: string): Worker {
  const file = label === 'yaml' ? 'yaml' : 'editor'
  return new Worker(`/monaco/${file}.worker.js`, { name: label })
}

interface LegacyWorkerOptions {
  label: string
  createData?: unknown
  keepIdleModels?: boolean
}

/**
 * monaco-yaml 5.5 asks for a worker by label, as Monaco did before 0.53; today's Monaco takes a ready Worker that has
 * had its two start messages. Waits for https://github.com/remcohaszing/monaco-yaml/issues/272.
 */
const monacoForYaml = {
  ...monaco,
  languages: {
    ...monaco.languages,
    registerCompletionItemProvider: (
      selector: languages.LanguageSelector,
      provider: languages.CompletionItemProvider,
    ) => monaco.languages.registerCompletionItemProvider(selector, withNamedSkeletons(provider)),
  },
  editor: {
    ...monaco.editor,
    createWebWorker: ({ label, createData, keepIdleModels = false }: LegacyWorkerOptions) => {
      const worker = createWorker(label)
      worker.postMessage('ignore')
      worker.postMessage(createData)
      return monaco.editor.createWebWorker({ worker, keepIdleModels })
    },
  },
} as unknown as Parameters<typeof configureMonacoYaml>[0]

globalThis.MonacoEnvironment = { getWorker: (_id, label) => createWorker(label) }
monaco.editor.defineTheme('mirrorboard-light', LIGHT)
monaco.editor.defineTheme('mirrorboard-dark', DARK)
monaco.editor.setTheme(currentTheme())
registerMirrorLens(monaco)
registerProviders(monaco)
watchTheme(() => monaco.editor.setTheme(currentTheme()))
document.fonts.ready.then(
  () => monaco.editor.remeasureFonts(),
  () => undefined,
)

/** Our own validator sets the markers, with the API server's words; monaco-yaml gives hover and completion. */
function yamlOptions(schema: JSONSchema | undefined) {
  const schemas =
    schema === undefined
      ? []
      : [
          {
            uri: 'inmemory://schemas/httproute.json',
            fileMatch: [`**/*${HTTP_ROUTE_SUFFIX}`],
            schema,
          },
        ]
  return {
    validate: false,
    hover: true,
    completion: true,
    enableSchemaRequest: false,
    hoverSchemaSource: false,
    isKubernetes: true,
    schemas,
  }
}

let yaml: MonacoYaml | undefined
let known: JSONSchema | undefined

/** Makes the schema the one for hover and completion of every HTTPRoute editor. */
export function setHttpRouteSchema(schema: JSONSchema | undefined): void {
  if (yaml !== undefined && schema === known) return
  known = schema
  if (yaml === undefined) yaml = configureMonacoYaml(monacoForYaml, yamlOptions(schema))
  else void yaml.update(yamlOptions(schema))
}
