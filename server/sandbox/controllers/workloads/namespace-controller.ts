/** Every Namespace gets its ServiceAccount `default`. */
import { DONE, type Reconciled } from './work-queue'
import type { WorkloadContext } from './workload-context'
import { getOf, RESOURCES, reconciledFrom } from './workload-objects'

/** Creates the ServiceAccount where it is missing and the Namespace is not going away. */
export async function reconcileNamespace(
  context: WorkloadContext,
  name: string,
): Promise<Reconciled> {
  const namespace = getOf(context.client, 'namespaces', '', name)
  if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined) return DONE
  if (getOf(context.client, 'serviceaccounts', name, 'default') !== undefined) return DONE
  const created = await context.client.create(RESOURCES.serviceaccounts, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: name },
  })
  // Somebody else was faster.
  return !created.ok && created.code === 409 ? DONE : reconciledFrom(created)
}
