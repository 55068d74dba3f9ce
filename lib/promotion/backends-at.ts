/** The backendRefs of a rule on a step: only weights change, and the candidate is added where it was not. */
import { backendKey } from '@/lib/gateway-api/references'
import type { BackendObjectReference, HTTPBackendRef } from '@/lib/gateway-api/types'
import { isEqual } from '@/lib/routing/is-equal'
import { inProportion } from './weights'

type Refs = readonly HTTPBackendRef[]

/** The backendRefs of a rule before the first step, and now. */
export interface Backends {
  readonly originals: Refs
  readonly current: Refs
  /** The candidate. */
  readonly target: BackendObjectReference
  /** The route's own. */
  readonly namespace: string
}

const weightOf = ({ weight = 1 }: HTTPBackendRef) => weight
const total = (refs: Refs) => refs.reduce((sum, ref) => sum + weightOf(ref), 0)

function isTarget(ref: HTTPBackendRef, { target, namespace }: Backends): boolean {
  return backendKey(ref, namespace) === backendKey(target, namespace)
}

/** Percent of the requests that the candidate answers of those that go to these; 0 where no weight is above 0. */
export function shareOf(refs: Refs, backends: Backends): number {
  const all = total(refs)
  return all === 0 ? 0 : (100 * total(refs.filter((ref) => isTarget(ref, backends)))) / all
}

/** Whether somebody changed more than weights since the first step. */
export function isEdited(backends: Backends): boolean {
  const { originals, current, target } = backends
  const own = originals.filter((ref) => isTarget(ref, backends))
  const asSteps = own.length > 0 ? [originals, own] : [originals, [...originals, target], [target]]
  return !asSteps.some((refs) => areSame(refs, current, backends))
}

function areSame(left: Refs, right: Refs, { namespace }: Backends): boolean {
  const partsOf = (refs: Refs) =>
    refs.map((ref) => [backendKey(ref, namespace), ref.filters ?? []] as const)
  return isEqual(partsOf(left), partsOf(right))
}

/** The backends that answer what the candidate does not: as remembered, or as edited since. */
export function othersOf(backends: Backends): Refs {
  const { originals, current, namespace } = backends
  const own = (refs: Refs) => refs.filter((ref) => !isTarget(ref, backends))
  if (!isEdited(backends)) return own(originals)
  if (total(own(current)) > 0) return own(current)
  // At 100 % their weights are 0: each counts as it did at first, and one that is new as the API's default.
  const known = new Map(originals.map((ref) => [backendKey(ref, namespace), weightOf(ref)]))
  return own(current).map((ref) => ({ ...ref, weight: known.get(backendKey(ref, namespace)) ?? 1 }))
}

/** Whether there are others to share requests with, so that a share other than 100 % can be written as weights. */
export function canShare(backends: Backends): boolean {
  return total(othersOf(backends)) > 0
}

/**
 * The refs with the candidate on a share of the requests, in percent; all others keep their proportions. On the share of
 * the first step they are what they were then, unless they were edited since.
 */
export function backendsAt(backends: Backends, percent: number): Refs {
  const { originals, current, target } = backends
  const edited = isEdited(backends)
  if (!edited && percent === shareOf(originals, backends)) return originals
  const base = edited ? current : originals
  const isThere = base.some((ref) => isTarget(ref, backends))
  const refs: Refs = isThere ? base : [...base, { ...target }]
  const wasThere = originals.some((ref) => isTarget(ref, backends))
  if (percent > 0 || wasThere) return weighted(refs, backends, percent)
  return weighted(base, backends, 0).filter((ref) => !isTarget(ref, backends))
}

/** The candidate's refs alone, as they are with all of the requests. */
export function candidateAlone(backends: Backends): Refs {
  return backendsAt(backends, 100).filter((ref) => isTarget(ref, backends))
}

function weighted(refs: Refs, backends: Backends, percent: number): Refs {
  const others = othersOf(backends).map(weightOf)
  const own = ownWeights(refs.filter((ref) => isTarget(ref, backends)))
  const [left, right] =
    percent === 0 ? [others, own.map(() => 0)] : inProportion(others, own, percent)
  const [nextOther, nextOwn] = [left.values(), right.values()]
  return refs.map((ref) => {
    const { value = 0 } = (isTarget(ref, backends) ? nextOwn : nextOther).next()
    return { ...ref, weight: value }
  })
}

/** Refs to the candidate share its requests as they did; evenly where they got none. */
function ownWeights(refs: Refs): readonly number[] {
  return total(refs) > 0 ? refs.map(weightOf) : refs.map(() => 1)
}
