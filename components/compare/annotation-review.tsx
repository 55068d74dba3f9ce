'use client'

import { ManifestReview } from '@/components/editor/manifest-review'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { annotationManifest } from './annotation-manifest'

interface AnnotationReviewProps {
  route: HTTPRoute
  /** By annotation, the new value; null removes it. */
  changes: Readonly<Record<string, string | null>>
  onClose: () => void
}

/** Reviews and applies annotations of a route, and nothing else of it. */
export function AnnotationReview({ route, changes, onClose }: AnnotationReviewProps) {
  return (
    <ManifestReview
      input={annotationManifest(route, changes)}
      onClose={onClose}
      onApplied={onClose}
    />
  )
}
