/** Comparison settings ↔ the form's texts. Pure. */
import {
  type ComparisonSettings,
  type ParsedSettings,
  parseComparisonSettings,
} from '@/lib/comparison/settings'
import { DEFAULT_THRESHOLDS } from '@/lib/comparison/thresholds'

export interface SettingsForm {
  readonly percent: string
  /** One a line. */
  readonly ignorePaths: string
  readonly ignoreHeaders: string
  readonly unorderedPaths: string
  /** One `path = field` a line. */
  readonly listKeys: string
  readonly redactHeaders: string
  readonly redactPaths: string
  /** In percent. */
  readonly numberTolerance: string
  readonly maxMismatchRate: string
  readonly maxErrorRate: string
  readonly minEndpointCoverage: string
  readonly latencyToleranceMs: string
  /** In percent. */
  readonly level: string
}

const percentText = (share: number) => String(Number((share * 100).toPrecision(6)))
const lines = (texts: readonly string[] = []) => texts.join('\n')

/** The form that shows the settings, defaults filled in. */
export function formOf(settings: ComparisonSettings): SettingsForm {
  const thresholds = { ...DEFAULT_THRESHOLDS, ...settings }
  return {
    percent: String(settings.percent),
    ignorePaths: lines(settings.ignorePaths),
    ignoreHeaders: lines(settings.ignoreHeaders),
    unorderedPaths: lines(settings.unorderedPaths),
    listKeys: Object.entries(settings.listKeys ?? {})
      .map(([path, key]) => `${path} = ${key}`)
      .join('\n'),
    redactHeaders: lines(settings.redactHeaders),
    redactPaths: lines(settings.redactPaths),
    numberTolerance: percentText(settings.numberTolerance ?? 0),
    maxMismatchRate: percentText(thresholds.maxMismatchRate),
    maxErrorRate: percentText(thresholds.maxErrorRate),
    minEndpointCoverage: percentText(thresholds.minEndpointCoverage),
    latencyToleranceMs: String(thresholds.latencyToleranceMs),
    level: percentText(thresholds.level),
  }
}

/** The annotation the form stands for, checked; what has its default is left out, and other settings are kept. */
export function annotationOf(
  form: SettingsForm,
  before: Partial<ComparisonSettings>,
): ParsedSettings & { readonly text: string } {
  const listed = (text: string) => {
    const items = text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
    return items.length === 0 ? undefined : items
  }
  const share = (text: string, standard: number) => unless(Number(text) / 100, standard)
  const value = {
    ...before,
    percent: form.percent.trim() === '' ? Number.NaN : Number(form.percent),
    ignorePaths: listed(form.ignorePaths),
    ignoreHeaders: listed(form.ignoreHeaders),
    unorderedPaths: listed(form.unorderedPaths),
    listKeys: keysOf(listed(form.listKeys)),
    redactHeaders: listed(form.redactHeaders),
    redactPaths: listed(form.redactPaths),
    numberTolerance: share(form.numberTolerance, 0),
    maxMismatchRate: share(form.maxMismatchRate, DEFAULT_THRESHOLDS.maxMismatchRate),
    maxErrorRate: share(form.maxErrorRate, DEFAULT_THRESHOLDS.maxErrorRate),
    minEndpointCoverage: share(form.minEndpointCoverage, DEFAULT_THRESHOLDS.minEndpointCoverage),
    level: share(form.level, DEFAULT_THRESHOLDS.level),
    latencyToleranceMs: unless(
      Number(form.latencyToleranceMs),
      DEFAULT_THRESHOLDS.latencyToleranceMs,
    ),
  }
  const text = JSON.stringify(value)
  return { ...parseComparisonSettings(text), text }
}

function unless(value: number, standard: number): number | undefined {
  return value === standard ? undefined : value
}

function keysOf(items: readonly string[] | undefined): Record<string, string> | undefined {
  if (items === undefined) return undefined
  return Object.fromEntries(
    items.map((line) => {
      const [path = '', key = ''] = line.split('=').map((part) => part.trim())
      return [path, key]
    }),
  )
}
