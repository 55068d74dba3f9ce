import { namespacedName } from '@/lib/gateway-api/references'
import { mirrorFraction } from '@/lib/routing/build-filters'
import { describeEffect, type Effect } from './implementation'
import { type LintContext, type MirrorPlace, mirrorsOfRule } from './lint-context'
import { type LintFinding, SPEC } from './lint-finding'

/** What a copy is, and where it goes: matters a reader may take to be otherwise. */
export function lintCopies(context: LintContext): readonly LintFinding[] {
  return (context.route.spec.rules ?? []).flatMap((_, ruleIndex) => {
    const mirrors = mirrorsOfRule(context.route, ruleIndex).filter(
      ({ mirror }) => mirrorFraction(mirror) > 0,
    )
    return [
      ...mirrors.flatMap((place) => lintEndpoints(context, place)),
      ...lintOtherFilters(context, ruleIndex, mirrors),
    ]
  })
}

function lintEndpoints({ facts, namespace: own }: LintContext, place: MirrorPlace): LintFinding[] {
  const { backendRef } = place.mirror
  const { group = '', kind = 'Service', namespace = own, name, port } = backendRef
  const key = namespacedName(namespace, name)
  const services = facts.services ?? {}
  if (group !== '' || kind !== 'Service' || !Object.hasOwn(services, key)) return []
  const ready = services[key]?.ports.find((candidate) => candidate.port === port)?.ready ?? 0
  if (ready < 2) return []
  return [
    {
      severity: 'info',
      code: 'mirror.one-endpoint',
      message: `Service "${key}" has ${ready} ready endpoints: each mirrored request goes to one of them, not to all.`,
      fieldPath: `${place.path}.requestMirror.backendRef.name`,
      specUrl: SPEC.mirror,
    },
  ]
}

/** The specification does not say whether a filter also works on what is copied. */
const OTHER_FILTERS: Effect = {
  mirrorboard: 'mirrors requests as the other filters of the rule leave them',
  envoy: 'mirrors requests as the other filters of the rule leave them',
  standard: 'may mirror requests before or after the other filters of the rule change them',
}

const REQUEST_FILTERS = ['RequestHeaderModifier', 'URLRewrite']

function lintOtherFilters(
  context: LintContext,
  ruleIndex: number,
  [first]: readonly MirrorPlace[],
): LintFinding[] {
  const filters = context.route.spec.rules?.[ruleIndex]?.filters ?? []
  const changing = filters.findIndex(({ type }) => REQUEST_FILTERS.includes(type))
  if (first === undefined || changing === -1) return []
  return [
    {
      severity: 'info',
      code: 'mirror.other-filters',
      message: describeEffect(context, OTHER_FILTERS),
      fieldPath: `spec.rules[${ruleIndex}].filters[${changing}]`,
      specUrl: SPEC.filter,
    },
  ]
}
