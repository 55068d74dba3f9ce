/** What the hub hands over, and what it finds when something kept it from doing so. */
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { Listeners } from '@/lib/shared/listeners'
import type { LogFields } from '../../log'
import { BOOKMARK_INTERVAL_MS } from '../api/limits'
import { StoredObject } from '../api/object-json'
import { StoreEvent, WatchHistory } from './watch-history'
import { type Subscription, WatchHub } from './watch-hub'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A store that can keep a change of its history from being told, as a fault would. */
function startHub() {
  const listeners = new Listeners<[StoreEvent]>()
  const histories = new Map<string, WatchHistory>()
  const store = {
    version: 10,
    subscribe: (listener: (event: StoreEvent) => void) => listeners.add(listener),
    history(resource: string) {
      const known = histories.get(resource) ?? new WatchHistory(10)
      histories.set(resource, known)
      return known
    },
  }
  const logged: { message: string; fields: LogFields | undefined }[] = []
  const log = (message: string, fields?: LogFields) => void logged.push({ message, fields })
  const hub = new WatchHub(store, { debug: log, info: log, warn: log, error: log })
  onTestFinished(() => hub.stop())
  const change = (resource: string, isTold = true) => {
    store.version += 1
    const after = new StoredObject('{}')
    const key = 'default/a'
    const event = new StoreEvent({
      type: 'MODIFIED',
      resource,
      key,
      version: store.version,
      after,
      before: undefined,
    })
    store.history(resource).push(event)
    if (isTold) listeners.tell(event)
  }
  const watch = (resource: string, version?: number) => {
    const seen: (number | 'lost')[] = []
    const subscribed = hub.subscribe(resource, version, {
      onEvent: (event) => void seen.push(event.version),
      onLost: () => void seen.push('lost'),
    })
    if (!subscribed.ok) throw new Error(subscribed.error.message)
    return { seen, subscription: subscribed.value }
  }
  return { hub, logged, change, watch }
}

/** A number below `count`, from a generator with a fixed seed. */
function seededChoice(seed: number) {
  let state = seed
  return (count: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return (state >> 8) % count
  }
}

describe('a subscription', () => {
  it('that ends again leaves its successor alone', () => {
    const { hub, change, watch } = startHub()
    const first = watch('/configmaps')
    first.subscription.end()
    const second = watch('/configmaps')
    first.subscription.end()
    change('/configmaps')
    expect(second.seen).toEqual([11])
    expect(first.seen).toEqual([])
    expect(hub.count).toBe(1)
  })

  it('that ends twice, late and in any order takes away itself alone', () => {
    const { hub, change, watch } = startHub()
    const open = new Set<ReturnType<typeof watch>>()
    const ended: Subscription[] = []
    const choose = seededChoice(7)
    const endOldest = () => {
      const [oldest] = open
      if (oldest === undefined) return
      oldest.subscription.end()
      open.delete(oldest)
      ended.push(oldest.subscription)
    }
    const steps = [
      endOldest,
      () => ended[choose(ended.length + 1)]?.end(),
      () => void open.add(watch(choose(2) === 0 ? '/configmaps' : '/secrets')),
    ]
    for (let step = 0; step < 500; step += 1) {
      steps[choose(steps.length)]?.()
      expect(hub.count).toBe(open.size)
    }
    for (const { seen } of open) seen.length = 0
    change('/configmaps')
    change('/secrets')
    expect([...open].every(({ seen }) => seen.length === 1)).toBe(true)
    expect(hub.lostSubscriptions).toBe(0)
  })

  it('begins after the version it names with what was missed, each change once', () => {
    const { change, watch } = startHub()
    for (let i = 0; i < 3; i += 1) change('/configmaps')
    const { seen } = watch('/configmaps', 11)
    change('/configmaps')
    expect(seen).toEqual([12, 13, 14])
  })

  it('from a version older than the history is refused with 410', () => {
    const { hub } = startHub()
    const subscriber = { onEvent: () => undefined, onLost: () => undefined }
    const refused = hub.subscribe('/configmaps', 9, subscriber)
    expect(refused).toMatchObject({ ok: false, error: { code: 410, reason: 'Expired' } })
    expect(refused.ok || refused.error.message).toContain('too old resource version: 9 (10)')
    expect(hub.count).toBe(0)
  })

  it('from a version that is still to come hears nothing until it has come', () => {
    const { change, watch } = startHub()
    const { seen } = watch('/configmaps', 12)
    for (let i = 0; i < 4; i += 1) change('/configmaps')
    expect(seen).toEqual([13, 14])
  })
})

describe('the version a client may resume from', () => {
  it('moves on with what is handed over, and with changes of other kinds while its own rests', () => {
    const { change, watch } = startHub()
    const idle = watch('/secrets')
    expect(idle.subscription.deliveredVersion()).toBe(10)
    for (let i = 0; i < 5; i += 1) change('/configmaps')
    expect(idle.subscription.deliveredVersion()).toBe(15)
    change('/secrets')
    expect([idle.subscription.deliveredVersion(), idle.seen]).toEqual([16, [16]])
  })

  it('is none once the subscription has ended', () => {
    const { watch } = startHub()
    const { subscription } = watch('/secrets')
    subscription.end()
    expect(subscription.deliveredVersion()).toBeUndefined()
  })

  it('is none when a change was not handed over: that ends the watch, and is counted and logged', () => {
    const { hub, logged, change, watch } = startHub()
    const { seen, subscription } = watch('/secrets')
    change('/secrets')
    change('/secrets', false)
    change('/configmaps')
    expect(subscription.deliveredVersion()).toBeUndefined()
    expect(seen).toEqual([11, 'lost'])
    expect([hub.lostSubscriptions, hub.count]).toEqual([1, 0])
    expect(logged).toEqual([
      {
        message: 'a watch was open and had missed a change: it is ended',
        fields: {
          resource: '/secrets',
          isSubscribed: true,
          handedVersion: 11,
          newestVersion: 12,
        },
      },
    ])
    // Its client begins again from the last version it was told.
    expect(watch('/secrets', 11).seen).toEqual([12])
  })
})

it('finds a watch that missed a change by itself, also one that asked for no bookmarks', () => {
  const { hub, change, watch } = startHub()
  const deaf = watch('/secrets')
  const well = watch('/configmaps')
  change('/secrets', false)
  change('/configmaps')
  vi.advanceTimersByTime(BOOKMARK_INTERVAL_MS)
  expect(deaf.seen).toEqual(['lost'])
  expect(well.seen).toEqual([12])
  expect([hub.lostSubscriptions, hub.count]).toEqual([1, 1])
})

it('ends a watch that fails on a change, and goes on with the others', () => {
  const { hub, change, watch } = startHub()
  const seen: string[] = []
  hub.subscribe('/secrets', undefined, {
    onEvent: () => {
      throw new Error('cannot be shown')
    },
    onLost: () => void seen.push('lost'),
  })
  const well = watch('/secrets')
  change('/secrets')
  change('/secrets')
  expect(seen).toEqual(['lost'])
  expect(well.seen).toEqual([11, 12])
  expect(hub.lostSubscriptions).toBe(1)
})

it('forgets what ends a stream once, whenever that is', () => {
  const { hub } = startHub()
  const ended: string[] = []
  const end = () => void ended.push('end')
  const forgetFirst = hub.onStop(end)
  forgetFirst()
  hub.onStop(end)
  forgetFirst()
  hub.stop()
  expect(ended).toEqual(['end'])
})
