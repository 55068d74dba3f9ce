import { QueryClient } from '@tanstack/react-query'
import { describe, expect, it } from 'vitest'
import { HEARTBEAT } from '@/lib/dashboard-api/heartbeat'
import type { StreamEnvironment } from './event-stream'
import type { LiveList } from './live-list'
import { createLiveStore, type Denials, liveKeys } from './live-store'

type Listener = (event: MessageEvent<string>) => void

function page() {
  const opened: { url: string; listeners: Map<string, Listener>; isClosed: boolean }[] = []
  const timers: (() => void)[] = []
  const environment: StreamEnvironment = {
    createSource: (url) => {
      const source = { url, listeners: new Map<string, Listener>(), isClosed: false }
      opened.push(source)
      return {
        onopen: null,
        onerror: null,
        readyState: 1,
        addEventListener: (type, listener) => source.listeners.set(type, listener),
        close: () => {
          source.isClosed = true
        },
      }
    },
    setTimer: (callback, ms) => {
      if (ms === HEARTBEAT.silenceMsMax) return () => undefined
      timers.push(callback)
      return () => timers.splice(timers.indexOf(callback), 1)
    },
    isHidden: () => false,
    onVisibilityChange: () => () => undefined,
  }
  const client = new QueryClient()
  const store = createLiveStore(client, environment)
  const runTimers = () => {
    for (const callback of timers.splice(0)) callback()
  }
  const say = (type: string, data: unknown) =>
    opened.at(-1)?.listeners.get(type)?.(new MessageEvent(type, { data: JSON.stringify(data) }))
  const names = () =>
    client
      .getQueryData<LiveList>(liveKeys.list('services'))
      ?.objects.map(({ metadata }) => metadata.name)
  const denials = () => client.getQueryData<Denials>(liveKeys.denials)
  return { store, opened, runTimers, say, names, denials }
}

const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'a', name },
})

describe('live store', () => {
  it('opens one stream for all kinds and reopens it only for a new one', () => {
    const { store, opened, runTimers } = page()
    store.start()
    store.retain('services')
    store.retain('pods')
    runTimers()
    expect(opened.map(({ url }) => url)).toEqual([
      '/api/live?kinds=gateways,httproutes',
      '/api/live?kinds=gateways,httproutes,pods,services',
    ])
    expect(opened[0]?.isClosed).toBe(true)
    store.retain('services')()
    runTimers()
    expect(opened).toHaveLength(2)
  })

  it('keeps a kind that somebody else shows when one that showed it leaves twice', () => {
    const { store, opened, runTimers } = page()
    store.start()
    const leave = store.retain('services')
    leave()
    store.retain('services')
    leave()
    store.retain('pods')
    runTimers()
    expect(opened.at(-1)?.url).toBe('/api/live?kinds=gateways,httproutes,pods,services')
  })

  it('keeps the stream of a later start when an earlier one ends late or twice', () => {
    const { store, opened, say, runTimers, names } = page()
    const endFirst = store.start()
    endFirst()
    store.start()
    endFirst()
    const endThird = store.start()
    store.retain('services')
    runTimers()
    endFirst()
    expect(opened.map(({ isClosed }) => isClosed)).toEqual([true, true, true, false])
    say('snapshot', { kind: 'services', apiVersion: 'v1', items: [service('kept')] })
    expect(names()).toEqual(['kept'])
    endThird()
    endThird()
    expect(opened.at(-1)?.isClosed).toBe(true)
  })

  it('applies changes in batches over the snapshot', () => {
    const { store, runTimers, say, names } = page()
    store.start()
    say('snapshot', { kind: 'services', apiVersion: 'v1', items: [service('one')] })
    say('change', { kind: 'services', type: 'ADDED', object: service('two') })
    expect(names()).toEqual(['one'])
    runTimers()
    expect(names()).toEqual(['one', 'two'])
  })

  it('drops changes that a newer snapshot already holds', () => {
    const { store, runTimers, say, names } = page()
    store.start()
    say('snapshot', { kind: 'services', apiVersion: 'v1', items: [service('one')] })
    say('change', { kind: 'services', type: 'DELETED', object: service('one') })
    say('snapshot', { kind: 'services', apiVersion: 'v1', items: [service('one')] })
    runTimers()
    expect(names()).toEqual(['one'])
  })

  it('knows which kinds may not be read, until they may', () => {
    const { store, say, denials } = page()
    store.start()
    say('denial', { kind: 'pods', message: 'You may not list pods' })
    say('denial', { kind: 'services', message: '' })
    expect(denials()).toEqual({ pods: 'You may not list pods' })
    say('denial', { kind: 'pods', message: '' })
    expect(denials()).toEqual({})
  })

  it('ignores kinds it does not know', () => {
    const { store, runTimers, say, names } = page()
    store.start()
    say('snapshot', { kind: 'widgets', items: [service('one')] })
    say('change', { kind: 'widgets', type: 'ADDED', object: service('one') })
    runTimers()
    expect(names()).toBeUndefined()
  })
})
