/** What acts by itself in every cluster, whether or not Pods run: definitions are served, garbage goes, namespaces empty. */
import type { JsonObject } from '@/lib/shared/json'
import type { ApiClient } from '../api/contracts'
import type { SandboxContext } from '../requests/context'
import type { WatchHub } from '../storage/watch-hub'
import { localClient } from '../verbs/local-client'
import { startDefinitionController } from './definition-controller'
import { GarbageCollector } from './garbage-collector'
import { startNamespaceController } from './namespace-controller'
import { seedCluster } from './seed/seed-cluster'

export interface Controllers {
  /** The API for other controllers of this process. */
  readonly client: ApiClient
  stop(): void
}

/** Starts the controllers that belong to the API itself, and creates what every cluster has, with these CustomResourceDefinitions. */
export async function startControllers(
  context: SandboxContext & { readonly hub: WatchHub },
  definitions: readonly JsonObject[],
): Promise<Controllers> {
  const stopDefinitions = startDefinitionController(context)
  const collector = new GarbageCollector(context)
  const stopNamespaces = startNamespaceController(context)
  const client = localClient(context)
  await seedCluster(context, client, definitions)
  return {
    client,
    stop() {
      stopNamespaces()
      collector.stop()
      stopDefinitions()
    },
  }
}
