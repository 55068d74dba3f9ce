import { describe, expect, it } from 'vitest'
import { HEARTBEAT } from '@/lib/dashboard-api/heartbeat'
import { openEventStream, RETRY_MS, type StreamEnvironment, type StreamState } from './event-stream'

type Listener = (event: MessageEvent<string>) => void

class FakeSource {
  onopen: ((event: Event) => void) | null = null
  onerror: ((event: Event) => void) | null = null
  readyState = 0
  isClosed = false
  readonly listeners = new Map<string, Listener>()
  addEventListener(type: string, listener: Listener): void {
    this.listeners.set(type, listener)
  }
  close(): void {
    this.isClosed = true
  }
  say(type: string, data: unknown): void {
    this.listeners.get(type)?.(new MessageEvent(type, { data: JSON.stringify(data) }))
  }
  refuse(): void {
    this.readyState = 2
    this.onerror?.(new Event('error'))
  }
}

function browser() {
  const sources: FakeSource[] = []
  const timers: { callback: () => void; ms: number }[] = []
  /** What waits for the stream to fall silent. */
  const silences: { callback: () => void; ms: number }[] = []
  let hidden = false
  let onVisibility = () => {}
  const environment: StreamEnvironment = {
    createSource: () => {
      const source = new FakeSource()
      sources.push(source)
      return source
    },
    setTimer: (callback, ms) => {
      const timer = { callback, ms }
      const list = ms === HEARTBEAT.silenceMsMax ? silences : timers
      list.push(timer)
      return () => list.splice(list.indexOf(timer), 1)
    },
    isHidden: () => hidden,
    onVisibilityChange: (callback) => {
      onVisibility = callback
      return () => {
        onVisibility = () => {}
      }
    },
  }
  const setHidden = (next: boolean) => {
    hidden = next
    onVisibility()
  }
  return { environment, sources, timers, silences, setHidden }
}

function open(environment: StreamEnvironment) {
  const states: StreamState[] = []
  const seen: unknown[] = []
  const close = openEventStream(
    {
      url: '/stream',
      events: { point: (data) => seen.push(data) },
      onState: (state) => states.push(state),
    },
    environment,
  )
  return { close, states, seen }
}

describe('event stream', () => {
  it('hands on the data of the events it was asked for', () => {
    const { environment, sources } = browser()
    const { seen, states } = open(environment)
    sources[0]?.onopen?.(new Event('open'))
    sources[0]?.say('point', { t: 1 })
    sources[0]?.say('other', { t: 2 })
    expect(seen).toEqual([{ t: 1 }])
    expect(states).toEqual(['connecting', 'connected'])
  })

  it('tries again after a refusal, waiting longer each time up to the limit', () => {
    const { environment, sources, timers } = browser()
    open(environment)
    const waits: number[] = []
    for (let attempt = 0; attempt < 8; attempt += 1) {
      sources.at(-1)?.refuse()
      const timer = timers.shift()
      waits.push(timer?.ms ?? 0)
      timer?.callback()
    }
    expect(waits.slice(0, 3)).toEqual([RETRY_MS.first, RETRY_MS.first * 2, RETRY_MS.first * 4])
    expect(Math.max(...waits)).toBe(RETRY_MS.max)
  })

  it('leaves a dropped connection to the browser and says so', () => {
    const { environment, sources, timers } = browser()
    const { states } = open(environment)
    sources[0]?.onerror?.(new Event('error'))
    expect(states.at(-1)).toBe('connecting')
    expect(timers).toHaveLength(0)
  })

  it('opens another when one has fallen silent, and says so', () => {
    const { environment, sources, timers, silences } = browser()
    const { states } = open(environment)
    sources[0]?.onopen?.(new Event('open'))
    const [before] = silences
    sources[0]?.say(HEARTBEAT.event, {})
    expect(silences).toHaveLength(1)
    expect(silences[0]).not.toBe(before)
    silences[0]?.callback()
    expect(states.at(-1)).toBe('disconnected')
    expect(sources[0]?.isClosed).toBe(true)
    timers.shift()?.callback()
    expect(sources).toHaveLength(2)
    // What the first one still says belongs to nobody.
    sources[0]?.say(HEARTBEAT.event, {})
    expect([silences.length, states.at(-1)]).toEqual([1, 'connecting'])
  })

  it('waits for nothing while the tab is hidden, nor once closed', () => {
    const { environment, silences, setHidden } = browser()
    const { close } = open(environment)
    setHidden(true)
    expect(silences).toHaveLength(0)
    setHidden(false)
    close()
    close()
    expect(silences).toHaveLength(0)
  })

  it('closes while the tab is hidden and opens again when it is seen', () => {
    const { environment, sources, setHidden } = browser()
    open(environment)
    setHidden(true)
    expect(sources[0]?.isClosed).toBe(true)
    setHidden(false)
    expect(sources).toHaveLength(2)
  })

  it('opens nothing in a hidden tab', () => {
    const { environment, sources, setHidden } = browser()
    setHidden(true)
    open(environment)
    expect(sources).toHaveLength(0)
  })

  it('does nothing more once closed', () => {
    const { environment, sources, timers, setHidden } = browser()
    const { close, seen } = open(environment)
    sources[0]?.refuse()
    close()
    expect(timers).toHaveLength(0)
    setHidden(false)
    sources[0]?.say('point', 1)
    expect(sources).toHaveLength(1)
    expect(seen).toEqual([])
  })
})
