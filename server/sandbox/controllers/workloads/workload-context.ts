/** What every controller gets. */
import type { ApiClient, PodRuntime } from '../../api/contracts'
import type { Clock } from './clock'
import type { EventRecorder } from './event-recorder'

export interface WorkloadContext {
  readonly client: ApiClient
  readonly runtime: PodRuntime
  readonly clock: Clock
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly events: EventRecorder
  /** Real socket port by container port of every Pod started in this process, by uid. */
  readonly portsByPodUid: Map<string, Readonly<Record<number, number>>>
  /** Queues a key such as `pods/default/backend-1` for another look. */
  readonly enqueue: (key: string) => void
}
