/** Annotations to set → the manifest that sets them and nothing else. Pure. */

import { FIELD_MANAGER } from '@/lib/gateway-api/field-manager'
import type { HTTPRoute, KubernetesObject } from '@/lib/gateway-api/types'
import { ownedPart } from '@/lib/manifest/owned-part'
import { toEditableYaml } from '@/lib/manifest/to-editable-yaml'
import type { ReviewInput } from './manifest-review'

/** By annotation, the new value; null removes it. */
type Changes = Readonly<Record<string, string | null>>

/** What `mirrorboard` owns of the route with the annotations changed; null removes one. Another's fields are not in it. */
export function annotationManifest(route: HTTPRoute, changes: Changes): ReviewInput {
  return reviewOf(route, withAnnotations(ownedPart(route, FIELD_MANAGER), changes), changes)
}

/** The same with another spec. */
export function specManifest(
  route: HTTPRoute,
  rules: NonNullable<HTTPRoute['spec']['rules']>,
  changes: Changes,
): ReviewInput {
  const owned = ownedPart(route, FIELD_MANAGER)
  const spec = 'spec' in owned && typeof owned['spec'] === 'object' ? owned['spec'] : {}
  const changed = { ...owned, spec: { ...spec, rules } }
  return reviewOf(route, withAnnotations(changed, changes), changes)
}

function withAnnotations(object: KubernetesObject, changes: Changes): KubernetesObject {
  const annotations = { ...object.metadata.annotations }
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete annotations[name]
    else annotations[name] = value
  }
  return { ...object, metadata: { ...object.metadata, annotations } }
}

function reviewOf(route: HTTPRoute, object: object, changes: Changes): ReviewInput {
  const { uid, resourceVersion } = route.metadata
  // An annotation that goes may be another's: the review then says so. All else that the manifest leaves out is to stay.
  const part = Object.keys(changes)
    .filter((name) => changes[name] === null)
    .map((name) => ['f:metadata', 'f:annotations', `f:${name}`])
  const manifest = toEditableYaml(object)
  if (uid === undefined || resourceVersion === undefined) return { manifest, part }
  // A status is written at any time; only a changed manifest makes the review stale.
  return { manifest, part, base: { uid, resourceVersion, manifest: toEditableYaml(route) } }
}
