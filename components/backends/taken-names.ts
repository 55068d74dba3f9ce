/** Which names a new backend can't have, as its objects are there already. Pure. */
import type { KubernetesObject } from '@/lib/gateway-api/types'

/** Objects of a kind; empty while they are not known. */
export interface NamedObjects {
  readonly kind: string
  readonly objects: readonly KubernetesObject[]
}

/** Names of a namespace that an object of any of the kinds has. */
export function takenNames(lists: readonly NamedObjects[], namespace: string): ReadonlySet<string> {
  const names = lists.flatMap(({ objects }) =>
    objects.filter(({ metadata }) => metadata.namespace === namespace).map(nameOf),
  )
  return new Set(names)
}

const nameOf = ({ metadata }: KubernetesObject) => metadata.name

/** `Service and Deployment backend-2 exist in default.`; undefined where there is neither. */
export function existsText(
  lists: readonly NamedObjects[],
  namespace: string,
  name: string,
): string | undefined {
  const kinds = lists
    .filter((list) => takenNames([list], namespace).has(name))
    .map(({ kind }) => kind)
  if (kinds.length === 0) return undefined
  const verb = kinds.length === 1 ? 'exists' : 'exist'
  return `${new Intl.ListFormat('en').format(kinds)} ${name} ${verb} already in ${namespace}.`
}
