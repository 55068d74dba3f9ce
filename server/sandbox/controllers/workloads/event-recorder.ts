/** Writes core Events for what the controllers do: equal ones are counted, old ones deleted. */
import type { KubernetesObject } from '@/lib/gateway-api/types'
import type { ApiClient } from '../../api/contracts'
import { type Clock, formatTime } from './clock'
import { EVENT_WRITES_MAX, EVENTS_MAX } from './limits'
import { type CoreEvent, getOf, listOf, RESOURCES } from './workload-objects'

export interface EventRecorder {
  /** Queues an Event about the object; it is written soon after. Never fails. */
  record(about: KubernetesObject, event: NewEvent): void
  /** Resolves when every queued Event is written. */
  settled(): Promise<void>
}

export interface NewEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  readonly component: string
}

interface EventAddress {
  readonly namespace: string
  readonly name: string
}

/** A recorder that also keeps the Events of earlier runs within the limit. */
export function createEventRecorder(client: ApiClient, clock: Clock): EventRecorder {
  const addresses = new Map<string, EventAddress>()
  for (const event of oldestFirst(listOf(client, 'events'))) {
    addresses.set(keyOf(event.involvedObject['uid'] ?? '', event), addressOf(event))
  }
  let pending = 0
  let sequence = 0
  let tail: Promise<void> = Promise.resolve()

  const write = async (about: KubernetesObject, event: NewEvent, time: number): Promise<void> => {
    const key = keyOf(about.metadata.uid ?? '', event)
    const known = addresses.get(key)
    const stored = known && getOf(client, 'events', known.namespace, known.name)
    if (stored !== undefined) {
      addresses.delete(key)
      addresses.set(key, addressOf(stored))
      const again = { ...stored, count: stored.count + 1, lastTimestamp: formatTime(time) }
      await client.update(RESOURCES.events, again)
      return
    }
    sequence += 1
    const name = `${about.metadata.name}.${(time * 1_000 + (sequence % 1_000)).toString(16)}`
    const created = await client.create(RESOURCES.events, newEvent(about, event, name, time))
    if (!created.ok) return
    addresses.set(key, addressOf(created.object))
    for (const [oldKey, old] of addresses) {
      if (addresses.size <= EVENTS_MAX) break
      addresses.delete(oldKey)
      await client.delete(RESOURCES.events, old.namespace, old.name)
    }
  }

  return {
    record(about, event) {
      if (pending >= EVENT_WRITES_MAX) return
      pending += 1
      const time = clock.now()
      tail = tail
        .then(() => write(about, event, time))
        // An Event that cannot be written is no reason to stop what it tells about.
        .catch(() => {})
        .finally(() => {
          pending -= 1
        })
    },
    settled: () => tail,
  }
}

function keyOf(uid: string, event: { reason: string; message: string }): string {
  return `${uid}/${event.reason}/${event.message}`
}

function addressOf(event: KubernetesObject): EventAddress {
  return { namespace: event.metadata.namespace ?? '', name: event.metadata.name }
}

function oldestFirst(events: readonly CoreEvent[]): readonly CoreEvent[] {
  return [...events].sort((left, right) => (left.lastTimestamp < right.lastTimestamp ? -1 : 1))
}

function newEvent(about: KubernetesObject, event: NewEvent, name: string, time: number): CoreEvent {
  const namespace = about.metadata.namespace ?? 'default'
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      name: about.metadata.name,
      namespace: about.metadata.namespace ?? '',
      uid: about.metadata.uid ?? '',
      resourceVersion: about.metadata.resourceVersion ?? '',
    },
    reason: event.reason,
    message: event.message,
    type: event.type,
    count: 1,
    firstTimestamp: formatTime(time),
    lastTimestamp: formatTime(time),
    source: { component: event.component },
  }
}
