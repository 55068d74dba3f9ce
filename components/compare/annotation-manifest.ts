/** Annotations to set → the manifest that sets them and nothing else. Pure. */
import type { ReviewInput } from '@/components/editor/manifest-review'
import { FIELD_MANAGER } from '@/lib/gateway-api/field-manager'
import type { HTTPRoute, KubernetesObject } from '@/lib/gateway-api/types'
import { ownedPart } from '@/lib/manifest/owned-part'
import { toEditableYaml } from '@/lib/manifest/to-editable-yaml'

/** What `mirrorboard` owns of the route with the annotations changed; null removes one. Another's fields are not in it. */
export function annotationManifest(
  route: HTTPRoute,
  changes: Readonly<Record<string, string | null>>,
): ReviewInput {
  return reviewOf(route, withAnnotations(ownedPart(route, FIELD_MANAGER), changes))
}

/** The same with another spec. */
export function specManifest(
  route: HTTPRoute,
  rules: NonNullable<HTTPRoute['spec']['rules']>,
  changes: Readonly<Record<string, string | null>>,
): ReviewInput {
  const owned = ownedPart(route, FIELD_MANAGER)
  const spec = 'spec' in owned && typeof owned['spec'] === 'object' ? owned['spec'] : {}
  const changed = { ...owned, spec: { ...spec, rules } }
  return reviewOf(route, withAnnotations(changed, changes))
}

function withAnnotations(
  object: KubernetesObject,
  changes: Readonly<Record<string, string | null>>,
): KubernetesObject {
  const annotations = { ...object.metadata.annotations }
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete annotations[name]
    else annotations[name] = value
  }
  return { ...object, metadata: { ...object.metadata, annotations } }
}

function reviewOf(route: HTTPRoute, object: object): ReviewInput {
  const { uid, resourceVersion } = route.metadata
  const manifest = toEditableYaml(object)
  if (uid === undefined || resourceVersion === undefined) return { manifest }
  // A status is written at any time; only a changed manifest makes the review stale.
  return { manifest, base: { uid, resourceVersion, manifest: toEditableYaml(route) } }
}
