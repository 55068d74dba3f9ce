'use client'

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useEffect, useState } from 'react'
import { createLiveStore, type LiveStore } from './live-store'

const LiveStoreContext = createContext<LiveStore | null>(null)

export function useLiveStore(): LiveStore {
  const store = use(LiveStoreContext)
  if (store === null) throw new Error('useLiveStore needs a DataProvider above it')
  return store
}

function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false, staleTime: 10_000 } },
  })
}

/** One query cache and one live stream for the page. */
export function DataProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(createQueryClient)
  const [liveStore] = useState(() => createLiveStore(queryClient))
  useEffect(() => liveStore.start(), [liveStore])
  return (
    <QueryClientProvider client={queryClient}>
      <LiveStoreContext value={liveStore}>{children}</LiveStoreContext>
    </QueryClientProvider>
  )
}
