import type { HTTPRequestMirrorFilter, HTTPRouteFilter } from '@/lib/gateway-api/types'
import { mirrorFraction } from '@/lib/routing/build-filters'
import { MULTIPLE_MIRRORS_FEATURE, takesSeveralMirrors } from '@/lib/routing/supported-features'
import { type ByVersion, byVersionText, SINCE_REFUSED_BESIDE_ANSWER } from './by-version'
import { describeEffect } from './implementation'
import { type LintContext, type MirrorPlace, mirrorsOfRule } from './lint-context'
import { type LintFinding, SPEC } from './lint-finding'

/** How much mirrors copy, how many there are, and filters where no gateway applies them. */
export function lintFilters(context: LintContext): readonly LintFinding[] {
  const { rules } = context.route.spec
  if (rules === undefined) return [NO_RULES]
  return rules.flatMap((_, ruleIndex) => [
    ...mirrorsOfRule(context.route, ruleIndex).flatMap((place) => lintShare(context, place)),
    ...lintSeveral(context, ruleIndex),
    ...lintRedirect(context, ruleIndex),
    ...lintDirectResponse(context, ruleIndex),
    ...lintBackendFilters(context, ruleIndex),
    ...lintUnsupported(context, ruleIndex),
    ...lintNoBackend(context, ruleIndex),
  ])
}

/** The API server's default is one rule that has matches only. */
const NO_RULES: LintFinding = {
  severity: 'warning',
  code: 'rule.no-backend',
  message:
    'Without rules the route takes every request for its hostnames and answers it with status 500, as it has no backend.',
  fieldPath: 'spec.rules',
  specUrl: SPEC.rule,
}

/** Envoy's runtime fraction counts in millionths. */
const MILLIONTHS = 1_000_000

function lintShare(context: LintContext, { path, mirror }: MirrorPlace): readonly LintFinding[] {
  const info = { severity: 'info', specUrl: SPEC.mirror } as const
  const { percent, fraction } = mirror
  const at = `${path}.requestMirror${shareField(mirror)}`
  const share = mirrorFraction(mirror)
  if (share === 0) {
    const message = 'No request is mirrored here: the share is 0.'
    return [{ ...info, severity: 'warning', code: 'mirror.share-zero', message, fieldPath: at }]
  }
  if (percent === undefined && fraction === undefined) {
    const message =
      'Every request of the rule is mirrored here, as neither percent nor fraction is given.'
    return [{ ...info, code: 'mirror.share-default', message, fieldPath: at }]
  }
  if (share === 1) {
    const message = 'Every request of the rule is mirrored here, as it would be without a share.'
    return [{ ...info, code: 'mirror.share-all', message, fieldPath: at }]
  }
  if (share * MILLIONTHS >= 1 || !context.implementations.has('envoy')) return []
  const every = Math.round(1 / share).toLocaleString('en')
  const ours = context.implementations.has('mirrorboard')
    ? `; Mirrorboard's gateway mirrors one request in ${every}`
    : ''
  const message = `Envoy Gateway mirrors nothing here, since it counts in millionths and rounds down${ours}.`
  const code = 'mirror.share-rounds-to-zero' as const
  return [{ ...info, severity: 'warning', code, message, fieldPath: at }]
}

function shareField({ percent, fraction }: HTTPRequestMirrorFilter): string {
  if (fraction !== undefined) return '.fraction'
  return percent === undefined ? '' : '.percent'
}

function lintSeveral(context: LintContext, ruleIndex: number): readonly LintFinding[] {
  const mirrors = mirrorsOfRule(context.route, ruleIndex)
  const [, second] = mirrors
  if (second === undefined || context.parents.length === 0) return []
  // Envoy Gateway itself takes several since 0.6, whatever its class lists.
  const refusing = context.parents.find(
    ({ supportedFeatures, implementations: [first] }) =>
      first !== 'envoy' && !takesSeveralMirrors(supportedFeatures),
  )
  const place = { fieldPath: second.path, specUrl: SPEC.mirror }
  if (refusing === undefined) {
    const message = `A request of this rule is mirrored up to ${mirrors.length} times, once to each mirror; each mirror's own share decides.`
    return [{ ...place, severity: 'info', code: 'mirror.several', message }]
  }
  const { className, implementations } = refusing
  const cause = `GatewayClass "${className}" does not list ${MULTIPLE_MIRRORS_FEATURE}`
  if (implementations.includes('other')) {
    const message = `${cause}: its gateway may mirror to one of the ${mirrors.length} only, or refuse the route.`
    return [{ ...place, severity: 'warning', code: 'mirror.several', message }]
  }
  const message = `${cause}: the route is refused as a whole, and none of its rules takes a request.`
  return [{ ...place, severity: 'error', code: 'mirror.several-refused', message }]
}

const REFUSED_BESIDE_ANSWER: ByVersion = {
  now: "sets the route's condition Accepted to False and answers its requests with status 500",
  before: "answers the rule's requests with status 500",
  since: SINCE_REFUSED_BESIDE_ANSWER,
}

function lintRedirect(context: LintContext, ruleIndex: number): readonly LintFinding[] {
  const filters = context.route.spec.rules?.[ruleIndex]?.filters ?? []
  const redirect = filters.findIndex(({ type }) => type === 'RequestRedirect')
  if (redirect === -1 || mirrorsOfRule(context.route, ruleIndex).length === 0) return []
  const effect = describeEffect(context, {
    mirrorboard: 'drops the rule, and its requests go to the next match or get status 404',
    envoy: REFUSED_BESIDE_ANSWER,
    standard: 'redirects, and may or may not mirror the request',
  })
  return [
    {
      severity: isKnown(context) ? 'error' : 'warning',
      code: 'mirror.with-redirect',
      message: `RequestRedirect answers a request itself and can't be combined with RequestMirror. ${effect}`,
      fieldPath: `spec.rules[${ruleIndex}].filters[${redirect}]`,
      specUrl: SPEC.filter,
    },
  ]
}

/** Whether an HTTPRouteFilter answers by itself stands in that object, so this is said of all of them. */
function lintDirectResponse(context: LintContext, ruleIndex: number): readonly LintFinding[] {
  const { implementations, envoyGatewayVersion, route } = context
  const filters = route.spec.rules?.[ruleIndex]?.filters ?? []
  const place = filters.findIndex(
    ({ extensionRef }) =>
      extensionRef?.group === 'gateway.envoyproxy.io' && extensionRef.kind === 'HTTPRouteFilter',
  )
  const isMirrored = mirrorsOfRule(route, ruleIndex).length > 0
  if (place === -1 || !isMirrored || !implementations.has('envoy')) return []
  const effect = byVersionText(REFUSED_BESIDE_ANSWER, envoyGatewayVersion)
  return [
    {
      severity: 'info',
      code: 'mirror.with-direct-response',
      message: `A directResponse can't be combined with RequestMirror. Where this HTTPRouteFilter has one, Envoy Gateway${effect}.`,
      fieldPath: `spec.rules[${ruleIndex}].filters[${place}]`,
      specUrl: SPEC.filter,
    },
  ]
}

/** Whether all gateways of the route are ones whose behaviour is known. */
function isKnown({ implementations }: LintContext): boolean {
  return implementations.size > 0 && !implementations.has('other')
}

function lintBackendFilters(context: LintContext, ruleIndex: number): readonly LintFinding[] {
  const references = context.route.spec.rules?.[ruleIndex]?.backendRefs ?? []
  return references.flatMap(({ filters = [] }, backendIndex) =>
    filters.flatMap(({ type }, filterIndex): LintFinding[] => {
      if (type !== 'RequestMirror') return []
      const effect = describeEffect(context, {
        mirrorboard: 'drops the rule, and its requests go to the next match or get status 404',
        envoy: "answers the rule's requests with status 500",
        standard: 'need not mirror from there',
      })
      return [
        {
          severity: isKnown(context) ? 'error' : 'warning',
          code: 'mirror.in-backend-filters',
          message: `RequestMirror belongs in the filters of the rule, not of a backend. ${effect}`,
          fieldPath: `spec.rules[${ruleIndex}].backendRefs[${backendIndex}].filters[${filterIndex}]`,
          specUrl: SPEC.backend,
        },
      ]
    }),
  )
}

const EXTENSIONS_500 = 'answers every request of the rule with status 500'

/** Filters and fields Mirrorboard's gateway refuses; a warning where the manifest may be meant for Envoy Gateway. */
function lintUnsupported(context: LintContext, ruleIndex: number): readonly LintFinding[] {
  const { implementations } = context
  if (!implementations.has('mirrorboard')) return []
  const rule = context.route.spec.rules?.[ruleIndex] ?? {}
  const severity = implementations.has('envoy') ? 'warning' : 'error'
  return (rule.filters ?? []).flatMap((filter: HTTPRouteFilter, index) => {
    if (filter.type !== 'ExtensionRef') return []
    const { kind = '', name = '' } = filter.extensionRef ?? {}
    return [
      {
        severity,
        code: 'filter.extension-unsupported',
        message: `Mirrorboard's gateway does not know ${kind} "${name}": it ${EXTENSIONS_500}.`,
        fieldPath: `spec.rules[${ruleIndex}].filters[${index}]`,
        specUrl: SPEC.filter,
      } satisfies LintFinding,
    ]
  })
}

function lintNoBackend(context: LintContext, ruleIndex: number): readonly LintFinding[] {
  const rule = context.route.spec.rules?.[ruleIndex] ?? {}
  const isAnswered = (rule.filters ?? []).some(
    ({ type }) => type === 'RequestRedirect' || type === 'ExtensionRef',
  )
  if (isAnswered || (rule.backendRefs ?? []).some(({ weight = 1 }) => weight > 0)) return []
  const hasNone = (rule.backendRefs ?? []).length === 0
  const cause = hasNone ? 'The rule has no backend' : 'Every backend of the rule has weight 0'
  const message = `${cause}: each of its requests is answered with status 500, and none is mirrored.`
  const fieldPath = `spec.rules[${ruleIndex}]${hasNone ? '' : '.backendRefs'}`
  return [
    { severity: 'warning', code: 'rule.no-backend', message, fieldPath, specUrl: SPEC.backend },
  ]
}
