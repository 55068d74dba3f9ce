'use client'

import { createContext, use } from 'react'
import { useComparedPair, useComparedPairs } from '@/components/data/comparison'
import type { ComparisonKey } from '@/lib/comparison/snapshot'
import {
  type ComparedPair,
  fitsFilter,
  type PairFilter,
  type PairList,
} from '@/lib/dashboard-api/comparison'

/** Where kept pairs come from: a comparison of the dashboard API, or a file. */
export type PairSource =
  | { readonly from: 'api'; readonly key: ComparisonKey }
  | { readonly from: 'file'; readonly pairs: readonly ComparedPair[] }

const PairSourceContext = createContext<PairSource | null>(null)

export const PairSourceProvider = PairSourceContext

function usePairSource(): PairSource {
  const source = use(PairSourceContext)
  if (source === null) throw new Error('usePairSource needs a PairSourceProvider above it')
  return source
}

interface Loaded<T> {
  readonly data: T | undefined
  readonly error: Error | null
}

/** The kept pairs that fit a filter, newest first. */
export function usePairs(filter: PairFilter): Loaded<PairList> {
  const source = usePairSource()
  const asked = useComparedPairs(source.from === 'api' ? source.key : null, filter)
  if (source.from === 'api') return asked
  const pairs = source.pairs
    .map(({ summary }) => summary)
    .filter((pair) => fitsFilter(pair, filter))
  return { data: { pairs, kept: pairs.length }, error: null }
}

/** One kept pair. */
export function usePair(id: string): Loaded<ComparedPair> {
  const source = usePairSource()
  const asked = useComparedPair(source.from === 'api' ? source.key : null, id)
  if (source.from === 'api') return asked
  const pair = source.pairs.find(({ summary }) => summary.id === id)
  return { data: pair, error: pair === undefined ? new Error('The file does not hold it.') : null }
}
