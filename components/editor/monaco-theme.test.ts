import { describe, expect, it } from 'vitest'
import { DARK, LIGHT } from './monaco-theme'

/** Relative luminance of `#rrggbb`, WCAG 2.2. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(color.slice(start, start + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(left: string | undefined, right: string | undefined): number {
  const [dark = 0, light = 0] = [luminance(left ?? ''), luminance(right ?? '')].sort(
    (first, second) => first - second,
  )
  return (light + 0.05) / (dark + 0.05)
}

const PAIRS = [
  ['foreground', 'background'],
  ['highlightForeground', 'background'],
  ['selectedForeground', 'selectedBackground'],
  ['focusHighlightForeground', 'selectedBackground'],
] as const

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
] as const)('the %s editor theme', (_, { colors }) => {
  it.each(PAIRS)('reads well in the suggestions: %s on %s', (text, background) => {
    const name = (part: string) => colors[`editorSuggestWidget.${part}`]
    expect(contrast(name(text), name(background))).toBeGreaterThanOrEqual(4.5)
  })
})
