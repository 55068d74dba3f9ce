/** What a review guards: which documents of a manifest have to be as they were seen. Pure. */
import type { ManifestResult, ReviewBase } from '@/lib/dashboard-api/manifests'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import { toEditableYaml } from '@/lib/manifest/to-editable-yaml'

export const ABSENT: ReviewBase = { absent: true }

export type Bases = readonly (ReviewBase | null)[]

/** The kind of every document. */
export function kindsOf(manifest: string): readonly unknown[] {
  return parseManifest(manifest).documents.map(({ object }) => object['kind'])
}

/** What a draft is about unless it says so. */
const GUARDED: readonly string[] = ['HTTPRoute']

/**
 * The base of a draft's objects, by document: a draft is about HTTPRoutes, and what stands beside them (a Namespace, a grant) may
 * be there already. Only the first of them can be the object of a base that names one.
 */
export function basesOfDraft(
  kinds: readonly unknown[],
  base: ReviewBase | undefined,
  guarded = GUARDED,
): Bases | undefined {
  if (base === undefined) return undefined
  const isGuarded = (kind: unknown) => guarded.some((name) => name === kind)
  const first = kinds.findIndex(isGuarded)
  return kinds.map((kind, index) =>
    isGuarded(kind) && (index === first || 'absent' in base) ? base : null,
  )
}

/** What a dry run has shown, by document: an apply writes only over that. A document that names an object again is not guarded. */
export function basesOfReview(results: readonly ManifestResult[]): Bases {
  const seen = new Set<string>()
  return results.map(({ apiVersion, kind, namespace, name, live }) => {
    const key = `${apiVersion} ${kind} ${namespace}/${name}`
    if (seen.has(key)) return null
    seen.add(key)
    if (live === null) return ABSENT
    const { uid, resourceVersion } = live.metadata
    if (uid === undefined || resourceVersion === undefined) return null
    return { uid, resourceVersion, manifest: toEditableYaml(live) }
  })
}
