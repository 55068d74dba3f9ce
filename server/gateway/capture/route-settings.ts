/** A route's annotations → this → what the data plane does by them, parsed once for each route entry. */
import {
  CALIBRATION_ANNOTATION,
  type Calibration,
  parseCalibration,
} from '@/lib/comparison/calibration'
import type { ListAndNumberRules } from '@/lib/comparison/exchange'
import {
  MIRROR_BUDGET_ANNOTATION,
  type ParsedBudget,
  parseMirrorBudget,
} from '@/lib/comparison/mirror-budget'
import type { RedactionRules } from '@/lib/comparison/redaction/redactor'
import { COMPARISON_ANNOTATION, parseComparisonSettings } from '@/lib/comparison/settings'
import type { RouteEntry } from '@/lib/routing/route-table'

export interface RouteSettings {
  /** Undefined when nothing is captured: no annotation, or one that can't be read. */
  readonly comparison: { readonly fraction: number; readonly rules: ListAndNumberRules } | undefined
  readonly redaction: RedactionRules
  readonly calibration: Calibration | undefined
  /** One that can't be read allows no copy. */
  readonly budget: ParsedBudget | undefined
  /** Changes when the budget does. */
  readonly budgetKey: string
}

const NO_REDACTION: RedactionRules = { headers: [], paths: [] }
const NONE: RouteSettings = {
  comparison: undefined,
  redaction: NO_REDACTION,
  calibration: undefined,
  budget: undefined,
  budgetKey: '',
}

const parsed = new WeakMap<RouteEntry, RouteSettings>()

/** Returns the settings of a route; the same object for the same entry. */
export function routeSettings(route: RouteEntry): RouteSettings {
  if (route.settings === undefined) return NONE
  const known = parsed.get(route)
  if (known !== undefined) return known
  const created = parse(route.settings)
  parsed.set(route, created)
  return created
}

function parse(settings: Readonly<Record<string, string>>): RouteSettings {
  const budgetKey = settings[MIRROR_BUDGET_ANNOTATION] ?? ''
  const calibration = parseCalibration(settings[CALIBRATION_ANNOTATION] ?? '')
  return {
    ...parseComparison(settings[COMPARISON_ANNOTATION]),
    calibration: calibration.ok ? calibration.calibration : undefined,
    budget: budgetKey === '' ? undefined : parseMirrorBudget(budgetKey),
    budgetKey,
  }
}

function parseComparison(
  text: string | undefined,
): Pick<RouteSettings, 'comparison' | 'redaction'> {
  const result = text === undefined ? null : parseComparisonSettings(text)
  if (!result?.ok) return { comparison: undefined, redaction: NO_REDACTION }
  const { percent, redactHeaders = [], redactPaths = [] } = result.settings
  const { unorderedPaths, listKeys, numberTolerance } = result.settings
  return {
    comparison: {
      fraction: percent / 100,
      rules: {
        ...(unorderedPaths === undefined ? {} : { unorderedPaths }),
        ...(listKeys === undefined ? {} : { listKeys }),
        ...(numberTolerance === undefined ? {} : { numberTolerance }),
      },
    },
    redaction: { headers: redactHeaders, paths: redactPaths },
  }
}
