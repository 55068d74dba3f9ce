/** Namespace and name joined as the specification's tie-break writes them: `namespace/name`. */
export type NamespacedName = `${string}/${string}`

/** The two joined; an empty namespace leaves `/name`. */
export function namespacedName(namespace: string, name: string): NamespacedName {
  return `${namespace}/${name}`
}

/** The `namespace/name` of an object; cluster-scoped objects have an empty namespace. */
export function keyOf(object: { metadata: { namespace?: string; name: string } }): NamespacedName {
  return namespacedName(object.metadata.namespace ?? '', object.metadata.name)
}
