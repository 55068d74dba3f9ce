/** Monaco's colours, from the same palette as the page; each text colour reaches 4.5:1 on its background. */
import type { editor } from 'monaco-editor/editor'

export type ThemeName = 'mirrorboard-light' | 'mirrorboard-dark'

export const LIGHT: editor.IStandaloneThemeData = {
  base: 'vs',
  inherit: true,
  rules: [
    { token: 'type', foreground: '2b4acb' },
    { token: 'string', foreground: '0b5394' },
    { token: 'number', foreground: '9a4a00' },
    { token: 'keyword', foreground: '8a1f6a' },
    { token: 'comment', foreground: '5a6474', fontStyle: 'italic' },
  ],
  colors: {
    'editor.background': '#ffffff',
    'editor.foreground': '#161b24',
    'editor.lineHighlightBackground': '#f5f7fa',
    'editor.lineHighlightBorder': '#00000000',
    'editorGutter.background': '#ffffff',
    'editorLineNumber.foreground': '#66707f',
    'editorLineNumber.dimmedForeground': '#66707f',
    'editorLineNumber.activeForeground': '#161b24',
    'editorIndentGuide.background1': '#e2e6ec',
    'editorStickyScroll.background': '#ffffff',
    'editorStickyScrollHover.background': '#f1f3f6',
    'editorHoverWidget.background': '#ffffff',
    'editorHoverWidget.foreground': '#161b24',
    'editorHoverWidget.border': '#e2e6ec',
    'editorSuggestWidget.background': '#ffffff',
    'editorSuggestWidget.foreground': '#161b24',
    'editorSuggestWidget.border': '#e2e6ec',
    'editorSuggestWidget.selectedBackground': '#eaeefc',
    'editorSuggestWidget.selectedForeground': '#161b24',
    'editorSuggestWidget.selectedIconForeground': '#161b24',
    'editorSuggestWidget.highlightForeground': '#2b4acb',
    'editorSuggestWidget.focusHighlightForeground': '#2b4acb',
    'editorWidget.background': '#ffffff',
    'editorWidget.border': '#e2e6ec',
    'editorError.foreground': '#c02a37',
    'editorWarning.foreground': '#b7791f',
    'scrollbarSlider.background': '#161b241f',
    'diffEditor.insertedLineBackground': '#0f7a4d14',
    'diffEditor.removedLineBackground': '#c02a3714',
    'diffEditor.insertedTextBackground': '#0f7a4d20',
    'diffEditor.removedTextBackground': '#c02a3720',
    'diffEditor.unchangedRegionBackground': '#f1f3f6',
    'editorCodeLens.foreground': '#566070',
    'diffEditor.unchangedRegionForeground': '#566070',
  },
}

export const DARK: editor.IStandaloneThemeData = {
  base: 'vs-dark',
  inherit: true,
  rules: [
    { token: 'type', foreground: '8fb0ff' },
    { token: 'string', foreground: '7ad1a5' },
    { token: 'number', foreground: 'f5b57a' },
    { token: 'keyword', foreground: 'd7a6ff' },
    { token: 'comment', foreground: '98a3b3', fontStyle: 'italic' },
  ],
  colors: {
    'editor.background': '#141a22',
    'editor.foreground': '#e6eaf0',
    'editor.lineHighlightBackground': '#1a2230',
    'editor.lineHighlightBorder': '#00000000',
    'editorGutter.background': '#141a22',
    'editorLineNumber.foreground': '#8592a3',
    'editorLineNumber.dimmedForeground': '#8592a3',
    'editorLineNumber.activeForeground': '#e6eaf0',
    'editorIndentGuide.background1': '#2b3442',
    'editorStickyScroll.background': '#141a22',
    'editorStickyScrollHover.background': '#1a2230',
    'editorHoverWidget.background': '#1a212c',
    'editorHoverWidget.foreground': '#e6eaf0',
    'editorHoverWidget.border': '#2f3947',
    'editorSuggestWidget.background': '#1a212c',
    'editorSuggestWidget.foreground': '#e6eaf0',
    'editorSuggestWidget.border': '#2f3947',
    'editorSuggestWidget.selectedBackground': '#2a3550',
    'editorSuggestWidget.selectedForeground': '#ffffff',
    'editorSuggestWidget.selectedIconForeground': '#ffffff',
    'editorSuggestWidget.highlightForeground': '#8fb0ff',
    'editorSuggestWidget.focusHighlightForeground': '#a9c2ff',
    'editorWidget.background': '#1a212c',
    'editorWidget.border': '#2f3947',
    'editorError.foreground': '#ff8b8f',
    'editorWarning.foreground': '#f0b454',
    'scrollbarSlider.background': '#e6eaf01f',
    'diffEditor.insertedLineBackground': '#4cc38a14',
    'diffEditor.removedLineBackground': '#ff8b8f14',
    'diffEditor.insertedTextBackground': '#4cc38a26',
    'diffEditor.removedTextBackground': '#ff8b8f26',
    'diffEditor.unchangedRegionBackground': '#10161e',
    'editorCodeLens.foreground': '#98a3b3',
    'diffEditor.unchangedRegionForeground': '#98a3b3',
  },
}

/** The theme the page shows now. */
export function currentTheme(): ThemeName {
  const chosen = document.documentElement.dataset['theme']
  const isDark =
    chosen === 'dark' ||
    (chosen !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches)
  return isDark ? 'mirrorboard-dark' : 'mirrorboard-light'
}

/** Calls back whenever the page's theme may have changed; the watch lasts as long as the page. */
export function watchTheme(onChange: () => void): void {
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', onChange)
  new MutationObserver(onChange).observe(document.documentElement, {
    attributeFilter: ['data-theme'],
  })
}
