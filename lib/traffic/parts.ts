/** RouteSeries → the numbers of every part of a route, for one table. Pure. */
import type { ByteTotals, Quantiles, RouteSeries } from '@/lib/dashboard-api/series'
import { localName, mirrorName } from './names'

export interface Part {
  readonly key: string
  readonly name: string
  /** The rule that the part is; null for any other. */
  readonly rule: string | null
  /** Requests, answers of a backend, or copies of a mirror, in the window. */
  readonly total: number
  /** What the total is a share of; null where that is not known, or is the total itself. */
  readonly of: number | null
  readonly totalsByCode: Readonly<Record<string, number>>
  /** Now. */
  readonly inFlight: number
  readonly quantiles: Quantiles
  readonly bytes: ByteTotals
}

export interface PartGroup {
  readonly title: 'Route' | 'Rules' | 'Backends' | 'Mirrors'
  readonly parts: readonly Part[]
  /** Why there are no parts, where the source cannot see them. */
  readonly blindSpot?: string | undefined
}

/** The route, its rules where there are several, its backends and its mirrors; groups without parts are left out. */
export function partsOf(series: RouteSeries, rule: string | null): readonly PartGroup[] {
  const { primary, blindSpots } = series
  const route: Part = {
    ...primary,
    key: '',
    name: rule === null ? 'All requests' : `Requests of rule ${rule}`,
    rule: null,
    of: null,
    quantiles: primary.latency.window,
    bytes: primary.bytes.total,
  }
  const groups: readonly PartGroup[] = [
    { title: 'Route', parts: [route] },
    { title: 'Rules', parts: series.rules.length < 2 ? [] : rulesOf(series) },
    { title: 'Backends', parts: backendsOf(series), blindSpot: blindSpots.backends },
    { title: 'Mirrors', parts: mirrorsOf(series) },
  ]
  return groups.filter(({ parts, blindSpot }) => parts.length > 0 || blindSpot !== undefined)
}

function rulesOf({ rules }: RouteSeries): readonly Part[] {
  const of = rules.reduce((sum, { total }) => sum + total, 0)
  return rules.map((one) => ({ ...one, key: one.rule, name: `Rule ${one.rule}`, of }))
}

function backendsOf({ backends, route, primary }: RouteSeries): readonly Part[] {
  return backends.map((one) => ({
    ...one,
    key: one.backend,
    name: localName(one.backend, route),
    rule: null,
    of: primary.total,
    quantiles: one.latency.window,
  }))
}

function mirrorsOf(series: RouteSeries): readonly Part[] {
  const { mirrors, blindSpots } = series
  return mirrors.map((one) => ({
    ...one,
    key: `${one.rule}/${one.mirror}/${one.target}`,
    name: mirrorName(one, series),
    rule: null,
    total: one.windowAccount.mirrored,
    of: blindSpots.account === undefined ? one.windowAccount.requests : null,
    inFlight: one.account.inFlight,
    quantiles: one.latency.window,
    bytes: one.bytes.total,
  }))
}
