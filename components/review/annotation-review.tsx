'use client'

import { useState } from 'react'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { annotationManifest } from './annotation-manifest'
import { ManifestReview } from './manifest-review'

interface AnnotationReviewProps {
  /** The route that the person saw when the change was begun: what changed since is told, and not written over. */
  route: HTTPRoute
  /** By annotation, the new value; null removes it. */
  changes: Readonly<Record<string, string | null>>
  /** Back to where the change was made, which is to be as it was left. */
  onClose: () => void
  /** The change was applied, or given up for what is live; as `onClose` unless told. */
  onDone?: () => void
}

/** Reviews and applies annotations of a route, and nothing else of it. */
export function AnnotationReview({
  route,
  changes,
  onClose,
  onDone = onClose,
}: AnnotationReviewProps) {
  const [from, setFrom] = useState(route)
  return (
    <ManifestReview
      input={annotationManifest(from, changes)}
      of="step"
      onClose={onClose}
      onApplied={onDone}
      onLoadLive={onDone}
      onRebase={(live) => (live === null ? onDone() : setFrom(live as HTTPRoute))}
    />
  )
}
