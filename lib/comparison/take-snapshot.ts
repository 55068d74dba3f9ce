/** A mirror's tally and its rule's calibration → this → the snapshot pages judge by. */
import { DIFFERENCE_EDGES_MS, emptyCounts } from '@/lib/comparison/latency-counts'
import { NO_REQUESTS } from '@/lib/comparison/request-counts'
import type {
  ComparisonSnapshot,
  DifferenceGroup,
  RequestsSnapshot,
  Signature,
} from '@/lib/comparison/snapshot'
import {
  type ComparisonTally,
  type CountedDifference,
  UNKNOWN_SIGNATURE,
} from '@/lib/comparison/tally'

/** The snapshot. `knownEndpoints` are those that pairs of the rule have asked in any comparison, `requests` what all have. */
export function takeSnapshot(
  tally: ComparisonTally,
  calibration: ComparisonTally | null,
  knownEndpoints: readonly string[],
  requests: RequestsSnapshot = NO_REQUESTS,
): ComparisonSnapshot {
  const counts = tally.counts()
  const repeats = calibration?.counts()
  const own = tally.differences()
  const measured = calibration?.differences() ?? []
  const measuredBy = new Map(measured.map((difference) => [nameOf(difference), difference]))
  const ownNames = new Set(own.map(nameOf))
  const onlyMeasured = measured.filter((difference) => !ownNames.has(nameOf(difference)))
  const groups = [
    ...own.map((difference) =>
      toGroup(difference, measuredBy.get(nameOf(difference)), calibration),
    ),
    ...onlyMeasured.map((difference) =>
      toGroup(
        { ...difference, ...NOT_IN_PAIRS, seen: tally.seenAt(difference.place) },
        difference,
        calibration,
      ),
    ),
  ]
  const seen = new Set(tally.endpointNames())
  const asked = [...requests.endpoints.map(({ endpoint }) => endpoint), ...knownEndpoints]
  return {
    ...tally.key,
    ruleName: counts.ruleName,
    primaryBackends: [...counts.primaryBackends],
    mirrorBackend: counts.mirrorBackend,
    firstAt: counts.firstAt,
    lastAt: counts.lastAt,
    pairs: counts.pairs,
    calibrationPairs: repeats?.pairs ?? 0,
    calibratedAt: repeats?.lastAt ?? 0,
    notComparable: { ...counts.notComparable },
    bodiesNotCompared: { ...counts.bodiesNotCompared },
    cutShort: counts.cutShort,
    statuses: counts.statuses.map(([cell, pairs]) => {
      const [primary = '', mirror = ''] = cell.split('\t')
      return { primary, mirror, pairs }
    }),
    groups,
    signatures: joinSignatures(counts.signatures, repeats?.signatures ?? [], measured, groups),
    latency: {
      difference: [...counts.latency.difference],
      primary: [...counts.latency.primary],
      mirror: [...counts.latency.mirror],
      calibration: [...(repeats?.latency.difference ?? emptyCounts(DIFFERENCE_EDGES_MS))],
    },
    endpoints: counts.endpoints.map(([endpoint, [pairs, differing]]) => ({
      endpoint,
      pairs,
      differing,
    })),
    unseenEndpoints: [...new Set(asked)].filter((endpoint) => !seen.has(endpoint)),
    requests,
  }
}

const NOT_IN_PAIRS = { differing: 0, modelOf: 0, apart: '', endpoints: [], samples: [] } as const

function nameOf({ kind, pattern }: { readonly kind: string; readonly pattern: string }): string {
  return `${kind} ${pattern}`
}

function toGroup(
  own: CountedDifference,
  measured: CountedDifference | undefined,
  calibration: ComparisonTally | null,
): DifferenceGroup {
  const { place, ...group } = own
  const calibrationDiffering = measured?.differing ?? 0
  return {
    ...group,
    calibrationDiffering,
    calibrationSeen: Math.max(calibration?.seenAt(place) ?? 0, calibrationDiffering),
  }
}

/** Both sides' signatures by the indexes of `groups`. */
function joinSignatures(
  own: readonly (readonly [string, number])[],
  repeated: readonly (readonly [string, number])[],
  measured: readonly CountedDifference[],
  groups: readonly DifferenceGroup[],
): readonly Signature[] {
  const indexes = new Map(groups.map((group, index) => [nameOf(group), index]))
  const translate = (key: string) =>
    key
      .split(',')
      .flatMap((text) => indexes.get(nameOf(measured[Number(text)] ?? NOWHERE)) ?? [])
      .sort((a, b) => a - b)
  const joined = new Map<string, Signature>()
  for (const [key, pairs] of own) {
    const ids = key === UNKNOWN_SIGNATURE ? [] : key.split(',').map(Number)
    joined.set(ids.join(','), { groups: ids, pairs, calibrationPairs: 0 })
  }
  for (const [key, calibrationPairs] of repeated) {
    const ids = translate(key)
    const before = joined.get(ids.join(','))
    joined.set(ids.join(','), {
      groups: ids,
      pairs: before?.pairs ?? 0,
      calibrationPairs: (before?.calibrationPairs ?? 0) + calibrationPairs,
    })
  }
  return [...joined.values()]
}

const NOWHERE = { kind: '', pattern: '' }
