/** How versions, resources and objects are called: in an apiVersion, and as keys of the store. */

/** `gateway.networking.k8s.io/v1`, or `v1` in the core group. */
export function groupVersionOf(resource: { group: string; version: string }): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
}

/** Where a kind's objects live, whatever version they are served in. */
export function resourceKey(resource: { group: string; plural: string }): string {
  return `${resource.group}/${resource.plural}`
}

/** `namespace/name`; cluster-scoped objects have an empty namespace. */
export function objectKey(namespace: string, name: string): string {
  return `${namespace}/${name}`
}
