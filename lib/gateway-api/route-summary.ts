/** HTTPRoute → what a list shows of it. Pure. */
import { backendName, keyOf, parentKey } from './references'
import type {
  Condition,
  HTTPBackendRef,
  HTTPRequestMirrorFilter,
  HTTPRoute,
  ParentReference,
  RouteParentStatus,
} from './types'

export interface MirrorSummary {
  /** Index of the rule, and of the filter in rule.filters. */
  readonly ruleIndex: number
  readonly filterIndex: number
  /** `name:port`, with the namespace in front when it is not the route's own. */
  readonly target: string
  /** `100 %`, `29 %`, `1/3`. */
  readonly share: string
}

export type HealthState = 'ok' | 'pending' | 'warn' | 'bad'

export interface ParentHealth {
  /** `gateway`, `gateway/listener`, with the namespace in front when it is not the route's own. */
  readonly parent: string
  readonly state: HealthState
  readonly text: string
}

export interface RouteHealth {
  readonly state: HealthState
  /** One phrase for the list. */
  readonly text: string
  readonly parents: readonly ParentHealth[]
}

export interface RouteSummary {
  readonly key: string
  readonly namespace: string
  readonly name: string
  readonly gateways: readonly string[]
  readonly hostnames: readonly string[]
  readonly mirrors: readonly MirrorSummary[]
  readonly health: RouteHealth
}

function scoped(namespace: string | undefined, own: string, name: string): string {
  return namespace === undefined || namespace === own ? name : `${namespace}/${name}`
}

/** A parent as a person names it. */
export function parentName(parent: ParentReference, ownNamespace: string): string {
  const gateway = scoped(parent.namespace, ownNamespace, parent.name)
  const section = parent.sectionName === undefined ? '' : `/${parent.sectionName}`
  const port = parent.port === undefined ? '' : `:${parent.port}`
  return `${gateway}${section}${port}`
}

/** The share of a rule's requests that each of its backends answers, 0 to 1; all 0 where no weight is above 0. */
export function backendShares(refs: readonly HTTPBackendRef[]): readonly number[] {
  const total = refs.reduce((sum, { weight = 1 }) => sum + weight, 0)
  return refs.map(({ weight = 1 }) => (total > 0 ? weight / total : 0))
}

/** How much of the traffic a mirror filter copies; without percent and fraction that is all of it. */
export function mirrorShare(filter: HTTPRequestMirrorFilter): string {
  if (filter.percent !== undefined) return `${filter.percent} %`
  if (filter.fraction === undefined) return '100 %'
  const { numerator, denominator = 100 } = filter.fraction
  return denominator === 100 ? `${numerator} %` : `${numerator}/${denominator}`
}

/** Every RequestMirror filter of the route's rules, in order. */
export function mirrorsOf(route: HTTPRoute): readonly MirrorSummary[] {
  const namespace = route.metadata.namespace ?? ''
  return (route.spec.rules ?? []).flatMap((rule, ruleIndex) =>
    (rule.filters ?? []).flatMap((filter, filterIndex) => {
      const mirror = filter.requestMirror
      if (filter.type !== 'RequestMirror' || mirror === undefined) return []
      const target = backendName(mirror.backendRef, namespace)
      return [{ ruleIndex, filterIndex, target, share: mirrorShare(mirror) }]
    }),
  )
}

function conditionText(condition: Condition): string {
  const message = condition.message === '' ? '' : `: ${condition.message}`
  return `${condition.type} is ${condition.status}, ${condition.reason}${message}`
}

function isStale(condition: Condition, generation: number): boolean {
  return (condition.observedGeneration ?? generation) < generation
}

/**
 * Conditions with the status that warns. The last two are Envoy Gateway's: a backend or mirror without endpoints, since
 * 1.8, and another route with the same matches, since 1.9.
 */
const WARNINGS: Readonly<Record<string, Condition['status']>> = {
  ResolvedRefs: 'False',
  PartiallyInvalid: 'True',
  BackendsAvailable: 'False',
  RouteRulesOverlap: 'True',
}

/**
 * A parent is fine only when its controller says Accepted and ResolvedRefs about this very generation;
 * an answer about an older one is "pending", and silence is not success.
 */
function healthOfStatus(
  parent: string,
  status: RouteParentStatus,
  generation: number,
): ParentHealth {
  const accepted = status.conditions.find(({ type }) => type === 'Accepted')
  const resolved = status.conditions.find(({ type }) => type === 'ResolvedRefs')
  if (accepted === undefined) {
    return { parent, state: 'pending', text: 'The controller has not said whether it accepts' }
  }
  const judged = [accepted, ...(resolved ? [resolved] : [])]
  if (judged.some((condition) => isStale(condition, generation))) {
    const seen = accepted.observedGeneration ?? 0
    return {
      parent,
      state: 'pending',
      text: `Generation ${seen} observed, ${generation} is newest`,
    }
  }
  if (accepted.status !== 'True') {
    return { parent, state: 'bad', text: conditionText(accepted) }
  }
  const failing = status.conditions.find(({ type, status: value }) => WARNINGS[type] === value)
  if (failing) return { parent, state: 'warn', text: conditionText(failing) }
  if (resolved === undefined) {
    return { parent, state: 'pending', text: 'Accepted; references are not resolved yet' }
  }
  return { parent, state: 'ok', text: 'Accepted, references resolved' }
}

const SEVERITY: Record<HealthState, number> = { ok: 0, pending: 1, warn: 2, bad: 3 }

function summarise(parents: readonly ParentHealth[]): RouteHealth {
  if (parents.length === 0) {
    return { state: 'warn', text: 'No parentRefs: attached to no Gateway', parents }
  }
  const worst = parents.reduce((left, right) =>
    SEVERITY[right.state] > SEVERITY[left.state] ? right : left,
  )
  if (worst.state === 'ok') {
    const text = parents.length === 1 ? 'Accepted' : `Accepted by ${parents.length} parents`
    return { state: 'ok', text, parents }
  }
  const others = parents.length === 1 ? '' : `${worst.parent}: `
  return { state: worst.state, text: `${others}${worst.text}`, parents }
}

/** What every parent says about the route, and one phrase for all of them. */
export function healthOf(route: HTTPRoute): RouteHealth {
  const namespace = route.metadata.namespace ?? ''
  const generation = route.metadata.generation ?? 0
  const statuses = route.status?.parents ?? []
  const parents = (route.spec.parentRefs ?? []).flatMap((reference): ParentHealth[] => {
    const parent = parentName(reference, namespace)
    const mine = statuses.filter(
      ({ parentRef }) => parentKey(parentRef, namespace) === parentKey(reference, namespace),
    )
    if (mine.length === 0) {
      return [{ parent, state: 'pending', text: 'No controller has reported on this parent' }]
    }
    return mine.map((status) => healthOfStatus(parent, status, generation))
  })
  return summarise(parents)
}

/** Everything the list shows of one route, except its traffic. */
export function summariseRoute(route: HTTPRoute): RouteSummary {
  const namespace = route.metadata.namespace ?? ''
  const gateways = (route.spec.parentRefs ?? []).map((parent) => parentName(parent, namespace))
  return {
    key: keyOf(route),
    namespace,
    name: route.metadata.name,
    gateways: [...new Set(gateways)],
    hostnames: route.spec.hostnames ?? [],
    mirrors: mirrorsOf(route),
    health: healthOf(route),
  }
}
