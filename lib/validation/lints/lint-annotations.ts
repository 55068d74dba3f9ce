import { CALIBRATION_ANNOTATION, parseCalibration } from '@/lib/comparison/calibration'
import { MIRROR_BUDGET_ANNOTATION, parseMirrorBudget } from '@/lib/comparison/mirror-budget'
import { COMPARISON_ANNOTATION, parseComparisonSettings } from '@/lib/comparison/settings'
import type { LintContext } from './lint-context'
import { type LintFinding, SPEC } from './lint-finding'

type Parsed = { readonly ok: true } | { readonly ok: false; readonly message: string }

const PARSERS: Readonly<Record<string, (text: string) => Parsed>> = {
  [COMPARISON_ANNOTATION]: parseComparisonSettings,
  [CALIBRATION_ANNOTATION]: parseCalibration,
  [MIRROR_BUDGET_ANNOTATION]: parseMirrorBudget,
}

/** Settings of a route that can't be read, or that the gateways which serve it do not know. */
export function lintAnnotations({ route, implementations }: LintContext): readonly LintFinding[] {
  const isUnserved = implementations.size > 0 && !implementations.has('mirrorboard')
  const annotations = Object.entries(route.metadata.annotations ?? {})
  return annotations.flatMap(([name, text]): readonly LintFinding[] => {
    const parsed = Object.hasOwn(PARSERS, name) ? PARSERS[name]?.(text) : undefined
    if (parsed === undefined) return []
    const place = { fieldPath: `metadata.annotations[${name}]`, specUrl: SPEC.mirror }
    if (!parsed.ok) {
      const { message } = parsed
      return [{ ...place, severity: 'warning', code: 'annotation.invalid', message }]
    }
    if (!isUnserved) return []
    const message = `Only Mirrorboard's gateway acts on ${name}; the gateway of this route ignores it.`
    return [{ ...place, severity: 'info', code: 'annotation.not-served', message }]
  })
}
