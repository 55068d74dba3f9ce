'use client'

import type { ReactNode } from 'react'
import { DataProvider } from '@/components/data/data-provider'
import { Toaster } from '@/components/ui/toaster'
import { TooltipProvider } from '@/components/ui/tooltip'

/** What every page needs around it: the query cache, the live stream, tooltips and toasts. */
export function Providers({ children }: { children: ReactNode }) {
  return (
    <DataProvider>
      <TooltipProvider>
        {children}
        <Toaster />
      </TooltipProvider>
    </DataProvider>
  )
}
