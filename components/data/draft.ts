/** A draft and the live object it was made from. Pure. */
import type { ReviewBase } from '@/lib/dashboard-api/manifests'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { ABSENT } from './review-base'

/** The version of the object that a draft changes. */
export interface DraftBase {
  readonly uid: string
  readonly resourceVersion: string
  /** The object as the editor showed it. */
  readonly text: string
}

/** What of an object a draft needs to know; null for an object without identity. */
export function baseOf(object: KubernetesObject, text: string): DraftBase | null {
  const { uid, resourceVersion } = object.metadata
  if (uid === undefined || resourceVersion === undefined) return null
  return { uid, resourceVersion, text }
}

/** The base as a review sends it along: what a person wrote must be the same, and where nothing was, nothing may be. */
export function reviewBaseOf(base: DraftBase | null): ReviewBase {
  if (base === null) return ABSENT
  return { uid: base.uid, resourceVersion: base.resourceVersion, manifest: base.text }
}

export interface LastChange {
  readonly manager: string
  /** RFC 3339, or empty. */
  readonly time: string
}

/** Who changed the object last, by its managed fields; status writers are not counted. */
export function lastChange(object: KubernetesObject): LastChange | null {
  const entries = (object.metadata.managedFields ?? []).filter(
    ({ subresource }) => subresource === undefined || subresource === '',
  )
  const newest = entries.reduce<(typeof entries)[number] | undefined>(
    (latest, entry) =>
      latest === undefined || (entry.time ?? '') > (latest.time ?? '') ? entry : latest,
    undefined,
  )
  return newest === undefined ? null : { manager: newest.manager, time: newest.time ?? '' }
}

/**
 * Whether the live object differs from what the draft was made from. A new resourceVersion alone is no difference:
 * every status update makes one.
 */
export function hasMovedOn(base: DraftBase | null, liveText: string | null): boolean {
  if (base === null) return false
  return liveText !== null && liveText !== base.text
}
