/** Watch events → the list of objects a page shows. Pure; previous step: event-stream.ts, next step: use-live.tsx. */
import type { LiveChange, LiveSnapshot } from '@/lib/dashboard-api/live'
import { keyOf } from '@/lib/gateway-api/references'
import type { KubernetesObject } from '@/lib/gateway-api/types'

export interface LiveList {
  /** In which the cluster serves the kind. */
  readonly apiVersion: string
  readonly byKey: ReadonlyMap<string, KubernetesObject>
  /** In order of namespace, then name. A new array whenever an object changes. */
  readonly objects: readonly KubernetesObject[]
}

const collator = new Intl.Collator('en')

function compareKeys(left: KubernetesObject, right: KubernetesObject): number {
  const byNamespace = collator.compare(
    left.metadata.namespace ?? '',
    right.metadata.namespace ?? '',
  )
  return byNamespace !== 0 ? byNamespace : collator.compare(left.metadata.name, right.metadata.name)
}

function listOf({ apiVersion, byKey }: Pick<LiveList, 'apiVersion' | 'byKey'>): LiveList {
  return { apiVersion, byKey, objects: [...byKey.values()].sort(compareKeys) }
}

/** The list a snapshot describes; it replaces what was known before. */
export function snapshotList({ apiVersion, items }: Omit<LiveSnapshot, 'kind'>): LiveList {
  return listOf({ apiVersion, byKey: new Map(items.map((item) => [keyOf(item), item])) })
}

/**
 * The list after a batch of changes, in order. Changing the same key twice keeps the last.
 * A batch that changes no names keeps the order without sorting again, which matters at 5,000 routes.
 */
export function applyChanges(list: LiveList, changes: readonly LiveChange[]): LiveList {
  if (changes.length === 0) return list
  const byKey = new Map(list.byKey)
  let namesChanged = false
  for (const { type, object } of changes) {
    const key = keyOf(object)
    if (type === 'DELETED') {
      namesChanged = byKey.delete(key) || namesChanged
    } else {
      namesChanged = namesChanged || !byKey.has(key)
      byKey.set(key, object)
    }
  }
  if (namesChanged) return listOf({ ...list, byKey })
  const objects = list.objects.map((object) => byKey.get(keyOf(object)) ?? object)
  return { ...list, byKey, objects }
}
