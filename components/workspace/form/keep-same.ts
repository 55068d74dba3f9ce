/** What a new reading shares with the former one stays the same object, so that only what changed is drawn anew. Pure. */

import type { RouteForm, RuleForm } from '@/components/language/route-form'
import { equalJson } from '@/lib/shared/json-values'

/** The next form, with the former one's rules, backends and mirrors wherever they are equal. */
export function keepSame(former: RouteForm | null, next: RouteForm): RouteForm {
  if (former === null) return next
  return { ...next, rules: next.rules.map((rule, index) => keepRule(former.rules[index], rule)) }
}

function keepRule(former: RuleForm | undefined, next: RuleForm): RuleForm {
  if (former === undefined) return next
  if (equalJson(former, next)) return former
  return {
    ...next,
    backends: next.backends.map((row, index) => keep(former.backends[index], row)),
    mirrors: next.mirrors.map((row, index) => keep(former.mirrors[index], row)),
  }
}

function keep<Row>(former: Row | undefined, next: Row): Row {
  return former !== undefined && equalJson(former, next) ? former : next
}
