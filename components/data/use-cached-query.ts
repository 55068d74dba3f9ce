'use client'

import { type UseQueryOptions, useQuery } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'

const subscribeToNothing = () => () => undefined

/** False while rendering on the server and while the browser takes that rendering over. */
export function useIsHydrated(): boolean {
  return useSyncExternalStore(
    subscribeToNothing,
    () => true,
    () => false,
  )
}

export interface CachedQuery<T, E> {
  readonly data: T | undefined
  readonly error: E | null
  readonly isFetching: boolean
}

/**
 * A query whose data is not seen before the component is hydrated. Parts of a page are hydrated at different times: what
 * arrives in between would make the browser's first rendering differ from the server's.
 */
export function useCachedQuery<T, E = Error>(options: UseQueryOptions<T, E>): CachedQuery<T, E> {
  const isHydrated = useIsHydrated()
  const { data, error, isFetching } = useQuery<T, E>(options)
  return isHydrated
    ? { data, error, isFetching }
    : { data: undefined, error: null, isFetching: true }
}
