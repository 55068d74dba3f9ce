/** Monaco's doors to what we know of a text: completion from the cluster, and quick fixes at their places. */
import type { editor, IRange, languages } from 'monaco-editor/editor'
import { fixTitle, isWithin } from '@/components/language/problems'
import type { Completion, Suggestion } from '@/lib/completion/suggestion'
import type { Diagnostic, DiagnosticFix } from '@/lib/validation/diagnostic'

/** What an editor offers for its text. */
export interface LanguageServices {
  /** What may stand at an offset; null for nothing. */
  complete(text: string, offset: number): Promise<Completion | null>
  diagnostics(): readonly Diagnostic[]
  fix(fix: DiagnosticFix): void
}

/** Monaco knows providers by language, ours differ by editor. */
const servicesByModel = new WeakMap<editor.ITextModel, LanguageServices>()

/** Makes the services those of a model, for as long as there is one. */
export function offerServices(model: editor.ITextModel, services: LanguageServices): void {
  servicesByModel.set(model, services)
}

type Monaco = typeof import('monaco-editor/editor')

const FIX_COMMAND = 'mirrorboard.fix'

/** Registers the providers for all editors, once. The selector is that of monaco-yaml, so that Monaco asks both. */
export function registerProviders(monaco: Monaco): void {
  monaco.languages.registerCompletionItemProvider('yaml', {
    triggerCharacters: [' ', ':', '"', "'"],
    provideCompletionItems: (model, position, _context, token) =>
      provideCompletion(monaco, model, model.getOffsetAt(position), token),
  })
  monaco.editor.registerCommand(FIX_COMMAND, (_accessor, apply: () => void) => apply())
  monaco.languages.registerCodeActionProvider(
    'yaml',
    { provideCodeActions: (model, range) => ({ actions: fixesAt(model, range), dispose: noop }) },
    { providedCodeActionKinds: ['quickfix'] },
  )
}

function noop(): void {
  // A list of actions holds nothing that had to be given back.
}

async function provideCompletion(
  monaco: Monaco,
  model: editor.ITextModel,
  offset: number,
  token: { readonly isCancellationRequested: boolean },
): Promise<languages.CompletionList> {
  const version = model.getVersionId()
  const found = await servicesByModel.get(model)?.complete(model.getValue(), offset)
  const isStale = token.isCancellationRequested || model.isDisposed()
  if (!found || isStale || model.getVersionId() !== version) return { suggestions: [] }
  const range = monaco.Range.fromPositions(
    model.getPositionAt(found.start),
    model.getPositionAt(found.end),
  )
  const suggestions = found.suggestions.map((suggestion, index) =>
    toItem(monaco, suggestion, range, index),
  )
  return { suggestions, incomplete: found.isIncomplete }
}

function toItem(
  { languages: { CompletionItemInsertTextRule: rules, CompletionItemKind: kinds } }: Monaco,
  { kind, label, detail, insertText, isSnippet }: Suggestion,
  range: IRange,
  index: number,
): languages.CompletionItem {
  const icon = {
    service: kinds.Module,
    port: kinds.Value,
    namespace: kinds.Folder,
    gateway: kinds.Interface,
    listener: kinds.Event,
    hostname: kinds.Reference,
    snippet: kinds.Snippet,
  }[kind]
  // Values of the cluster and items of a list come before the fields that the schema offers, other snippets behind them.
  const group = kind === 'snippet' && !insertText.startsWith('- ') ? '~' : '!'
  return {
    label: { label, description: detail },
    kind: icon,
    insertText,
    insertTextRules: rules.KeepWhitespace | (isSnippet ? rules.InsertAsSnippet : rules.None),
    range,
    sortText: `${group}${String(index).padStart(3, '0')}`,
  }
}

function fixesAt(model: editor.ITextModel, range: IRange): languages.CodeAction[] {
  const services = servicesByModel.get(model)
  if (services === undefined) return []
  return services.diagnostics().flatMap(({ range: place, fix }) => {
    if (fix === undefined || !isWithin(place, range.startLineNumber)) return []
    const title = fixTitle(fix)
    const apply = () => services.fix(fix)
    return [{ title, kind: 'quickfix', command: { id: FIX_COMMAND, title, arguments: [apply] } }]
  })
}
