/** What acts by itself in every cluster, whether or not Pods run: definitions are served, garbage goes, namespaces empty. */
import type { JsonObject } from '@/lib/shared/json'
import type { ApiClient } from '../api/contracts'
import { type SandboxContext, unexpected } from '../requests/context'
import type { WatchHub } from '../storage/watch-hub'
import { localClient } from '../verbs/local-client'
import { startRoleAggregation } from './aggregate-roles'
import { startDefinitionController } from './definition-controller'
import { GarbageCollector } from './garbage-collector'
import { startNamespaceController } from './namespace-controller'
import { seedCluster } from './seed/seed-cluster'
import { seedRoles } from './seed/seed-roles'

export interface Controllers {
  /** The API for other controllers of this process. */
  readonly client: ApiClient
  stop(): void
}

export interface ControllerOptions {
  /** CustomResourceDefinitions that must exist from the start. */
  readonly crds?: readonly JsonObject[]
  /** Whether the cluster enforces roles, and so begins with the default ones. */
  readonly isRbacEnabled?: boolean
}

/** Starts the controllers that belong to the API itself, and creates what every cluster has. */
export async function startControllers(
  context: SandboxContext & { readonly hub: WatchHub },
  { crds = [], isRbacEnabled = false }: ControllerOptions,
): Promise<Controllers> {
  const stopDefinitions = startDefinitionController(context)
  const collector = new GarbageCollector(context)
  const stopNamespaces = startNamespaceController(context)
  const client = localClient(context)
  await seedCluster(context, client, crds)
  if (isRbacEnabled) await seedDefaultRoles(context, client)
  const onError = (error: unknown) => unexpected(context, error)
  const aggregation = startRoleAggregation(context.store, client, onError)
  await aggregation.isReady
  return {
    client,
    stop() {
      aggregation.stop()
      stopNamespaces()
      collector.stop()
      stopDefinitions()
    },
  }
}

/** Without its default roles a cluster that enforces them would let in its administrator alone. */
async function seedDefaultRoles(context: SandboxContext, client: ApiClient): Promise<void> {
  const problem = await seedRoles(client)
  if (problem === undefined) return
  context.logger.error('a default role could not be written', { error: problem })
}
