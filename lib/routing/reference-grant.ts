import type { ClusterIndex } from './cluster-index'

export interface CrossReference {
  readonly from: { readonly group: string; readonly kind: string; readonly namespace: string }
  readonly to: {
    readonly group: string
    readonly kind: string
    readonly namespace: string
    readonly name: string
  }
}

/**
 * Whether one object may refer to another: always inside a namespace, across namespaces when a ReferenceGrant beside the
 * target says so. https://gateway-api.sigs.k8s.io/reference/spec/#referencegrant
 */
export function isReferencePermitted(index: ClusterIndex, { from, to }: CrossReference): boolean {
  if (from.namespace === to.namespace) return true
  const grants = index.grantsByNamespace.get(to.namespace) ?? []
  return grants.some(
    ({ spec }) =>
      spec.from.some(
        (allowed) =>
          allowed.group === from.group &&
          allowed.kind === from.kind &&
          allowed.namespace === from.namespace,
      ) &&
      spec.to.some(
        (allowed) =>
          allowed.group === to.group &&
          allowed.kind === to.kind &&
          (allowed.name === undefined || allowed.name === '' || allowed.name === to.name),
      ),
  )
}
