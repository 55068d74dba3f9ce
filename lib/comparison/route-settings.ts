/** A route's comparison settings, from its annotation. Pure. */

import type { HTTPRoute } from '@/lib/gateway-api/types'
import {
  COMPARISON_ANNOTATION,
  type ComparisonSettings,
  type ParsedSettings,
  parseComparisonSettings,
} from './settings'

/** The settings, what is wrong with them, or null where comparison is off. */
export function readSettings(route: HTTPRoute): ParsedSettings | null {
  const text = route.metadata.annotations?.[COMPARISON_ANNOTATION]
  return text === undefined ? null : parseComparisonSettings(text)
}

/** What is judged by: the settings where they can be read, else the defaults. */
export function settingsOr(route: HTTPRoute): Partial<ComparisonSettings> {
  const parsed = readSettings(route)
  return parsed?.ok ? parsed.settings : {}
}

/** The annotation with one more ignored path or header; other settings are kept. */
export function withIgnored(
  settings: Partial<ComparisonSettings>,
  ignored: { readonly header: string | null; readonly pattern: string },
): string {
  const { header, pattern } = ignored
  const more =
    header === null
      ? { ignorePaths: [...new Set([...(settings.ignorePaths ?? []), pattern])] }
      : { ignoreHeaders: [...new Set([...(settings.ignoreHeaders ?? []), header])] }
  return JSON.stringify({ percent: 100, ...settings, ...more })
}
