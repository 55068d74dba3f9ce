'use client'

import { useState } from 'react'
import { ManifestReview } from '@/components/editor/manifest-review'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { annotationManifest } from './annotation-manifest'

interface AnnotationReviewProps {
  /** The route that the person saw when the change was begun: what changed since is told, and not written over. */
  route: HTTPRoute
  /** By annotation, the new value; null removes it. */
  changes: Readonly<Record<string, string | null>>
  onClose: () => void
}

/** Reviews and applies annotations of a route, and nothing else of it. */
export function AnnotationReview({ route, changes, onClose }: AnnotationReviewProps) {
  const [from, setFrom] = useState(route)
  return (
    <ManifestReview
      input={annotationManifest(from, changes)}
      of="step"
      onClose={onClose}
      onApplied={onClose}
      onLoadLive={onClose}
      onRebase={(live) => (live === null ? onClose() : setFrom(live as HTTPRoute))}
    />
  )
}
