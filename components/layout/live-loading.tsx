'use client'

import { useLiveDenials } from '@/components/data/use-live'
import { EmptyState, LoadingState } from '@/components/ui/empty-state'
import type { KnownPlural } from '@/lib/gateway-api/kinds'
import { kindsText } from './kinds-text'

interface LiveLoadingProps {
  /** Kinds that are waited for. */
  kinds: readonly KnownPlural[]
  label: string
}

/** In the place of what needs objects that are not known: they are on their way, or may not be read. */
export function LiveLoading({ kinds, label }: LiveLoadingProps) {
  const denials = useLiveDenials()
  const denied = kinds.filter((kind) => Object.hasOwn(denials, kind))
  if (denied.length === 0) return <LoadingState label={label} />
  return (
    <EmptyState title={`${kindsText(denied)} can’t be read`}>
      {denied.map((kind) => (
        <p key={kind}>{denials[kind]}</p>
      ))}
    </EmptyState>
  )
}
